/**
 * Keeps the best transport that works: a ladder of push transports, with polling as the ground that always holds.
 * Whatever breaks, it falls to the ground at once and keeps climbing back with full-jitter backoff.
 * It knows nothing of deployments, tabs or pages.
 *
 * @module
 */

import { pollDelay, reconnectDelay } from "./policy.js";

/** @import { Address, Link, Policy, Transport, TransportName } from "./types.js" */

/**
 * Milliseconds for a transport to prove itself (a proxy that swallows WebSocket frames never says no), and for a link
 * to count as a good one, whose end starts a new backoff.
 */
const PATIENCE = 10_000;

/**
 * @typedef {object} Rung
 * @property {TransportName} name
 * @property {() => Transport | Promise<Transport>} load
 */

/**
 * @typedef {object} ConnectionOptions
 * @property {Rung[]} rungs best first
 * @property {() => Address} address asked anew for each attempt
 * @property {() => Policy} policy
 * @property {() => Promise<boolean>} ask asks the status once; whether the server answered
 * @property {() => boolean} mayAsk false while nobody looks
 * @property {(message: any) => void} onHello
 * @property {(message: unknown) => void} onEvent
 * @property {(transport: TransportName, connected: boolean) => void} onChange
 */

/** @param {ConnectionOptions} options */
export function createConnection({ rungs, address, policy, ask, mayAsk, onHello, onEvent, onChange }) {
  let level = rungs.length;
  let failures = 0;
  let since = 0;
  let closed = false;
  let climbing = false;
  /** Whether the ground holds: until a poll is answered, each climb that fails asks again. */
  let answered = false;
  /** @type {Link | undefined} */
  let link;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let climbTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pollTimer;

  /** Nothing is pushed to a tab that does not know yet what was newest when its page was loaded. */
  const isUnsure = () => address().lastEventId == null;

  /** @param {number} next @returns {Promise<boolean>} whether that rung holds now */
  async function attempt(next) {
    const transport = await rungs[next].load();
    return new Promise((resolve) => {
      /** @type {Link} */
      let candidate;
      const close = () => {
        clearTimeout(timeout);
        resolve(false);
        if (link === candidate) fall();
      };
      const open = (/** @type {any} */ message) => {
        clearTimeout(timeout);
        resolve(true);
        letGo();
        link = candidate;
        level = next;
        since = Date.now();
        onHello(message);
        if (closed) return letGo();
        if (link) onChange(rungs[next].name, true);
        pollLater();
        if (isUnsure()) void ask();
      };
      candidate = transport(address(), { open, event: onEvent, close });
      const timeout = setTimeout(() => {
        candidate.close();
        close();
      }, PATIENCE);
    });
  }

  function fall() {
    if (Date.now() - since > PATIENCE) failures = 0;
    letGo();
    clearTimeout(pollTimer);
    answered = false;
    onChange(rungs[0].name, false);
    if (!climbing) climbLater();
  }

  async function climb() {
    clearTimeout(climbTimer);
    if (climbing || closed) return;
    climbing = true;
    for (let next = 0; next < level && !closed && policy().enabled; next++) {
      if (await attempt(next).catch(() => false)) break;
    }
    climbing = false;
    if (!link && !answered) void poll();
    if (level) climbLater();
  }

  function climbLater() {
    clearTimeout(climbTimer);
    climbTimer = closed || !policy().enabled ? undefined : setTimeout(climb, reconnectDelay(policy(), failures++));
  }

  /** On the ground it hears by asking; on a rung it asks now and then whether the link is not silently dead. */
  async function poll() {
    pollLater();
    link?.ping?.();
    if ((link?.ping && !isUnsure()) || !mayAsk()) return;
    answered = await ask();
    if (!link && !closed) onChange("polling", answered);
  }

  function pollLater() {
    clearTimeout(pollTimer);
    if (!closed) pollTimer = setTimeout(poll, pollDelay(policy()));
  }

  function letGo() {
    const held = link;
    link = undefined;
    level = rungs.length;
    held?.close();
  }

  void climb();

  return {
    /**
     * Makes sure that the link lives, and climbs at once where there is none.
     *
     * @param {boolean} certain the tab surely missed something: a link that cannot be asked is replaced
     */
    verify(certain) {
      if (link?.ping) return link.ping();
      if (link && !certain) return;
      if (link) fall();
      failures = 0;
      void climb();
    },
    /** Follows a changed policy: the kill switch leaves only polling. */
    follow() {
      if (policy().enabled === !!link) return;
      if (!link) return void (climbTimer ?? climb());
      letGo();
      climbLater();
      void poll();
    },
    close() {
      closed = true;
      clearTimeout(climbTimer);
      clearTimeout(pollTimer);
      letGo();
    },
  };
}
