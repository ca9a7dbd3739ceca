/**
 * What a tab needs soon but not at once, as one file: fewer requests, and it is there before a deployment can take it
 * away. Only starts its parts.
 *
 * @module
 */

import { createMover } from "./mover.js";
import { watchFailures } from "./rescue.js";
import { watchWake } from "./wake.js";

/** @import { Tab } from "./types.js" */

export { canShare, joinTabs } from "./leader.js";
export { sse } from "./transports/sse.js";

/**
 * @param {Tab} tab
 * @param {Parameters<typeof watchWake>[0]} hearing
 */
export function startParts(tab, hearing) {
  watchWake(hearing, tab.life);
  if (tab.settings.rescue !== false) watchFailures(tab.notifier, tab.life);
  return createMover(tab);
}
