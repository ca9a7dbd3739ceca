/**
 * Moves the tab to the newest deployment in the way that its mode says, never losing unsaved work and never in
 * silence when it cannot. How a reload is done safely is another module's job.
 *
 * @module
 */

import { createGuard } from "./guard.js";
import { ATTEMPTS, attemptsOf, travel } from "./reload.js";
import { sleep } from "./sleep.js";

/** @import { Mode, Notice, State, Tab } from "./types.js" */

const SECOND = 1000;
/** How long it is said that the old version came back, before the second and last attempt. */
const RETRY = 3 * SECOND;
/** How long "Updated to …" stays. */
const UPDATED = 8 * SECOND;

/** @param {Tab} tab */
export function createMover(tab) {
  const { settings } = tab;
  /** @type {Record<"guards" | "savers" | "restorers", Set<any>>} */
  const hooks = { guards: new Set(), savers: new Set(), restorers: new Set() };
  const guard = createGuard(hooks.guards);
  const arrived = tab.journey.read();
  if (arrived?.kept) tab.journey.write({ ...arrived, kept: undefined });
  let settled = !arrived;
  let considered = "";
  let broken = false;
  let travelling = false;
  let activeAt = Date.now();
  let plan = new AbortController();
  let trip = new AbortController();
  const watching = new AbortController();

  for (const type of ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "touchstart"]) {
    addEventListener(type, () => (activeAt = Date.now()), { capture: true, passive: true, signal: watching.signal });
  }

  /** @param {Notice} notice shown unless this very deployment was put away */
  const tell = (notice) => {
    const { event, dismissed } = tab.state();
    tab.update({ notice: dismissed === event?.id ? null : notice });
  };

  /** @param {{ discard?: boolean }} [how] */
  async function reload({ discard = false } = {}) {
    const { event } = tab.state();
    if (attemptsOf(tab.journey.read(), event) >= ATTEMPTS) return tab.update({ notice: "stuck" });
    const mayLeave = () => {
      const free = discard || !guard.unsaved();
      if (!free) tab.update({ notice: "unsaved" });
      return free;
    };
    if (!mayLeave()) return;
    if (!tab.emit("beforereload", { event })) return tell("available");
    if (travelling) return;
    travelling = true;
    trip = new AbortController();
    await travel(tab, { save, mayLeave, signal: trip.signal }).catch(ignoreAbort);
    travelling = false;
  }

  const save = () => Object.assign({}, ...[...hooks.savers].map((saver) => saver()));

  /** Spreads the herd: each tab picks its own moment of the window that the server gave. @param {State} state */
  const spread = ({ event }) => Math.random() * (event?.reload_window ?? 0) * SECOND;

  /** @type {Record<Mode, (state: State, signal: AbortSignal) => unknown>} */
  const plans = {
    silent: () => tab.update({ notice: null }),
    prompt: () => tell("available"),
    async idle(state, signal) {
      await sleep(spread(state), signal);
      while (Date.now() - activeAt < settings.idleSeconds * SECOND || guard.unsaved()) {
        if (Date.now() - activeAt > settings.idleSeconds * SECOND) tell("unsaved");
        await sleep(SECOND, signal);
      }
      await reload();
    },
    async navigation(state, signal) {
      await sleep(spread(state), signal);
      for (let here = location.href; here === location.href || guard.unsaved(); ) {
        if (here !== location.href) tell("unsaved");
        await sleep(SECOND / 4, signal);
      }
      await reload();
    },
    async force(state, signal) {
      await sleep(spread(state), signal);
      for (let seconds = settings.countdownSeconds; seconds > 0 || guard.unsaved(); ) {
        const unsaved = guard.unsaved();
        tab.update(unsaved ? { notice: "unsaved" } : { notice: "countdown", seconds: seconds-- });
        await sleep(SECOND, signal);
      }
      await reload();
    },
  };

  /** @param {State} state */
  function consider(state) {
    plan.abort();
    plan = new AbortController();
    if (!state.enabled || state.decision === "unknown") return tab.update({ notice: null });
    const attempts = attemptsOf(tab.journey.read(), state.event);
    if (!settled) arrive(state);
    else if (state.decision === "current") stay();
    else if (attempts >= ATTEMPTS) tab.update({ notice: "stuck" });
    else if (!travelling) void carryOut(broken ? () => reload() : attempts ? retry : plans[state.mode], state);
  }

  /** @param {(state: State, signal: AbortSignal) => unknown} planned @param {State} state */
  async function carryOut(planned, state) {
    await Promise.resolve(planned(state, plan.signal)).catch(ignoreAbort);
  }

  /** The reload brought the old page back, from some cache. @param {State} _ @param {AbortSignal} signal */
  async function retry(_, signal) {
    tab.update({ notice: "waiting" });
    await sleep(RETRY, signal);
    await reload();
  }

  function stay() {
    trip.abort();
    tab.update({ notice: null });
  }

  /** The first decision after a reload: says what became of it. @param {State} state */
  function arrive(state) {
    settled = true;
    if (state.decision !== "current") {
      if (attemptsOf(tab.journey.read(), state.event) >= ATTEMPTS) tab.emit("stuck", state.event);
      return consider(state);
    }
    tab.journey.write(null);
    if (!arrived?.id) return;
    tab.emit("updated", { event: state.event, from: arrived.from });
    tab.update({ notice: "updated" });
    sleep(UPDATED, plan.signal).then(() => tab.update({ notice: null }), ignoreAbort);
  }

  /** @param {any} restorer */
  const restore = (restorer) => arrived?.kept && restorer(arrived.kept);

  const unsubscribe = tab.subscribe((state) => {
    const key = [state.event?.id, state.decision, state.mode, state.enabled, state.dismissed].join();
    if (key === considered) return;
    considered = key;
    consider(state);
  });

  return {
    reload,
    saved: guard.saved,
    /** Calls off a reload that waits for the server, except a forced one. */
    postpone() {
      if (tab.state().mode !== "force") trip.abort();
    },
    /** The tab lacks files: it moves as soon as there is a deployment to move to. */
    async rescue() {
      broken = true;
      await tab.check();
      if (/update|rollback/.test(tab.state().decision)) await reload();
    },
    /** @param {keyof typeof hooks} kind @param {any} callback */
    hook(kind, callback) {
      hooks[kind].add(callback);
      if (kind === "restorers") restore(callback);
    },
    /** @param {keyof typeof hooks} kind @param {any} callback */
    unhook: (kind, callback) => void hooks[kind].delete(callback),
    stop() {
      unsubscribe();
      guard.stop();
      watching.abort();
      plan.abort();
      trip.abort();
    },
  };
}

/** @param {unknown} error */
function ignoreAbort(error) {
  if (/** @type {Error} */ (error).name !== "AbortError") throw error;
}
