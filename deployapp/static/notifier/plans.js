/**
 * What each mode does about a deployment. A plan ends in a notice or in a reload, and stops when its signal is aborted.
 * A plan that cannot go on because of unsaved work says so instead of waiting in silence.
 *
 * @module
 */

import { sleep } from "./sleep.js";

/** @import { DeploymentEvent, Mode, Notice, Settings, State } from "./types.js" */

const SECOND = 1000;

/**
 * @typedef {object} Means
 * @property {Settings} settings
 * @property {AbortSignal} life ends the watching for a user at rest
 * @property {{ unsaved(): boolean }} guard
 * @property {(notice: Notice) => void} show
 * @property {(patch: Partial<State>) => void} update
 * @property {(how: { ready: () => boolean }) => Promise<boolean>} reload true when unsaved work alone stopped it, or it is not
 *   ready any more
 */

/** @param {Means} means */
export function createPlans({ settings, life, guard, show, update, reload }) {
  const { idleSeconds = 60, countdownSeconds = 30 } = settings;
  let activeAt = Date.now();
  for (const type of ["pointerdown", "pointermove", "keydown", "wheel", "scroll"]) {
    addEventListener(type, () => (activeAt = Date.now()), { capture: true, passive: true, signal: life });
  }

  /** @param {() => boolean} ready @param {AbortSignal} signal resolves once ready and nothing is unsaved */
  async function chance(ready, signal) {
    while (!ready() || guard.unsaved()) {
      if (ready()) show("unsaved");
      await sleep(SECOND / 4, signal);
    }
  }

  /** @param {() => boolean} ready @param {AbortSignal} signal also tries again when work began during the probe */
  async function leave(ready, signal) {
    do await chance(ready, signal);
    while (await reload({ ready }));
  }

  /** Spreads the herd: each tab picks its moment of the window that the server gave. @param {DeploymentEvent} event */
  const turn = ({ reload_window }, /** @type {AbortSignal} */ signal) =>
    sleep(Math.random() * (reload_window || 0) * SECOND, signal);

  /** @type {Record<Mode, (event: DeploymentEvent, signal: AbortSignal) => Promise<void>>} */
  const plans = {
    /** The page's own code decides; else the tab moves with its next load. */
    async silent() {
      update({ notice: null });
    },
    async prompt() {
      show("available");
    },
    async idle(event, signal) {
      await turn(event, signal);
      await leave(() => Date.now() - activeAt >= idleSeconds * SECOND, signal);
    },
    async navigation(event, signal) {
      await turn(event, signal);
      // Compared instead of listened for: routers change the address in ways that fire no event everywhere.
      const here = location.href;
      await leave(() => location.href !== here, signal);
    },
    async force(event, signal) {
      await turn(event, signal);
      for (let left = countdownSeconds; left > 0; ) {
        await chance(() => true, signal);
        update({ notice: "countdown", seconds: Math.ceil(left) });
        const since = Date.now();
        await sleep(SECOND, signal);
        // By the clock: the timers of a hidden tab run once a minute.
        left -= (Date.now() - since) / SECOND;
      }
      await leave(() => true, signal);
    },
  };
  return plans;
}
