/**
 * Notices that the tab may have missed something: it became visible, came back online or from the back/forward cache,
 * or its clock jumped because the machine slept. Only says so; what to do about it is decided elsewhere.
 *
 * @module
 */

const TICK = 10_000;
/** Hidden tabs are throttled to one timer a minute; only a longer gap is sleep. */
const SLEPT = 90_000;

/**
 * @param {(certain: boolean) => void} onWake `certain` when something was surely missed, not only perhaps
 * @returns {() => void} stops watching
 */
export function watchWake(onWake) {
  const watching = new AbortController();
  const { signal } = watching;
  let last = Date.now();
  const timer = setInterval(() => {
    const gap = Date.now() - last;
    last = Date.now();
    if (gap > SLEPT) onWake(true);
  }, TICK);
  signal.addEventListener("abort", () => clearInterval(timer));
  document.addEventListener("visibilitychange", () => document.hidden || onWake(false), { signal });
  addEventListener("online", () => onWake(true), { signal });
  return () => watching.abort();
}
