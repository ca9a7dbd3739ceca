/**
 * The public API: one small store of what is known about this tab, and what can be done with it. What is not needed
 * at once is in files of its own, loaded right after the start: not later, because after a deployment an old chunk may
 * be gone.
 *
 * @module
 */
export type Notifier = import("./types.js").Notifier;
export type Options = import("./types.js").Options;
export type State = import("./types.js").State;
export type DeploymentEvent = import("./types.js").DeploymentEvent;
/**
 * Starts to listen for deployments of a frontend. Each notifier is on its own; nothing is put on `window`.
 *
 * @param {Options} [options]
 * @returns {Notifier}
 * @throws {TypeError} when `url` is not an address
 */
export declare function createNotifier(options?: Options): Notifier;
