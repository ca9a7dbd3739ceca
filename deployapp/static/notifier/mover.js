/**
 * Moves the tab to the newest deployment in the way that its mode says, never losing unsaved work and never in
 * silence when it cannot. How a reload is done safely is another module's job.
 *
 * @module
 */

import { modeOf } from "./decision.js";
import { createGuard } from "./guard.js";
import { createPlans } from "./plans.js";
import { ATTEMPTS, attemptsOf, travel } from "./reload.js";
import { sleep } from "./sleep.js";

/** @import { Message, Notice, State, Tab } from "./types.js" */

/** How long "Updated to …" stays, in milliseconds. */
const UPDATED = 8000;
/** A file that was missing longer ago says nothing about the next deployment. */
const BROKEN = 600_000;
/** As many deployments' notes are kept. */
const NEWS = 10;

/** @param {Tab} tab */
export function createMover(tab) {
  const { settings, life, notifier, update, emit, tell, visits, journeys } = tab;
  const guard = createGuard(tab.guards, life);
  const arrived = journeys.read();
  let settled = !arrived;
  let considered = "";
  let brokenAt = -Infinity;
  let plan = new AbortController();
  /** Calls off the reload that is under way. @type {AbortController | undefined} */
  let trip;
  const plans = createPlans({ settings, life, guard, show, update, reload });

  // What is kept is given back once; a later reload keeps anew.
  if (arrived) journeys.write({ ...arrived, kept: undefined });
  update({ dismissed: visits.read()?.dismissed ?? null });

  /** @param {Notice} notice shown unless this very deployment was put away */
  function show(notice) {
    const { event, dismissed } = notifier.current;
    update({ notice: event && dismissed === event.id ? null : notice });
  }

  /**
   * @param {{ discard?: boolean, all?: boolean, ready?: () => boolean }} [how] `ready`, where nobody asked for it: asked
   *   again when nothing else is in the way
   * @returns {Promise<boolean>} true when what passes stopped it: unsaved work, a user who is back
   */
  async function reload({ discard = false, all = false, ready } = {}) {
    if (all) tell({ reload: true });
    const { event } = notifier.current;
    let stopped = false;
    const mayLeave = (isKept = true, isRecorded = true) => {
      const isReady = !ready || ready();
      stopped = !isReady || (!discard && guard.unsaved());
      // Unrecorded attempts cannot be counted: a page that stays old would be reloaded for ever.
      if (ready && !isRecorded) show("available");
      else if (discard || (isKept && !stopped)) return true;
      else update({ notice: isReady ? "unsaved" : null });
      return false;
    };
    if (attemptsOf(journeys.read(), event) >= ATTEMPTS) update({ notice: "stuck" });
    else if (!trip && mayLeave()) {
      if (!emit("beforereload", event)) show("available");
      else {
        const mine = new AbortController();
        trip = mine;
        await travel(tab, mayLeave, mine.signal).catch(ignoreAbort);
        if (trip === mine) {
          trip = undefined;
          if (notifier.current.event !== event) consider(notifier.current);
        }
      }
    }
    return stopped;
  }

  function callOff() {
    trip?.abort();
    trip = undefined;
  }

  /** Chooses what to do about a state that matters. @param {State} present */
  function consider({ event, decision, enabled, mode }) {
    plan.abort();
    plan = new AbortController();
    if (decision === "unknown") return;
    if (!settled) return arrive();
    if (decision === "current" || !event || !enabled) {
      callOff();
      return update({ notice: null });
    }
    if (trip) return;
    const attempts = attemptsOf(journeys.read(), event);
    if (attempts >= ATTEMPTS) show("stuck");
    else if (attempts || Date.now() - brokenAt < BROKEN) void reload({ ready: () => true });
    else void plans[mode](event, plan.signal).catch(ignoreAbort);
  }

  /** The first decision after a reload: says what became of it. */
  function arrive() {
    settled = true;
    const { event, decision } = notifier.current;
    if (decision === "current") {
      journeys.write(null);
      if (!arrived?.id) return;
      emit("updated", { event, from: arrived.from });
      update({ notice: "updated" });
      return void sleep(UPDATED, plan.signal).then(() => update({ notice: null }), ignoreAbort);
    }
    // Whoever asked for a reload that changed nothing must hear of it, even after "Later".
    const attempts = attemptsOf(arrived, event);
    if (attempts) update({ dismissed: null });
    if (attempts >= ATTEMPTS) emit("stuck", event);
    consider(notifier.current);
  }

  notifier.subscribe((present) => {
    const { event, decision, enabled, dismissed, news } = present;
    const key = [event?.id, decision, enabled, dismissed].join();
    if (key === considered) return;
    considered = key;
    const fresh = event && event !== news.at(-1) ? [...news, event].slice(-NEWS) : news;
    update({
      news: decision === "current" ? [] : fresh,
      ...(event && { mode: modeOf(event, settings.version, settings.mode) }),
    });
    consider(notifier.current);
  });

  /** Whether there is a deployment to move to, and the server's kill switch is off. */
  const mayMove = () => notifier.current.enabled && /update|rollback/.test(notifier.current.decision);

  /** @param {number | null} id */
  function putAway(id) {
    // Only now: a reload that waits for the server is called off, a forced one is not.
    if (notifier.current.mode !== "force") callOff();
    update({ dismissed: id, notice: null });
  }

  life.addEventListener("abort", () => {
    plan.abort();
    callOff();
  });

  return {
    reload,
    dismiss() {
      const { event, notice } = notifier.current;
      if (notice === "available") tell({ dismissed: event?.id });
      if (event && event.severity !== "critical") {
        visits.write({ id: 0, version: null, ...visits.read(), dismissed: event.id });
      }
      putAway(event?.id ?? null);
    },
    /** @param {Message} message what the user did in another tab */
    heed({ dismissed, reload: moving }) {
      const { event, notice } = notifier.current;
      const id = event?.id ?? 0;
      if (dismissed === id && notice === "available") putAway(id);
      else if (dismissed && dismissed > id) update({ dismissed }); // not heard of here yet
      if (moving && mayMove()) void reload();
    },
    saved() {
      guard.saved();
      if (notifier.current.notice === "unsaved") show("available");
    },
    /** @param {(kept: any) => void} callback */
    restore(callback) {
      if (arrived?.kept) callback(arrived.kept);
    },
    /** The tab lacks files: it moves as soon as there is a deployment to move to. @param {unknown} [error] */
    async rescue(error) {
      emit("rescue", error);
      brokenAt = Date.now();
      await notifier.check();
      if (mayMove()) await reload({ ready: () => true });
    },
  };
}

/** @param {unknown} error */
function ignoreAbort(error) {
  if (/** @type {Error} */ (error).name !== "AbortError") throw error;
}
