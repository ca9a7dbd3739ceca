/** What each mode does, by the clock. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { createPlans } from "../../../deployapp/static/notifier/plans.js";

const SECOND = 1000;
/** @type {Record<string, any>} */
const page = { listeners: {}, unsaved: false, reloads: [], seen: [] };

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  Object.assign(page, { listeners: {}, unsaved: false, answers: [], reloads: 0, seen: [] });
  Object.assign(globalThis, {
    location: { href: "https://shop.example/" },
    addEventListener: (/** @type {string} */ type, /** @type {() => void} */ listener) => (page.listeners[type] = listener),
  });
});

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
  for (const name of ["location", "addEventListener"]) Reflect.deleteProperty(globalThis, name);
});

const plans = (/** @type {object} */ settings = {}) =>
  createPlans(
    /** @type {any} */ ({
      settings,
      life: signal(),
      guard: { unsaved: () => page.unsaved },
      show: (/** @type {string} */ notice) => page.seen.push(notice),
      update: ({ notice, seconds }) => page.seen.push(seconds ?? notice),
      reload: async (/** @type {{ ready: () => boolean }} */ { ready }) => {
        page.reloads++;
        page.ready = ready();
        return page.answers.shift() ?? false;
      },
    }),
  );
const event = (/** @type {object} */ fields = {}) => /** @type {any} */ ({ id: 12, ...fields });
const signal = () => new AbortController().signal;

/** Lets the time go by in small steps, as timers started meanwhile must run too. @param {number} seconds */
async function pass(seconds) {
  for (let step = 0; step < seconds * 4; step++) {
    mock.timers.tick(SECOND / 4);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

describe("idle", () => {
  test("complaint 24: reloads once nobody has touched the page for so long", async () => {
    void plans({ idleSeconds: 10 }).idle(event(), signal());
    await pass(9);
    page.listeners.pointermove();
    await pass(9);
    assert.equal(page.reloads, 0);
    await pass(2);
    assert.equal(page.reloads, 1);
  });

  test("complaint 5: unsaved work holds it, said and not in silence, and it goes on afterwards", async () => {
    page.unsaved = true;
    void plans({ idleSeconds: 1 }).idle(event(), signal());
    await pass(30);
    assert.equal(page.reloads, 0);
    assert.equal(page.seen.at(-1), "unsaved");
    page.unsaved = false;
    await pass(1);
    assert.equal(page.reloads, 1);
  });

  test("complaint 5: work that began during the probe, which ends the reload, is waited for as well", async () => {
    page.answers = [true, true, false];
    void plans({ idleSeconds: 0 }).idle(event(), signal());
    await pass(3);
    assert.equal(page.reloads, 3);
    await pass(30);
    assert.equal(page.reloads, 3);
  });
});

test("navigation reloads at the next address, and not before", async () => {
  void plans().navigation(event(), signal());
  await pass(60);
  assert.equal(page.reloads, 0);
  location.href = "https://shop.example/cart";
  await pass(1);
  assert.equal(page.reloads, 1);
});

describe("force", () => {
  test("counts down to the reload", async () => {
    void plans({ countdownSeconds: 3 }).force(event(), signal());
    await pass(4);
    assert.deepEqual(page.seen, [3, 2, 1]);
    assert.equal(page.reloads, 1);
  });

  test("the countdown stands still while work is unsaved", async () => {
    void plans({ countdownSeconds: 3 }).force(event(), signal());
    await pass(1);
    page.unsaved = true;
    await pass(20);
    assert.equal(page.seen.at(-1), "unsaved");
    page.unsaved = false;
    await pass(1);
    assert.equal(page.reloads, 0);
    await pass(2);
    assert.equal(page.reloads, 1);
  });

  test("a hidden tab, whose timers run once a minute, does not count minutes for seconds", async () => {
    void plans({ countdownSeconds: 30 }).force(event(), signal());
    await pass(1);
    mock.timers.setTime(Date.now() + 59 * SECOND);
    await pass(2);
    assert.equal(page.reloads, 1);
  });
});

describe("complaint 11: the window", () => {
  for (const mode of /** @type {const} */ (["idle", "navigation", "force"])) {
    test(`${mode}: each tab picks its own moment of it`, async () => {
      mock.method(Math, "random", () => 0.75);
      void plans({ idleSeconds: 0, countdownSeconds: 0 })[mode](event({ reload_window: 40 }), signal());
      await pass(29);
      location.href = "https://shop.example/cart";
      assert.equal(page.reloads, 0);
      await pass(2);
      location.href = "https://shop.example/pay";
      await pass(1);
      assert.equal(page.reloads, 1);
    });
  }
});

test("a plan that is called off does nothing more", async () => {
  const leaving = new AbortController();
  const plan = plans({ countdownSeconds: 5 }).force(event(), leaving.signal);
  await pass(2);
  leaving.abort();
  await assert.rejects(plan, { name: "AbortError" });
  await pass(60);
  assert.equal(page.reloads, 0);
});

test("prompt only asks, silent not even that", async () => {
  await plans().prompt(event(), signal());
  await plans().silent(event(), signal());
  assert.deepEqual(page.seen, ["available", null]);
  assert.equal(page.reloads, 0);
});
