/**
 * Keeps the best transport that works: a ladder of push transports, with polling as the ground that always holds.
 * Whatever breaks, it falls to the ground at once and keeps climbing back with full-jitter backoff.
 * It knows nothing of deployments, tabs or pages.
 *
 * @module
 */

import { pollDelay, reconnectDelay } from "./policy.js";

/** @import { Link, Policy, Transport, TransportEvents, TransportName, Address } from "./types.js" */

/** Milliseconds for a transport to prove itself; a proxy that swallows WebSocket frames never says no. */
const OPEN_TIMEOUT = 10_000;
/** A link that lived this long was a good one: the next failure starts a new backoff. */
const STEADY = 10_000;

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
 * @property {() => boolean} mayPoll false while nobody looks
 * @property {(message: any) => void} onHello
 * @property {(message: unknown) => void} onEvent
 * @property {(transport: TransportName, connected: boolean) => void} onChange
 */

/** @param {ConnectionOptions} options */
export function createConnection({ rungs, address, policy, ask, mayPoll, onHello, onEvent, onChange }) {
  const ground = rungs.length;
  let level = ground;
  let failures = 0;
  let since = 0;
  let closed = false;
  let climbing = false;
  /** @type {Link | undefined} */
  let link;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let climbTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pollTimer;

  /** @param {number} next @returns {Promise<boolean>} whether that rung holds now */
  async function attempt(next) {
    const transport = await rungs[next].load();
    return new Promise((resolve) => {
      let opened = false;
      /** @type {Link | undefined} */
      let candidate;
      const end = () => {
        clearTimeout(timeout);
        resolve(false);
        if (opened && link === candidate) fall();
      };
      const timeout = setTimeout(() => {
        candidate?.close();
        end();
      }, OPEN_TIMEOUT);
      /** @type {TransportEvents} */
      const on = {
        open(message) {
          clearTimeout(timeout);
          if (closed || !policy().enabled) return candidate?.close(), resolve(false);
          opened = true;
          hold(next, candidate);
          onHello(message);
          resolve(true);
        },
        event: onEvent,
        close: end,
      };
      candidate = transport(address(), on);
    });
  }

  /** @param {number} next @param {Link | undefined} candidate */
  function hold(next, candidate) {
    link?.close();
    link = candidate;
    level = next;
    since = Date.now();
    onChange(rungs[next].name, true);
    pollLater();
  }

  function fall() {
    if (Date.now() - since > STEADY) failures = 0;
    link = undefined;
    level = ground;
    clearTimeout(pollTimer);
    pollTimer = undefined;
    if (closed) return;
    onChange(rungs[0].name, false);
    climbLater();
  }

  async function climb() {
    clearTimeout(climbTimer);
    if (climbing || closed) return;
    climbing = true;
    for (let next = 0; next < level && !closed && policy().enabled; next++) {
      if (await attempt(next).catch(() => false)) break;
    }
    climbing = false;
    if (!link && !pollTimer) void poll();
    if (level) climbLater();
  }

  function climbLater() {
    clearTimeout(climbTimer);
    if (!closed && policy().enabled) climbTimer = setTimeout(climb, reconnectDelay(policy(), failures++));
  }

  /** On the ground it hears by asking; on a rung it asks now and then whether the link is not silently dead. */
  async function poll() {
    pollLater();
    if (link?.ping) return link.ping();
    if (!mayPoll()) return;
    const answered = await ask();
    if (!link && !closed) onChange("polling", answered);
  }

  function pollLater() {
    clearTimeout(pollTimer);
    pollTimer = closed ? undefined : setTimeout(poll, pollDelay(policy()));
  }

  function letGo() {
    const held = link;
    link = undefined;
    held?.close();
  }

  void climb();

  return {
    /** After a sleep: proves that the link lives or replaces it, and climbs at once where there is none. */
    verify() {
      if (link?.ping) return link.ping();
      if (link) {
        letGo();
        fall();
      }
      failures = 0;
      void climb();
    },
    /** Somebody looks again: asks a link that can be asked, climbs where there is none. */
    nudge() {
      if (link) link.ping?.();
      else void climb();
    },
    /** Follows a changed policy: the kill switch leaves only polling. */
    follow() {
      if (policy().enabled) return void (link || climb());
      clearTimeout(climbTimer);
      level = ground;
      if (!link) return;
      letGo();
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
