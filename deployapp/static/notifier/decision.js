/**
 * Decides what a deployment means for this tab. Pure: no clock, no storage, no page.
 *
 * @module
 */

import { compareVersions } from "./version.js";

/** @import { Decision, DeploymentEvent, Mode } from "./types.js" */

/**
 * What is known of the tab.
 *
 * @typedef {object} Knowledge
 * @property {string | null} version what its build says it is
 * @property {number | null} baseline id of the newest deployment when the page was loaded; 0 if there was none
 * @property {Remembered | null} remembered what this browser knew before this page; null on a first visit
 */

/**
 * @typedef {object} Remembered
 * @property {number} id the newest deployment that was known
 * @property {string | null} version what ran then
 */

/**
 * A deployment that came while the tab was open is judged by version where both sides have one, else by id.
 * One that was there before the page was loaded counts only when the page is provably stale: a first visit never does.
 *
 * @param {Knowledge} tab
 * @param {DeploymentEvent | null} event
 * @returns {Decision}
 */
export function decide({ version, baseline, remembered }, event) {
  if (!event) return "current";
  const before = event.id <= (baseline ?? 0);
  const order = version && event.version ? compareVersions(event.version, version) : NaN;
  if (version && event.version) {
    if (version === event.version) return "current";
    if (before && !isStale(version, order, event.id, remembered)) return "current";
  } else if (before) return "current";
  return event.kind === "rollback" || order < 0 ? "rollback" : "update";
}

/**
 * A page loaded after a deployment of another version: stale when its build is older, or when the same build ran
 * here before that deployment. Otherwise it may be ahead: files are often live before the deployment is registered.
 *
 * @param {string} version
 * @param {number} order
 * @param {number} id
 * @param {Remembered | null} remembered
 */
function isStale(version, order, id, remembered) {
  return !!remembered && (order > 0 || (remembered.version === version && remembered.id < id));
}

/**
 * How the tab moves: the page's own mode wins over the deployment's, but nothing weakens `force`, and a tab older than
 * `min_version` is forced.
 *
 * @param {DeploymentEvent} event
 * @param {string | null} version
 * @param {Mode} [own] the page's
 * @returns {Mode}
 */
export function modeOf(event, version, own) {
  const tooOld = version && event.min_version && compareVersions(version, event.min_version) < 0;
  if (tooOld || event.mode === "force") return "force";
  return own ?? (event.mode === "silent" || event.mode === "idle" || event.mode === "navigation" ? event.mode : "prompt");
}

/**
 * Reads what a transport delivered.
 *
 * @param {any} data
 * @param {string} topic the only one this tab wants
 * @returns {DeploymentEvent | null} null for anything that is not a deployment of the topic
 */
export function readEvent(data, topic) {
  return Number.isInteger(data?.id) && `${data.frontend}/${data.environment}` === topic ? data : null;
}
