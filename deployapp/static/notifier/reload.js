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
/**
 * Milliseconds that a probe may take. A page whose `beforeunload` question was answered with "stay" is still here after
 * as long.
 */
const PATIENCE = 10_000;
/** Seconds until the second attempt, when some cache has brought the old page back; long enough to read that it has. */
const SECOND_WAIT = 4;
/** Seconds between two probes at most: the tabs of a page that a CDN holds back for hours are no load. */
const LONGEST_WAIT = 300;
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
 * @param {(isKept: boolean, isRecorded: boolean) => boolean} mayLeave asked last, when nothing else is in the way;
 *   `isKept` is false when something that `save` should give back cannot be kept, `isRecorded` when nothing can be
 * @param {AbortSignal} signal
 * @returns {Promise<void>} resolves with the page still there only if it may not leave, or its user stopped it
 * @throws {DOMException} AbortError
 */
export async function travel({ notifier, update, journeys, savers }, mayLeave, signal) {
  const before = journeys.read();
  const attempts = () => attemptsOf(before, notifier.current.event) + 1;
  for (let wait = attempts() > 1 ? SECOND_WAIT : 0; ; wait = Math.min(LONGEST_WAIT, wait * 2 || 1)) {
    update({ notice: wait ? "waiting" : "reloading" });
    await sleep(wait * (500 + 500 * Math.random()), signal);
    const isReady = await isWorthIt(notifier.current, attempts() > 1);
    signal.throwIfAborted();
    if (isReady) break;
  }
  const { event, decision, version } = notifier.current;
  const target = decision !== "current" && event ? { id: event.id, to: event.version } : {};
  const journey = { ...target, from: version, attempts: attempts() };
  const kept = keep(savers);
  const isWritten = journeys.write({ ...journey, kept });
  const isKept = kept !== null && (isWritten || !kept);
  if (!mayLeave(isKept, isWritten || journeys.write(journey))) return void journeys.write(before);
  location.reload();
  await sleep(PATIENCE, signal);
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
      signal: AbortSignal.timeout(PATIENCE),
    });
    const served = SERVED.exec(META.exec(await response.text())?.[0] ?? "")?.[1];
    // Some hosts serve the page of every deep link with status 404.
    const isNew = served && served !== version;
    return response.ok ? isNew || !served || decision === "current" : isNew && response.status === 404;
  } catch {
    return false;
  }
}
