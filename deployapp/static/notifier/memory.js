/**
 * Remembers one small object in a browser storage. Storage that is blocked, full or spoilt is an empty memory, never
 * an error: private windows and strict settings are normal.
 *
 * @module
 */

/**
 * @template {object} T
 * @param {"localStorage" | "sessionStorage"} storage
 * @param {string} key
 */
export function createMemory(storage, key) {
  return {
    /** @returns {Partial<T> | null} */
    read() {
      try {
        const value = JSON.parse(globalThis[storage].getItem(key) ?? "null");
        return typeof value === "object" ? value : null;
      } catch {
        return null;
      }
    },
    /** @param {Partial<T> | null} value null forgets @returns {boolean} whether it was kept */
    write(value) {
      try {
        if (value) globalThis[storage].setItem(key, JSON.stringify(value));
        else globalThis[storage].removeItem(key);
        return true;
      } catch {
        return false;
      }
    },
  };
}
