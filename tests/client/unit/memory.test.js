/** A memory that never breaks the page. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { createMemory } from "../../../deployapp/static/notifier/memory.js";

const useStorage = (/** @type {unknown} */ storage) =>
  Object.defineProperty(globalThis, "localStorage", { configurable: true, ...(typeof storage === "function" ? { get: storage } : { value: storage }) });

afterEach(() => Reflect.deleteProperty(globalThis, "localStorage"));

function mapStorage() {
  const map = new Map();
  return {
    getItem: (/** @type {string} */ key) => map.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => map.set(key, value),
  };
}

test("keeps, answers and forgets", () => {
  useStorage(mapStorage());
  const memory = createMemory("localStorage", "k");
  assert.equal(memory.read(), null);
  memory.write({ id: 1 });
  assert.deepEqual(memory.read(), { id: 1 });
  memory.write(null);
  assert.equal(memory.read(), null);
});

test("blocked storage is an empty memory", () => {
  useStorage(() => {
    throw new DOMException("denied", "SecurityError");
  });
  const memory = createMemory("localStorage", "k");
  memory.write({ id: 1 });
  assert.equal(memory.read(), null);
});

test("what somebody else wrote there is an empty memory", () => {
  const storage = mapStorage();
  useStorage(storage);
  for (const spoilt of ["{", "7", '"text"', "null"]) {
    storage.setItem("k", spoilt);
    assert.equal(createMemory("localStorage", "k").read(), null, spoilt);
  }
});
