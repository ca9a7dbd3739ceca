/**
 * Server-sent events, for networks that break WebSocket. Reports; decides nothing, and never reconnects by itself.
 *
 * @module
 */

/** @import { Address, Link, TransportEvents } from "../types.js" */

/**
 * @param {Address} address
 * @param {TransportEvents} on
 * @returns {Link}
 */
export function sse({ url, query, lastEventId }, on) {
  const replay = lastEventId == null ? "" : `&last_event_id=${lastEventId}`;
  const source = new EventSource(`${url}sse/deployment-updates?${query}&hello=1${replay}`);
  const drop = () => {
    source.close();
    on.close();
  };
  const listen = (/** @type {string} */ name, /** @type {(message: unknown) => void} */ report) =>
    source.addEventListener(name, ({ data }) => {
      try {
        report(JSON.parse(data));
      } catch {
        // What is not JSON is not from a Deployapp server.
      }
    });
  listen("hello", on.open);
  listen("deployment_update", on.event);
  // EventSource would reconnect on its own schedule; the ladder's backoff is kinder to the server.
  source.onerror = drop;
  // No `ping`: the comments that keep the stream alive are not shown to pages, so a doubtful stream is replaced.
  return { close: () => source.close() };
}
