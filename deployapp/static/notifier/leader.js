/**
 * One connection per browser instead of one per tab: the tab that holds a Web Lock leads, the others listen on a
 * BroadcastChannel. A leader that is closed loses the lock by itself; one that is frozen does not answer and is
 * dethroned. It elects, and carries messages between the tabs; it knows nothing of transports.
 *
 * @module
 */

/** @import { Source } from "./knowledge.js" */
/** @import { Message, Notifier, State } from "./types.js" */

/** How often a follower that somebody looks at makes sure that its leader lives, in milliseconds. */
const ASK_EVERY = 15_000;
/** How long a living leader may take to answer. */
const ANSWER_TIMEOUT = 4000;

/** Whether this browser can; without it each tab has a connection of its own. */
export const canShare = "locks" in navigator && "BroadcastChannel" in globalThis;

/**
 * @typedef {object} Party
 * @property {AbortSignal} life ends it
 * @property {() => void} connect this tab leads from now on
 * @property {() => void} disconnect it does not lead, or no longer
 * @property {Notifier} notifier
 * @property {(patch: Partial<State>) => void} update
 * @property {(event: unknown, source: Source) => void} onEvent
 * @property {(message: Message) => void} onTold
 */

/**
 * @param {string} name shared by the tabs that can share a connection
 * @param {Party} party
 */
export function joinTabs(name, { life, connect, disconnect, notifier, update, onEvent, onTold }) {
  const channel = new BroadcastChannel(name);
  let askedAt = 0;
  let paused = false;
  /** Ends the reign. @type {(() => void) | undefined} */
  let resign;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let doubt;
  /** @type {AbortController | undefined} */
  let candidacy;

  channel.onmessage = ({ data }) => {
    if (data.ask) {
      askedAt = Date.now();
      if (resign) answer();
    }
    if (data.patch && !resign) {
      calm();
      update(data.patch);
    }
    if (data.event) onEvent(data.event, data.pushed ? "push" : "tab");
    onTold(data);
  };

  function answer() {
    const { transport, connected, enabled, event } = notifier.current;
    channel.postMessage({ patch: { transport, connected, enabled }, event });
  }

  /** @returns {Promise<void>} lasts as long as the reign */
  function reign() {
    calm();
    connect();
    return new Promise((resolve) => {
      resign = resolve;
    });
  }

  /** @param {LockOptions} how */
  async function stand(how) {
    try {
      await navigator.locks.request(name, how, reign);
    } catch (error) {
      // AbortError: dethroned by a tab that thought this one frozen, or no longer a candidate. Else: no locks here.
      if (/** @type {Error} */ (error).name !== "AbortError") await reign();
    }
    if (!resign) return;
    resign = undefined;
    disconnect();
    enlist();
  }

  /** Waits in line for the lock. */
  function enlist() {
    if (paused) return;
    candidacy = new AbortController();
    void stand({ signal: candidacy.signal });
    ask();
  }

  function calm() {
    clearTimeout(doubt);
    doubt = undefined;
  }

  function ask() {
    if (resign || paused || doubt || document.hidden) return;
    channel.postMessage({ ask: true });
    doubt = setTimeout(() => {
      doubt = undefined;
      candidacy?.abort();
      void stand({ steal: true });
    }, ANSWER_TIMEOUT);
  }

  /** A page that is frozen or in the back/forward cache must not hold the others back. */
  function pause() {
    paused = true;
    calm();
    candidacy?.abort();
    resign?.();
  }

  function resume() {
    if (!paused) return;
    paused = false;
    enlist();
  }

  const until = { signal: life };
  addEventListener("pagehide", pause, until);
  addEventListener("pageshow", resume, until);
  document.addEventListener("freeze", pause, until);
  document.addEventListener("resume", resume, until);
  document.addEventListener("visibilitychange", ask, until);
  life.addEventListener("abort", () => {
    pause();
    clearInterval(timer);
    channel.close();
  });
  const timer = setInterval(ask, ASK_EVERY);
  enlist();

  return {
    /** @param {Message} message for every other tab */
    tell: (message) => channel.postMessage(message),
    /** @returns {boolean} whether a visible tab asked lately: somebody looks, although this tab may be hidden */
    wanted: () => Date.now() - askedAt < 3 * ASK_EVERY,
  };
}
