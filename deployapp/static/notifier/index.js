/**
 * The public API: knows what this tab runs, hears of deployments, and keeps one small store that the page, the banner
 * and the mover share. What is not needed until something is deployed is loaded right after the start, in files of
 * its own: not later, because after a deployment an old chunk may be gone.
 *
 * @module
 */

import { decide, modeOf, readEvent } from "./decision.js";
import { listen } from "./hearing.js";
import { createMemory } from "./memory.js";
import { readOptions } from "./options.js";

/** @import { DeploymentEvent, Options, Settings, State, Tab } from "./types.js" */
/** @import { Remembered } from "./decision.js" */
/** @import { Journey } from "./reload.js" */

/**
 * Tells a page of new deployments of its frontend.
 *
 * Dispatches `deployment` (each new deployment heard of), `change` (each new state), `beforereload` (cancelable),
 * `updated` (the first page load after a successful reload), `stuck` and `rescue`; `detail` is documented in
 * docs/client.md.
 */
export class Notifier extends EventTarget {
  /** @type {Settings} */
  #settings;
  /** @type {State} */
  #state;
  /** @type {Set<(state: State) => void>} */
  #subscribers = new Set();
  /** @type {number | null} */
  #baseline = null;
  /** @type {ReturnType<typeof createMemory<Remembered & { dismissed: number }>>} */
  #memory;
  /** @type {Remembered | null} */
  #remembered;
  /** @type {ReturnType<typeof listen>} */
  #hearing;
  /** @type {Promise<Awaited<ReturnType<typeof import("./mover.js").createMover>>>} */
  #mover;
  /** @type {(() => void)[]} */
  #cleanups = [];

