/**
 * Decides what a deployment means for this tab. Pure: no clock, no storage, no page.
 *
 * @module
 */

import { compareVersions } from "./version.js";

/** @import { Decision, DeploymentEvent, Mode, Visit } from "./types.js" */

/**
 * What is known of the tab.
 *
 * @typedef {object} Facts
 * @property {string | null} version what its build says it is
 * @property {number | null} baseline id of the newest deployment when the page was loaded; 0 if there was none
 * @property {Visit | null} remembered what this browser knew before this page; null on a first visit
 */

/**
 * A deployment that came while the tab was open is judged by version where both sides have one, else by id.
 * One that was there before the page was loaded counts only when the page is provably stale: a first visit never does.
 *
 * @param {Facts} tab
 * @param {DeploymentEvent | null} event
 * @returns {Decision}
 */
export function decide({ version, baseline, remembered }, event) {
  if (!event) return "current";
  const before = event.id <= (baseline ?? 0);
  const comparable = version && event.version;
  const order = comparable ? compareVersions(event.version ?? "", version) : NaN;
  if (comparable ? version === event.version || (before && !isStale()) : before) return "current";
  return event.kind === "rollback" || order < 0 ? "rollback" : "update";

  // A page loaded after a deployment of another version is stale when its build is older, or when the same build ran
  // here before that deployment. Otherwise it may be ahead: files are often live before the deployment is registered.
  function isStale() {
    return remembered && (order > 0 || (remembered.version === version && remembered.id < (event?.id ?? 0)));
  }
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
  return own ?? (event.mode && isMode(event.mode) ? event.mode : "prompt");
}

/** @param {string} name @returns {name is Mode} */
const isMode = (name) => /^(silent|idle|navigation)$/.test(name);

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
