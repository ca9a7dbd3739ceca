/**
 * Reads the server's policy (docs/protocol.md) and turns it into delays. No timer is started here.
 *
 * @module
 */

/** @import { Policy } from "./types.js" */

/** Longer is a mistake, and timers overflow after 24 days. */
const DAY = 86_400;

/** @type {Policy} until the server says otherwise */
export const DEFAULT_POLICY = { enabled: true, poll_interval: 300, poll_jitter: 0.2, reconnect_max: 60 };

/**
 * Takes over what is well-formed; the rest stays as it was.
 *
 * @param {Policy} policy
 * @param {Record<string, unknown>} [given] from a `hello` message or `parseHeader`
 * @returns {Policy}
 */
export function mergePolicy(policy, given = {}) {
  const number = (/** @type {"poll_interval" | "poll_jitter" | "reconnect_max"} */ name, least = 1) => {
    const value = Number(given[name] ?? NaN);
    return value >= least && value <= DAY ? value : policy[name];
  };
  return {
    enabled: "enabled" in given ? !/^(0|false)$/.test(String(given.enabled)) : policy.enabled,
    poll_interval: number("poll_interval"),
    poll_jitter: Math.min(number("poll_jitter", 0), 1),
    reconnect_max: number("reconnect_max"),
  };
}

/**
 * @param {string | null} header `enabled=1, poll-interval=300, …`
 * @returns {Record<string, string>}
 */
export function parseHeader(header) {
  return Object.fromEntries((header ?? "").split(/, */).map((pair) => pair.replace("-", "_").split("=")));
}

/**
 * @param {Policy} policy
 * @returns {number} milliseconds until the next poll
 */
export function pollDelay({ poll_interval, poll_jitter }) {
  return poll_interval * 1000 * (1 - poll_jitter * Math.random());
}

/**
 * Full jitter: anything between nothing and a bound that doubles, so that a restarted server is not met by everybody
 * at once (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param {Policy} policy
 * @param {number} failures in a row
 * @returns {number} milliseconds until the next attempt
 */
export function reconnectDelay({ reconnect_max }, failures) {
  return Math.min(reconnect_max, 4 * 2 ** failures) * 1000 * Math.random();
}
