/**
 * Remembers one small object in a browser storage. Storage that is blocked, full or spoilt is an empty memory, never
 * an error: private windows and strict settings are normal.
 *
 * @module
 */

/** @import { Memory } from "./types.js" */

/**
 * @param {"localStorage" | "sessionStorage"} storage
 * @param {string} key
 * @returns {Memory<any>}
 */
export function createMemory(storage, key) {
  return {
    read() {
      try {
        const value = JSON.parse(globalThis[storage].getItem(key) ?? "null");
        return typeof value === "object" ? value : null;
      } catch {
        return null;
      }
    },
    write(value) {
      try {
        globalThis[storage].setItem(key, JSON.stringify(value));
        return true;
      } catch {
        // Nothing is remembered, so the next visit is a first one, which never prompts.
        return false;
      }
    },
  };
}
