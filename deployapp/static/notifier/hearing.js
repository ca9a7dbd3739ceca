/**
 * Hears of deployments by whatever works: joins status, connection and leader. Says what it heard and how; whether
 * that concerns this tab is decided elsewhere. Push is only a hint: any doubt ends in one question to the status.
 *
 * @module
 */

import { createConnection } from "./connection.js";
import { DEFAULT_POLICY, mergePolicy } from "./policy.js";
import { fetchStatus } from "./transports/status.js";
import { websocket } from "./transports/websocket.js";
import { watchWake } from "./wake.js";

/** @import { Rung } from "./connection.js" */
/** @import { Settings, State } from "./types.js" */

/** A tab that becomes visible again and again need not ask each time; milliseconds. */
const FRESH = 10_000;

/**
 * @typedef {object} HearingOptions
 * @property {Settings} settings
 * @property {() => number | null} lastEventId
 * @property {() => unknown} event the newest deployment known, for tabs that join
 * @property {(event: unknown, source: "push" | "status" | "tab") => void} onEvent
 * @property {(message: any) => void} onTell what the page in another tab told this one
 * @property {(patch: Partial<State>) => void} update
 */

/** @param {HearingOptions} options */
export function listen({ settings, lastEventId, event, onEvent, onTell, update }) {
  const { url, frontend, environment, io } = settings;
  const query = new URLSearchParams({ frontend, environment }).toString();
  const topic = `${frontend}/${environment}`;
  let policy = DEFAULT_POLICY;
  let checkedAt = -Infinity;
  let closed = false;
  /** @type {Promise<boolean> | undefined} */
  let checking;
  /** @type {ReturnType<typeof createConnection> | undefined} */
  let connection;
  /** @type {ReturnType<typeof import("./leader.js").joinElection> | undefined} */
  let election;
  /** @type {Partial<State>} */
  let heard = { transport: null, connected: false };

  /** @type {Rung[]} */
  const rungs = io
    ? [{ name: "socketio", load: async () => (await import("./transports/socketio.js")).socketio }]
    : [
        { name: "websocket", load: () => websocket },
        { name: "sse", load: async () => (await import("./transports/sse.js")).sse },
      ];

  /** @param {Record<string, unknown>} [given] */
  function follow(given) {
    policy = mergePolicy(policy, given);
    update({ enabled: policy.enabled });
    connection?.follow();
  }

  /** One question in flight, however many ask. @returns {Promise<boolean>} whether the server answered */
  const check = () =>
    (checking ??= ask().finally(() => {
      checking = undefined;
    }));

  async function ask() {
    try {
      const answer = await fetchStatus(url, query);
      if (closed) return false;
      checkedAt = Date.now();
      follow(answer.policy);
      onEvent(answer.event, "status");
      return true;
    } catch {
      return false;
    }
  }

  function connect() {
    connection = createConnection({
      rungs,
      address: () => ({ url, query, topic, lastEventId: lastEventId(), io }),
      policy: () => policy,
      ask: check,
      mayPoll: () => !document.hidden || !!election?.wanted(),
      onHello: (message) => follow(message.policy),
      onEvent(message) {
        onEvent(message, "push");
        election?.tell({ event: message });
      },
      onChange(transport, connected) {
        heard = { transport, connected };
        update({ ...heard, leader: true });
        election?.tell({ heard });
      },
    });
  }

  function disconnect() {
    connection?.close();
    connection = undefined;
  }

  async function elect() {
    const { joinElection } = await import("./leader.js");
    if (closed) return;
    election = joinElection({
      name: `deployapp:${url}${topic}`,
      onLead: connect,
      onFollow() {
        disconnect();
        update({ leader: false });
      },
      onMessage(message) {
        if (message?.heard && !connection) update((heard = message.heard));
        if (message?.event) onEvent(message.event, message.reign ? "tab" : "push");
        onTell(message ?? {});
      },
      answer: () => ({ heard, event: event() }),
    });
  }

  // The first answer is what the page is measured against, so it comes before anything that is pushed.
  const started = check().then(() => {
    if (closed) return;
    const shareable = settings.share && "locks" in navigator && "BroadcastChannel" in globalThis;
    return shareable ? elect().catch(connect) : connect();
  });

  const unwatch = watchWake((certain) => {
    connection?.[certain ? "verify" : "nudge"]();
    if (certain || Date.now() - checkedAt > FRESH) void check();
  });

  return {
    started,
    check,
    /** @param {unknown} message for the same page in other tabs */
    tell: (message) => election?.tell(message),
    close() {
      closed = true;
      unwatch();
      election?.leave();
      disconnect();
    },
  };
}
