/**
 * Reloads this tab once it is worth it: the origin answers and, where the page says its version, serves another one.
 * What must survive is kept in the tab's session storage. When to reload is decided elsewhere.
 *
 * @module
 */

import { sleep } from "./sleep.js";

/** @import { DeploymentEvent, Journey, State, Tab } from "./types.js" */

/** A page that is still the old one after this many reloads will not change by another. */
export const ATTEMPTS = 2;
const PROBE_TIMEOUT = 10_000;
/** Seconds between two probes at most: the tabs of a page that a CDN holds back for hours are no load. */
const LONGEST_WAIT = 300;
/** A page whose `beforeunload` question was answered with "stay" is still here after this long. */
const STAYED = 10_000;
const META = /<meta\b[^>]*\bname=["']?deployapp-version\b[^>]*>/i;
const SERVED = /\bcontent=["']?([^"'\s>]*)/i;

/**
 * @param {Journey | null} journey
 * @param {DeploymentEvent | null} event
 * @returns {number} reloads of this tab towards that deployment, or another of the same version
 */
export function attemptsOf(journey, event) {
  const same = event && (journey?.id === event.id || (event.version && journey?.to === event.version));
  return (same && journey?.attempts) || 0;
}

/**
 * Waits until the reload is worth it, keeps what `save` gives, and reloads the exact address.
 *
 * @param {Tab} tab
 * @param {(isKept: boolean) => boolean} mayLeave asked last, when nothing else is in the way; `isKept` is false when
 *   something that `save` should give back cannot be kept
 * @param {AbortSignal} signal
 * @returns {Promise<void>} resolves with the page still there only if it may not leave, or its user stopped it
 * @throws {DOMException} AbortError
 */
export async function travel({ notifier, update, journeys, savers }, mayLeave, signal) {
  const before = journeys.read();
  const attempts = () => attemptsOf(before, notifier.current.event) + 1;
  update({ notice: "reloading" });
  for (let tries = 0; !(await isWorthIt(notifier.current, attempts() > 1)); tries++) {
    signal.throwIfAborted();
    update({ notice: "waiting" });
    await sleep(Math.min(LONGEST_WAIT, 2 ** tries) * (500 + 500 * Math.random()), signal);
  }
  signal.throwIfAborted();
  const { event, decision, version } = notifier.current;
  const target = decision !== "current" && event ? { id: event.id, to: event.version } : {};
  const journey = { ...target, from: version, attempts: attempts() };
  const kept = keep(savers);
  const isKept = kept !== null && (journeys.write({ ...journey, kept }) || !kept);
  if (!mayLeave(isKept)) return void journeys.write(before);
  if (!isKept) journeys.write(journey);
  location.reload();
  await sleep(STAYED, signal);
  journeys.write(before);
  update({ notice: "available" });
}

/**
 * @param {Set<() => object | null | undefined>} savers
 * @returns {object | null | undefined} undefined when there is nothing to keep, null when one of them fails
 */
function keep(savers) {
  try {
    const kept = Object.assign({}, ...[...savers].map((saver) => saver()));
    return Object.keys(kept).length ? kept : undefined;
  } catch {
    return null;
  }
}

/**
 * Asks the origin for this very page; the second time past every cache, which also replaces what the browser kept.
 *
 * @param {State} state
 * @param {boolean} pastCache
 */
async function isWorthIt({ version, decision }, pastCache) {
  try {
    const response = await fetch(location.href, {
      cache: pastCache ? "reload" : "no-cache",
      headers: { accept: "text/html" },
      signal: AbortSignal.timeout(PROBE_TIMEOUT),
    });
    const served = SERVED.exec(META.exec(await response.text())?.[0] ?? "")?.[1];
    return response.ok && (!served || served !== version || decision === "current");
  } catch {
    return false;
  }
}
