/**
 * Reloads this tab once it is worth it: the origin answers and, where the page says its version, serves another one.
 * What must survive is kept in the tab's session storage. When to reload is decided elsewhere.
 *
 * @module
 */

import { sleep } from "./sleep.js";

/** @import { DeploymentEvent, Tab } from "./types.js" */

/**
 * What outlives the reload.
 *
 * @typedef {object} Journey
 * @property {number} id of the deployment to be reached
 * @property {string | null} version of the deployment to be reached
 * @property {string | null} from what ran before
 * @property {number} attempts reloads towards it so far
 * @property {unknown} kept by the page's `save` callbacks
 */

/** A page that is still the old one after this many reloads will not change by another. */
export const ATTEMPTS = 2;
const PROBE_TIMEOUT = 10_000;
/** A page whose `beforeunload` question was answered with "stay" is still here after this long. */
const STAYED = 10_000;
const META = /<meta\b[^>]*\bname=["']?deployapp-version\b[^>]*>/i;

/**
 * @param {Partial<Journey> | null} journey
 * @param {DeploymentEvent | null} event
 * @returns {number} reloads of this tab towards that deployment
 */
export function attemptsOf(journey, event) {
  if (!journey || !event) return 0;
  const same = journey.id === event.id || (!!event.version && journey.version === event.version);
  return same ? (journey.attempts ?? 0) : 0;
}

/**
 * Waits until the reload is worth it, keeps what `save` gives, and reloads the exact address.
 *
 * @param {Tab} tab
 * @param {{ save: () => unknown, mayLeave: () => boolean, signal: AbortSignal }} how `mayLeave` is asked last
 * @returns {Promise<void>} resolves with the page still there only if `mayLeave` said no
 * @throws {DOMException} AbortError
 */
export async function travel(tab, { save, mayLeave, signal }) {
  const before = tab.journey.read();
  const attempts = attemptsOf(before, tab.state().event) + 1;
  tab.update({ notice: "reloading" });
  for (let tries = 0; !(await isWorthIt(tab, attempts > 1, signal)); tries++) {
    tab.update({ notice: "waiting" });
    await sleep(Math.min(60, 2 ** tries) * (500 + 500 * Math.random()), signal);
  }
  signal.throwIfAborted();
  if (!mayLeave()) return;
  const { event, decision, version } = tab.state();
  const kept = save();
  const target = event && decision !== "current" && { id: event.id, version: event.version, from: version, attempts };
  tab.journey.write({ ...target, kept });
  location.reload();
  await sleep(STAYED, signal);
  tab.journey.write(before);
  tab.update({ notice: "available" });
}

/**
 * Asks the origin for this very page; the second time past every cache, which also replaces what the browser kept.
 *
 * @param {Tab} tab
 * @param {boolean} pastCache
 * @param {AbortSignal} signal
 */
async function isWorthIt(tab, pastCache, signal) {
  try {
    const response = await fetch(location.href, {
      cache: pastCache ? "reload" : "no-cache",
      headers: { accept: "text/html" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT)]),
    });
    if (!response.ok) return false;
    const served = /\bcontent=["']?([^"'\s>]*)/i.exec(META.exec(await response.text())?.[0] ?? "")?.[1];
    const { version, decision } = tab.state();
    return !served || served !== version || decision === "current";
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
