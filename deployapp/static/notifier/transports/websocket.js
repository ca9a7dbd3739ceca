/**
 * The raw WebSocket (docs/protocol.md). Reports; decides nothing, and never reconnects by itself.
 *
 * @module
 */

/** @import { Address, Link, TransportEvents } from "../types.js" */

/** Milliseconds that a living server may take to answer a ping. */
const PONG_TIMEOUT = 5000;

/**
 * @param {Address} address
 * @param {TransportEvents} on
 * @returns {Link}
 */
export function websocket({ url, query, lastEventId }, on) {
  const replay = lastEventId == null ? "" : `&last_event_id=${lastEventId}`;
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}ws/deployment-updates?${query}&hello=1${replay}`);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const close = () => {
    clearTimeout(waiting);
    socket.onclose = socket.onmessage = null;
    socket.close();
  };
  // A dead network may hold back the close event for minutes, so the end is reported without waiting for it.
  const drop = () => {
    close();
    on.close();
  };
  socket.onclose = drop;
  socket.onmessage = ({ data }) => {
    clearTimeout(waiting);
    waiting = undefined;
    const message = parse(data);
    if (message?.type === "hello") on.open(message);
    else if (message?.type === "deployment_update") on.event(message);
  };
  return {
    close,
    ping() {
      if (socket.readyState !== WebSocket.OPEN) return drop();
      socket.send('{"type":"ping"}');
      waiting ??= setTimeout(drop, PONG_TIMEOUT);
    },
  };
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
