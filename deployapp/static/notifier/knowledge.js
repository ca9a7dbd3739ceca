/**
 * Knows what this tab runs and which deployment is the newest, and says when that changes. Remembers it for the
 * browser's next visit. Shows nothing and moves nothing.
 *
 * @module
 */

import { decide, readEvent } from "./decision.js";

/** @import { Decision, DeploymentEvent, Journey, Memory, Settings } from "./types.js" */

/**
 * Where a deployment was heard of. What is pushed happened just now; what another tab (`tab`) or the server (`status`)
 * knows may be older than this page.
 *
 * @typedef {"push" | "status" | "tab"} Source
 */

/**
 * @param {Settings} settings
 * @param {Memory<import("./types.js").Visit>} visits of this browser
 * @param {Memory<Journey>} journeys of this tab
 */
export function createKnowledge({ frontend, environment, version }, visits, journeys) {
  const topic = `${frontend}/${environment}`;
  /** @type {DeploymentEvent | null} */
  let newest = null;
  /** @type {Decision} */
  let decision = "unknown";
  /** The newest deployment when the page was loaded; 0 if there was none. @type {number | null} */
  let baseline = null;
  let remembered = visits.read();
  const begun = journeys.read();
  // After a reload that was meant to reach deployment n, what was left behind is what ran before n.
  if (begun?.id) remembered = { id: begun.id - 1, version: begun.from };

  return {
    lastEventId: () => newest?.id ?? baseline,
    /**
     * @param {unknown} data
     * @param {Source} source
     * @returns {{ event: DeploymentEvent | null, decision: Decision } | undefined} only when something changed
     */
    learn(data, source) {
      const event = readEvent(data, topic);
      if (!event && (data || source !== "status")) return;
      if (baseline === null && source === "tab") return;
      baseline ??= source === "status" ? (event?.id ?? 0) : 0;
      const before = decision;
      const isNews = event && event.id > (newest?.id ?? -1);
      if (isNews) newest = event;
      decision = decide({ version, baseline, remembered }, newest);
      if (decision === "current") visits.write({ ...visits.read(), id: newest?.id ?? 0, version });
      return isNews || decision !== before ? { event: newest, decision } : undefined;
    },
  };
}
