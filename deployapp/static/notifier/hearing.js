/**
 * Hears of deployments by whatever works: joins status, connection and the other tabs. Says what it heard and how;
 * whether that concerns this tab is decided elsewhere. Push is only a hint: any doubt ends in one question to the
 * status.
 *
 * @module
 */

import { createConnection } from "./connection.js";
import { DEFAULT_POLICY, mergePolicy } from "./policy.js";
import { fetchStatus } from "./transports/status.js";
import { websocket } from "./transports/websocket.js";

/** @import { Rung } from "./connection.js" */
/** @import { Source } from "./knowledge.js" */
/** @import { Message, Notifier, Settings, State } from "./types.js" */

/**
 * @typedef {object} HearingOptions
 * @property {Settings} settings
 * @property {AbortSignal} life
 * @property {Notifier} notifier
 * @property {(patch: Partial<State>) => void} update
 * @property {() => number | null} lastEventId
 * @property {(event: unknown, source: Source) => void} onEvent
 * @property {(message: Message) => void} onTold
 */

/** @param {HearingOptions} options */
export function listen({ settings, life, notifier, update, lastEventId, onEvent, onTold }) {
  const { url, frontend, environment, io, share } = settings;
  const topic = `${frontend}/${environment}`;
  const query = new URLSearchParams({ frontend, environment }).toString();
  let policy = DEFAULT_POLICY;
  /** @type {Promise<boolean> | undefined} */
  let checking;
  /** @type {ReturnType<typeof createConnection> | undefined} */
  let connection;
  /** @type {ReturnType<typeof import("./leader.js").joinTabs> | undefined} */
  let tabs;

  /** @type {Rung[]} */
  const rungs = io
    ? [{ name: "socketio", load: async () => (await import("./transports/socketio.js")).socketio }]
    : [
        { name: "websocket", load: () => websocket },
        { name: "sse", load: async () => (await import("./parts.js")).sse },
      ];

  /** @param {Partial<State>} patch what followers must know too @param {unknown} [event] so that they know it as well */
  function spread(patch, event) {
    update(patch);
    if (connection) tabs?.tell({ patch, event });
  }

  /** @param {Record<string, unknown>} [given] @param {unknown} [event] that the status answered with it */
  function follow(given, event) {
    policy = mergePolicy(policy, given);
    spread({ enabled: policy.enabled }, event);
    connection?.follow();
  }

  /** One question in flight, however many ask. @returns {Promise<boolean>} whether the server answered */
  const check = () => (checking ??= ask().finally(() => (checking = undefined)));

  async function ask() {
    try {
      const answer = await fetchStatus(url, query);
      if (life.aborted) return false;
      follow(answer.policy, answer.event);
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
      mayAsk: () => !document.hidden || !!tabs?.wanted(),
      onHello: (message) => follow(message.policy),
      onChange: (transport, connected) => spread({ transport, connected }),
      onEvent(event) {
        onEvent(event, "push");
        tabs?.tell({ event, pushed: true });
      },
    });
    update({ connected: false, leader: true });
  }

  function disconnect() {
    connection?.close();
    connection = undefined;
    update({ leader: false });
  }

  async function start() {
    // The first answer is what the page is measured against, so it comes before anything that is pushed.
    await check();
    const shared = share === false ? undefined : await import("./parts.js").catch(() => undefined);
    if (life.aborted) return;
    const party = { life, connect, disconnect, notifier, update, onEvent, onTold };
    if (shared?.canShare) tabs = shared.joinTabs(`deployapp:${url}${topic}`, party);
    else connect();
  }

  life.addEventListener("abort", disconnect);
  void start();

  return {
    check,
    verify: (/** @type {boolean} */ certain) => connection?.verify(certain),
    tell: (/** @type {Message} */ message) => life.aborted || tabs?.tell(message),
  };
}
