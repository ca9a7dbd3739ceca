/**
 * Asks the status endpoint once. What polling repeats, and what every doubt ends in.
 *
 * @module
 */

import { parseHeader } from "../policy.js";

/** Milliseconds until an unanswered question counts as failed. */
const TIMEOUT = 15_000;

/**
 * The browser's own cache keeps the ETag and asks with `If-None-Match` (`cache: "no-cache"`): a header set here would
 * cost a CORS preflight for each poll of a page on another origin.
 *
 * @param {string} url of the service
 * @param {string} query
 * @returns {Promise<{ event: unknown, policy: Record<string, string> }>} `event` is null while nothing was deployed
 * @throws {Error} when the server cannot be reached or does not answer as documented
 */
export async function fetchStatus(url, query) {
  const response = await fetch(`${url}api/deployments/status/?${query}`, {
    cache: "no-cache",
    credentials: "omit",
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!response.ok) throw new Error(`status: ${response.status}`);
  return {
    event: response.status === 204 ? null : await response.json(),
    policy: parseHeader(response.headers.get("Deployapp-Policy")),
  };
}
