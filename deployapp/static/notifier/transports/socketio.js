/**
 * Socket.IO, for pages that have socket.io-client anyway and hand over its `io`. Reports; decides nothing.
 *
 * @module
 */

/** @import { Address, Link, TransportEvents } from "../types.js" */

/** Milliseconds that a living server may take to acknowledge. */
const ACK_TIMEOUT = 5000;

/**
 * @param {Address} address
 * @param {TransportEvents} on
 * @returns {Link}
 */
export function socketio({ url, topic, lastEventId, io }, on) {
  const { origin, pathname } = new URL(url);
  const auth = { topics: [topic], hello: true, ...(lastEventId != null && { last_event_id: lastEventId }) };
  const socket = io?.(origin, {
    path: `${pathname}socket.io`,
    auth,
    forceNew: true,
    reconnection: false,
    // WebSocket first: polling needs a load balancer that sends each request of a session to the same process.
    transports: ["websocket", "polling"],
    tryAllTransports: true,
  });
  const close = () => {
    socket.off();
    socket.disconnect();
  };
  const drop = () => {
    close();
    on.close();
  };
  socket.on("hello", on.open);
  socket.on("deployment_update", on.event);
  socket.on("disconnect", drop);
  socket.on("connect_error", drop);
  return {
    close,
    // Subscribing again to what is subscribed changes nothing and is acknowledged.
    ping() {
      socket.timeout(ACK_TIMEOUT).emit("subscribe", { topics: [topic] }, (/** @type {unknown} */ error) => error && drop());
    },
  };
}
