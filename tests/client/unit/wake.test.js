/** What makes a tab doubt that it has heard everything. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { watchWake } from "../../../deployapp/static/notifier/wake.js";

const SECOND = 1000;
/** @type {any} */
let tab;

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval", "Date"] });
  const window = new EventTarget();
  const page = Object.assign(new EventTarget(), { hidden: false });
  Object.assign(globalThis, { document: page, addEventListener: window.addEventListener.bind(window) });
  tab = { window, page, life: new AbortController(), verified: [], asked: 0 };
  const hearing = { verify: (/** @type {boolean} */ certain) => tab.verified.push(certain), check: () => tab.asked++ };
  watchWake(hearing, tab.life.signal);
});

afterEach(() => {
  tab.life.abort();
  mock.timers.reset();
  for (const name of ["document", "addEventListener"]) Reflect.deleteProperty(globalThis, name);
});

const happens = (/** @type {EventTarget} */ where, /** @type {string} */ type, fields = {}) =>
  where.dispatchEvent(Object.assign(new Event(type), fields));

test("who comes back to the tab asks once, not again with each glance", () => {
  mock.timers.tick(60 * SECOND);
  happens(tab.page, "visibilitychange");
  happens(tab.page, "visibilitychange");
  assert.deepEqual([tab.verified, tab.asked], [[false, false], 1]);
});

test("a tab that is hidden asks nothing", () => {
  mock.timers.tick(60 * SECOND);
  tab.page.hidden = true;
  happens(tab.page, "visibilitychange");
  assert.deepEqual([tab.verified, tab.asked], [[], 0]);
});

test("back online: it surely missed something", () => {
  happens(tab.window, "online");
  assert.deepEqual([tab.verified, tab.asked], [[true], 1]);
});

test("out of the back/forward cache, but not a page that was just loaded", () => {
  happens(tab.window, "pageshow", { persisted: false });
  assert.equal(tab.asked, 0);
  happens(tab.window, "pageshow", { persisted: true });
  assert.deepEqual([tab.verified, tab.asked], [[true], 1]);
});

test("complaint 14: a clock that jumped means sleep; timers that are throttled to a minute do not", () => {
  mock.timers.tick(60 * SECOND);
  assert.equal(tab.asked, 0);
  mock.timers.setTime(Date.now() + 600 * SECOND);
  mock.timers.tick(10 * SECOND);
  assert.deepEqual([tab.verified, tab.asked], [[true], 1]);
});

test("what is destroyed asks nothing more", () => {
  tab.life.abort();
  happens(tab.window, "online");
  mock.timers.setTime(Date.now() + 600 * SECOND);
  mock.timers.tick(10 * SECOND);
  assert.deepEqual([tab.verified, tab.asked], [[], 0]);
});
