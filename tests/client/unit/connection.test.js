/** The ladder of transports, by the clock and without a network. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { createConnection } from "../../../deployapp/static/notifier/connection.js";
import { DEFAULT_POLICY } from "../../../deployapp/static/notifier/policy.js";

/** @type {any} */
let world;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  mock.method(Math, "random", () => 0.5);
  world = { works: true, enabled: true, lastEventId: 7, asked: 0, answers: true, pinged: 0, tried: [], changes: [], drops: false };
});

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

function transport(/** @type {any} */ address, /** @type {any} */ on) {
  world.tried.push(Date.now());
  if (world.throws) throw new Error("not allowed here");
  queueMicrotask(() => {
    if (world.works) on.open({});
    if (!world.works || world.drops) on.close();
  });
  return { close() {}, ping: () => world.pinged++ };
}

const connection = () =>
  (world.connection = createConnection({
    rungs: [{ name: "websocket", load: () => transport }],
    address: () => /** @type {any} */ ({ lastEventId: world.lastEventId }),
    policy: () => ({ ...DEFAULT_POLICY, enabled: world.enabled, ...world.policy }),
    ask: async () => {
      world.asked++;
      await null;
      world.connection.follow(); // as each answer has a policy
      return world.answers;
    },
    mayAsk: () => true,
    onHello: () => undefined,
    onEvent: () => undefined,
    onChange: (name, connected) => world.changes.push(`${name} ${connected}`),
  }));

async function pass(/** @type {number} */ seconds) {
  for (let second = 0; second <= seconds; second++) {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    if (second < seconds) mock.timers.tick(1000);
  }
}

test("a link that holds is asked now and then whether it lives; the status is not", async () => {
  connection();
  await pass(600);
  assert.deepEqual([world.changes, world.pinged, world.asked], [["websocket true"], 2, 0]);
});

test("a tab that could not learn at its start what is newest asks as soon as it is connected, and until it knows", async () => {
  world.lastEventId = null;
  connection();
  await pass(1);
  assert.equal(world.asked, 1);
  await pass(300);
  assert.equal(world.asked, 2);
  world.lastEventId = 7;
  await pass(600);
  assert.equal(world.asked, 2);
});

test("where no transport works it polls, and goes on trying", async () => {
  world.works = false;
  connection();
  await pass(600);
  assert.equal(world.asked, 3, "at once, then every 270 seconds");
  assert.ok(world.tried.length > 15 && world.tried.length < 40, `${world.tried.length} tries`);
  assert.ok(!world.changes.includes("websocket true"));
  world.works = true;
  await pass(60);
  assert.equal(world.changes.at(-1), "websocket true");
});

test("where no transport works and the status does not answer, it asks again with each try, not only at the next poll", async () => {
  world.works = world.answers = false;
  connection();
  await pass(20);
  assert.equal(world.asked, world.tried.length, "no more often than it tries");
  assert.ok(world.asked >= 4, `${world.asked} times`);
  assert.equal(world.changes.at(-1), "polling false");
  world.answers = true;
  await pass(30);
  assert.equal(world.changes.at(-1), "polling true");
  const asked = world.asked;
  await pass(200);
  assert.equal(world.asked, asked, "from now on as often as it polls");
});

test("complaint 12: the answers to its polls do not make it try more often", async () => {
  world.works = false;
  world.policy = { poll_interval: 30, poll_jitter: 0, reconnect_max: 600 };
  connection();
  await pass(1800);
  assert.ok(world.asked >= 60);
  assert.ok(world.tried.length < 15, `${world.tried.length} tries`);
});

test("a transport that fails at once is one that does not work", async () => {
  world.throws = true;
  connection();
  await pass(60);
  assert.equal(world.changes.at(-1), "polling true");
});

test("the kill switch takes down what was being opened", async () => {
  world.lastEventId = null;
  connection();
  world.enabled = false;
  await pass(5);
  assert.equal(world.changes.at(-1), "polling true");
});

test("complaint 12: a server that accepts and drops is met by a backoff that grows to its ceiling", async () => {
  world.drops = true;
  connection();
  await pass(140);
  const gaps = world.tried.slice(1).map((at, index) => at - world.tried[index]);
  assert.deepEqual(gaps, [2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("the kill switch leaves polling only, until it is taken back", async () => {
  const { follow } = connection();
  await pass(1);
  world.enabled = false;
  follow();
  await pass(600);
  assert.equal(world.tried.length, 1);
  assert.ok(world.asked >= 2);
  world.enabled = true;
  follow();
  await pass(1);
  assert.equal(world.changes.at(-1), "websocket true");
});
