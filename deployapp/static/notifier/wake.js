/**
 * Notices that the tab may have missed something: it became visible, came back online or from the back/forward cache,
 * or its clock jumped because the machine slept. Any such doubt ends in one question to the server.
 *
 * @module
 */

const TICK = 10_000;
/** Hidden tabs are throttled to one timer a minute; only a longer gap is sleep. */
const SLEPT = 90_000;

/** A tab that becomes visible again and again need not ask each time. */
const FRESH = 10_000;

/**
 * @param {{ verify(certain: boolean): void, check(): unknown }} hearing its connection is verified, and its status asked
 * @param {AbortSignal} signal ends it
 */
export function watchWake(hearing, signal) {
  let last = Date.now();
  let askedAt = last;
  /** @param {boolean} certain the tab surely missed something */
  function wake(certain) {
    hearing.verify(certain);
    if (!certain && Date.now() - askedAt < FRESH) return;
    askedAt = Date.now();
    hearing.check();
  }
  const timer = setInterval(() => {
    const gap = Date.now() - last;
    last = Date.now();
    if (gap > SLEPT) wake(true);
  }, TICK);
  document.addEventListener("visibilitychange", () => document.hidden || wake(false), { signal });
  addEventListener("online", () => wake(true), { signal });
  addEventListener("pageshow", ({ persisted }) => persisted && wake(true), { signal });
  signal.addEventListener("abort", () => clearInterval(timer));
}
