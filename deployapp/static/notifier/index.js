/**
 * The public API: one small store of what is known about this tab, and what can be done with it. What is not needed
 * at once is in files of its own, loaded right after the start: not later, because after a deployment an old chunk may
 * be gone.
 *
 * @module
 */

import { listen } from "./hearing.js";
import { createKnowledge } from "./knowledge.js";
import { createMemory } from "./memory.js";
import { readOptions } from "./options.js";

/** @import { NotifierListening, Tab } from "./types.js" */
/** @typedef {import("./types.js").Notifier} Notifier */
/** @typedef {import("./types.js").Options} Options */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").DeploymentEvent} DeploymentEvent */

/**
 * Starts to listen for deployments of a frontend. Each notifier is on its own; nothing is put on `window`.
 *
 * @param {Options} [options]
 * @returns {Notifier}
 * @throws {TypeError} when `url` is not an address
 */
export function createNotifier(options = {}) {
  const settings = readOptions(options);
  const { url, frontend, environment, version, banner } = settings;
  const key = `deployapp:${url}${frontend}/${environment}`;
  const visits = createMemory("localStorage", key);
  const journeys = createMemory("sessionStorage", key);
  const guards = new Set();
  const savers = new Set();
  /** @type {Set<(state: State) => void>} */
  const subscribers = new Set();
  const ending = new AbortController();
  const life = ending.signal;
  /** @type {State} */
  let state = {
    decision: "unknown",
    event: null,
    news: [],
    notice: null,
    mode: "prompt",
    seconds: 0,
    version,
    transport: null,
    connected: false,
    leader: false,
    enabled: true,
    dismissed: null,
  };

  const update = (/** @type {Partial<State>} */ patch) => {
    const keys = /** @type {(keyof State)[]} */ (Object.keys(patch));
    if (keys.every((key) => state[key] === patch[key])) return;
    notifier.current = state = { ...state, ...patch };
    for (const subscriber of subscribers) subscriber(state);
    emit("change", state);
  };
  const emit = (/** @type {string} */ type, /** @type {unknown} */ detail) =>
    notifier.dispatchEvent(new CustomEvent(type, { detail, cancelable: true }));

  /**
   * Tries until it is there: without its parts a tab would show nothing and go nowhere.
   *
   * @template T, P
   * @param {() => Promise<T>} fetching
   * @param {(module: T) => P} start
   * @param {number} [pause] milliseconds before the next try
   * @returns {Promise<P>}
   */
  const load = async (fetching, start, pause = 1000) => {
    const module = await fetching().catch(() => null);
    if (life.aborted) return new Promise(() => {});
    if (module) return start(module);
    await new Promise((resolve) => setTimeout(resolve, pause));
    return load(fetching, start, 2 * pause);
  };
  const register = (/** @type {Set<any>} */ set) => (/** @type {any} */ callback) => {
    set.add(callback);
    return () => set.delete(callback);
  };
  /** What the mover does as soon as it is there. @param {"reload" | "dismiss" | "saved" | "restore" | "rescue"} name */
  const move =
    (name) =>
    (/** @type {any} */ argument = undefined) =>
      mover.then((/** @type {any} */ moving) => moving[name](argument));

  /** @type {Notifier} */
  const notifier = Object.assign(/** @type {NotifierListening & EventTarget} */ (new EventTarget()), {
    current: state,
    subscribe: (/** @type {(state: State) => void} */ subscriber) => {
      subscriber(state);
      return register(subscribers)(subscriber);
    },
    check: () => hearing.check().then(() => state),
    guard: register(guards),
    save: register(savers),
    reload: move("reload"),
    dismiss: move("dismiss"),
    saved: move("saved"),
    restore: move("restore"),
    rescue: move("rescue"),
    destroy() {
      ending.abort();
      subscribers.clear();
    },
  });

  const knowledge = createKnowledge(settings, visits, journeys);
  /** @type {Tab} */
  const tab = {
    settings,
    life,
    notifier,
    visits,
    journeys,
    guards,
    savers,
    update,
    emit,
    tell: (message) => hearing.tell(message),
  };
  const hearing = listen({
    ...tab,
    lastEventId: knowledge.lastEventId,
    onEvent(data, source) {
      const learnt = knowledge.learn(data, source);
      if (!learnt) return;
      const known = state.event;
      update(learnt);
      if (learnt.event !== known) emit("deployment", learnt.event);
    },
    onTold: (message) => mover.then(({ heed }) => heed(message)),
  });
  const mover = load(() => import("./parts.js"), ({ startParts }) => startParts(tab, hearing));
  if (banner !== false) void load(() => import("./banner.js"), ({ showBanner }) => showBanner(notifier, settings, life));
  return notifier;
}