  /** @param {Options} [options] */
  constructor(options = {}) {
    super();
    const settings = (this.#settings = readOptions(options));
    const { url, frontend, environment, version } = settings;
    const key = `deployapp:${url}${frontend}/${environment}`;
    this.#memory = createMemory("localStorage", key);
    const { id, version: ran = null } = this.#memory.read() ?? {};
    this.#remembered = Number.isInteger(id) ? { id: Number(id), version: ran } : null;
    /** @type {ReturnType<typeof createMemory<Journey>>} */
    const journey = createMemory("sessionStorage", key);
    const begun = journey.read();
    // After a reload that was meant to reach deployment n, the version that was left behind is what ran before n.
    if (begun?.id) this.#remembered = { id: begun.id - 1, version: begun.from ?? null };
    this.#state = {
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
      dismissed: this.#memory.read()?.dismissed ?? null,
    };
    /** @type {Tab} */
    const tab = {
      settings,
      journey,
      state: () => this.#state,
      subscribe: this.subscribe,
      update: (patch) => this.#update(patch),
      emit: (type, detail) => this.#emit(type, detail),
      check: () => this.check(),
    };
    this.#mover = import("./mover.js").then(({ createMover }) => createMover(tab));
    this.#load(this.#mover, (mover) => mover.stop);
    if (settings.banner) this.#load(import("./banner.js"), ({ showBanner }) => showBanner(this, settings.banner ?? {}));
    if (settings.rescue) this.#load(import("./rescue.js"), ({ watchFailures }) => watchFailures((error) => this.rescue(error)));
    this.#hearing = listen({
      settings,
      lastEventId: () => this.#state.event?.id ?? this.#baseline,
      event: () => this.#state.event,
      onEvent: (event, source) => this.#hear(event, source),
      onTell: (message) => this.#beTold(message),
      update: (patch) => this.#update(patch),
    });
  }

  /** The present state; the same object until something changes. */
  get current() {
    return this.#state;
  }

  /**
   * Calls `subscriber` now and at every change (Svelte's store contract; also fit for React's `useSyncExternalStore`).
   *
   * @param {(state: State) => void} subscriber
   * @returns {() => void} unsubscribes
   */
  subscribe = (subscriber) => {
    this.#subscribers.add(subscriber);
    subscriber(this.#state);
    return () => void this.#subscribers.delete(subscriber);
  };

  /** Asks the server once; whoever asks meanwhile shares the answer. @returns {Promise<State>} */
  async check() {
    await this.#hearing.check();
    return this.#state;
  }

  /**
   * Moves this tab to the newest deployment, safely: unsaved work stops it with a notice, a server that does not
   * answer delays it.
   *
   * @param {{ discard?: boolean, all?: boolean }} [how] `discard`: the user agreed to lose what is unsaved;
   *   `all`: the other tabs of this frontend move too, as far as nothing is unsaved there
   */
  async reload({ discard = false, all = false } = {}) {
    if (all) this.#hearing.tell({ reload: true });
    await (await this.#mover).reload({ discard });
  }

  /** Puts the notice away, in every tab and for this deployment only. */
  dismiss() {
    const id = this.#state.event?.id ?? null;
    if (this.#state.notice === "available") {
      this.#hearing.tell({ dismissed: id });
      if (this.#state.event?.severity !== "critical") this.#remember({ dismissed: id ?? undefined });
    }
    this.#update({ dismissed: id, notice: null });
    void this.#mover.then((mover) => mover.postpone());
  }

  /**
   * @param {() => boolean} callback true while the page has work that a reload would lose
   * @returns {() => void} takes it back
   */
  guard(callback) {
    return this.#hook("guards", callback);
  }

  /** Says that everything entered so far has been saved: form fields count as unsaved only when changed again. */
  saved() {
    void this.#mover.then((mover) => mover.saved());
  }

  /**
   * @param {() => object | null | undefined} callback answers what the page wants back after the reload (as JSON)
   * @returns {() => void} takes it back
   */
  save(callback) {
    return this.#hook("savers", callback);
  }

  /**
   * @param {(kept: any) => void} callback gets what `save` kept, once, if this page load follows such a reload
   * @returns {() => void} takes it back
   */
  restore(callback) {
    return this.#hook("restorers", callback);
  }

  /**
   * Tells of a failure that looks like files of an old deployment being gone (for a framework's error boundary).
   *
   * @param {unknown} [error]
   */
  async rescue(error) {
    this.#emit("rescue", error);
    await (await this.#mover).rescue();
  }

  /** Ends everything: connection, timers, listeners, banner. */
  destroy() {
    this.#hearing.close();
    this.#cleanups.splice(0).forEach((cleanup) => cleanup());
    this.#cleanups.push = (cleanup) => (cleanup(), 0);
    this.#subscribers.clear();
  }

  /**
   * @template T
   * @param {Promise<T>} part
   * @param {(part: T) => () => void} start answers what ends it
   */
  #load(part, start) {
    part.then((loaded) => this.#cleanups.push(start(loaded))).catch((error) => this.#emit("rescue", error));
  }

  /** @param {"guards" | "savers" | "restorers"} kind @param {any} callback */
  #hook(kind, callback) {
    void this.#mover.then((mover) => mover.hook(kind, callback));
    return () => void this.#mover.then((mover) => mover.unhook(kind, callback));
  }

  /** @param {unknown} data @param {"push" | "status" | "tab"} source */
  #hear(data, source) {
    const { frontend, environment, version, mode } = this.#settings;
    const event = readEvent(data, `${frontend}/${environment}`);
    if (!event && (data || source !== "status")) return;
    // What another tab knew may be older than this page; what is pushed is certainly younger.
    if (this.#baseline === null && source === "tab") return;
    this.#baseline ??= source === "status" ? (event?.id ?? 0) : 0;
    const known = this.#state.event;
    const newest = event && !(known && event.id <= known.id) ? event : known;
    const knowledge = { version, baseline: this.#baseline, remembered: this.#remembered };
    const decision = decide(knowledge, newest);
    if (decision === "current") this.#remember({ id: newest?.id ?? 0, version });
    if (newest === known && decision === this.#state.decision) return;
    const news = decision === "current" ? [] : [...this.#state.news, ...(newest && newest !== known ? [newest] : [])];
    this.#update({ event: newest, decision, news: news.slice(-10), ...(newest && { mode: modeOf(newest, version, mode) }) });
    if (newest !== known) this.#emit("deployment", newest);
  }

  /** @param {{ dismissed?: number, reload?: boolean }} message */
  #beTold({ dismissed, reload }) {
    if (dismissed && dismissed === this.#state.event?.id) {
      this.#update({ dismissed, ...(this.#state.notice === "available" && { notice: null }) });
    }
    if (reload) void this.#mover.then((mover) => mover.reload({ discard: false }));
  }

  /** @param {object} facts */
  #remember(facts) {
    this.#memory.write({ ...this.#memory.read(), ...facts });
  }

  /** @param {Partial<State>} patch */
  #update(patch) {
    const before = this.#state;
    const changed = Object.entries(patch).some(([key, value]) => before[/** @type {keyof State} */ (key)] !== value);
    if (!changed) return;
    this.#state = { ...before, ...patch };
    for (const subscriber of this.#subscribers) subscriber(this.#state);
    this.#emit("change", this.#state);
  }

  /** @param {string} type @param {unknown} detail */
  #emit(type, detail) {
    return this.dispatchEvent(new CustomEvent(type, { detail, cancelable: true }));
  }
}

/** @param {Options} [options] */
export const createNotifier = (options) => new Notifier(options);
