/** When a reload is worth it, how often it is tried, and what is kept over it. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { attemptsOf, travel } from "../../../deployapp/static/notifier/reload.js";

const event = (/** @type {object} */ fields = {}) => /** @type {any} */ ({ id: 12, version: "1.1.0", ...fields });

describe("attempts", () => {
  const journey = { id: 12, to: "1.1.0", from: "1.0.0", attempts: 2 };
  test("none without a journey or a deployment", () => {
    assert.equal(attemptsOf(null, event()), 0);
    assert.equal(attemptsOf(journey, null), 0);
  });
  test("complaint 2: of the same deployment, or another of the same version", () => {
    assert.equal(attemptsOf(journey, event()), 2);
    assert.equal(attemptsOf(journey, event({ id: 13 })), 2);
  });
  test("another version begins anew, and so does one without a version", () => {
    assert.equal(attemptsOf(journey, event({ id: 13, version: "1.2.0" })), 0);
    assert.equal(attemptsOf({ ...journey, to: null }, event({ id: 13, version: null })), 0);
  });
});

describe("the way there", () => {
  /** @type {any} */
  let page;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    mock.method(Math, "random", () => 1);
    page = { served: "1.1.0", status: 200, asked: [], reloads: 0, notices: [], journey: null, full: false };
    Object.assign(globalThis, {
      location: { href: "https://shop.example/cart?x=1", reload: () => page.reloads++ },
    });
    mock.method(globalThis, "fetch", async (/** @type {string} */ url, /** @type {any} */ { cache }) => {
      page.asked.push(cache);
      if (page.served === null) throw new TypeError("offline");
      const meta = page.served && `<meta content='${page.served}' name="deployapp-version">`;
      return { ok: page.status === 200, status: page.status, text: async () => `<!doctype html><head>${meta}</head>` };
    });
  });

  afterEach(() => {
    mock.timers.reset();
    mock.restoreAll();
    Reflect.deleteProperty(globalThis, "location");
  });

  /** @param {{ savers?: (() => object | null)[], mayLeave?: (isKept: boolean, isRecorded: boolean) => boolean }} [how] */
  function go({ savers = [], mayLeave = () => true } = {}) {
    const leaving = new AbortController();
    const notifier = { current: { event: event(), decision: "update", version: "1.0.0" } };
    const update = ({ notice }) => page.notices.push(notice);
    const write = (/** @type {any} */ journey) =>
      page.blocked || (page.full && journey?.kept) ? false : ((page.journey = journey), true);
    const journeys = { read: () => page.journey, write };
    const tab = /** @type {any} */ ({ notifier, update, journeys, savers: new Set(savers) });
    travel(tab, mayLeave, leaving.signal).catch(() => undefined);
    return leaving;
  }

  async function pass(/** @type {number} */ seconds) {
    for (let second = 0; second <= seconds; second++) {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      mock.timers.tick(second < seconds ? 1000 : 0);
    }
  }

  test("at once where the new version is served", async () => {
    go();
    await pass(0);
    await pass(0);
    assert.deepEqual([page.reloads, page.notices], [1, ["reloading"]]);
    assert.deepEqual(page.journey, { id: 12, to: "1.1.0", from: "1.0.0", attempts: 1, kept: undefined });
  });

  test("complaint 1: waits as long as the old version is served, with growing pauses of five minutes at most", async () => {
    page.served = "1.0.0";
    go();
    await pass(1 + 2 + 4 + 8 + 16 + 32 + 64 + 128 + 256);
    const asked = page.asked.length;
    assert.ok(asked >= 9 && asked <= 11, `asked ${asked} times in 511 seconds`);
    await pass(900);
    assert.equal(page.asked.length, asked + 3);
    assert.equal(page.reloads, 0);
    page.served = "1.1.0";
    await pass(301);
    assert.equal(page.reloads, 1);
  });

  for (const [name, state] of Object.entries({ offline: { served: null }, "an error page": { status: 503 } })) {
    test(`complaint 13: not onto ${name}`, async () => {
      Object.assign(page, state);
      go();
      await pass(20);
      assert.equal(page.reloads, 0);
      assert.equal(page.notices.at(-1), "waiting");
      Object.assign(page, { served: "", status: 200 });
      await pass(32);
      assert.equal(page.reloads, 1);
    });
  }

  test("a host that serves the page of every deep link with status 404", async () => {
    page.status = 404;
    page.served = "1.0.0";
    go();
    await pass(3);
    assert.equal(page.reloads, 0, "still the old one");
    page.served = "1.1.0";
    await pass(8);
    assert.equal(page.reloads, 1);
  });

  test("complaint 2: whoever decides knows when an attempt cannot be recorded", async () => {
    page.blocked = true;
    /** @type {boolean[][]} */
    const asked = [];
    go({ mayLeave: (...known) => (asked.push(known), known[1]) });
    await pass(1);
    assert.deepEqual([asked, page.reloads], [[[true, false]], 0]);
  });

  test("complaint 1: the second attempt says why it waits, and goes past every cache", async () => {
    page.journey = { id: 12, to: "1.1.0", from: "1.0.0", attempts: 1 };
    go();
    await pass(3);
    assert.deepEqual([page.notices, page.asked], [["waiting"], []]);
    await pass(2);
    assert.deepEqual([page.asked, page.reloads, page.journey.attempts], [["reload"], 1, 2]);
  });

  test("complaint 6: everything that is saved is kept, as one object", async () => {
    go({ savers: [() => ({ draft: "Dear all," }), () => null, () => ({ scroll: 7 })] });
    await pass(1);
    assert.deepEqual(page.journey.kept, { draft: "Dear all,", scroll: 7 });
  });

  const tooMuch = { "that fails": [() => { throw new Error("no"); }], "larger than the storage": [() => ({ draft: "…" })] };
  for (const [name, savers] of Object.entries(tooMuch)) {
    test(`complaint 6: what cannot be kept is known before the page is left: a save ${name}`, async () => {
      page.full = true;
      /** @type {boolean[]} */
      const asked = [];
      go({ savers, mayLeave: (isKept) => (asked.push(isKept), isKept) });
      await pass(1);
      assert.deepEqual([asked, page.reloads, page.journey], [[false], 0, null]);
      go({ savers });
      await pass(1);
      assert.equal(page.reloads, 1, "the user agreed");
      assert.equal(page.journey.attempts, 1, "and the attempt counts all the same");
    });
  }

  test("whoever is still there after a while has stayed on purpose: it does not count", async () => {
    go();
    await pass(11);
    assert.deepEqual([page.reloads, page.journey, page.notices.at(-1)], [1, null, "available"]);
  });

  test("what is called off does not reload", async () => {
    page.served = "1.0.0";
    const leaving = go();
    await pass(3);
    leaving.abort();
    page.served = "1.1.0";
    await pass(60);
    assert.equal(page.reloads, 0);
  });
});
