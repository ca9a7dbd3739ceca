/**
 * Keeps the dashboard up to date: one connection of the project's own client for all topics; each event, and a slow
 * timer, fetch the parts that change. Uses the client's ladder of transports alone, not its notifier: a dashboard runs
 * no version of the frontends and must never be reloaded by one.
 *
 * @module
 */

import { createConnection } from "../../static/notifier/connection.js";
import { DEFAULT_POLICY, mergePolicy } from "../../static/notifier/policy.js";
import { websocket } from "../../static/notifier/transports/websocket.js";
import { watchWake } from "../../static/notifier/wake.js";
import { localise } from "./console.js";

/** Milliseconds between looks at the counters. */
const LOOK = 15_000;

const page = /** @type {HTMLElement} */ (document.querySelector("[data-live]"));
const link = /** @type {HTMLElement} */ (document.querySelector("[data-link]"));
const said = /** @type {HTMLElement} */ (document.querySelector("[data-said]"));
const service = new URL("../../", import.meta.url).href;
/** What the server sent last for each part, before times were put into the reader's zone. */
const shown = new Map();

let policy = DEFAULT_POLICY;
let stale = false;
/** @type {Promise<boolean> | undefined} */
let refreshing;
let topics = topicsOf(document);
let connection = connect();
const waking = new AbortController();
watchWake({ verify: (certain) => connection.verify(certain), check: refresh }, waking.signal);
const timer = setInterval(() => document.hidden || void refresh(), LOOK);

function connect() {
  return createConnection({
    rungs: [
      { name: "websocket", load: () => websocket },
      { name: "sse", load: async () => (await import("../../static/notifier/transports/sse.js")).sse },
    ],
    address: () => ({ url: service, query: queryOf(topics), topic: "", lastEventId: null }),
    policy: () => policy,
    ask: refresh,
    mayAsk: () => !document.hidden,
    onHello(hello) {
      // The kill switch is for the frontends' tabs.
      policy = { ...mergePolicy(policy, hello?.policy), enabled: true };
      void refresh();
    },
    onEvent({ id, frontend, environment, version }) {
      void refresh().then(() => mark(id));
      said.textContent = `${frontend}/${environment} ${version ?? ""} was deployed.`;
    },
    onChange(transport, connected) {
      link.textContent = connected ? "Live" : "Not live, trying again";
      link.classList.toggle("tag-good", connected);
    },
  });
}

/** What is fetched now answers everybody who asks before it is sent; who asks later gets the next. */
function refresh() {
  stale = true;
  return (refreshing ??= look().finally(() => (refreshing = undefined)));
}

/** @returns {Promise<boolean>} whether the server answered */
async function look() {
  try {
    while (stale) {
      stale = false;
      const answer = await fetch(page.dataset.live ?? "", { redirect: "manual" });
      if (answer.type === "opaqueredirect") return signedOut();
      if (!answer.ok) return false;
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
    return true;
  } catch {
    return false;
  }
}

/** Exchanges the parts that changed; the rest keeps its focus and selection. @param {Document} fresh */
function show(fresh) {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (fresh.querySelectorAll("[data-part]"))) {
    const { part: name } = part.dataset;
    const text = part.outerHTML;
    if (shown.get(name) === text) continue;
    shown.set(name, text);
    localise(part);
    page.querySelector(`[data-part="${name}"]`)?.replaceWith(document.adoptNode(part));
  }
  if (topicsOf(document) === topics) return;
  topics = topicsOf(document);
  connection.close();
  connection = connect();
}

/** @param {number} id of the deployment that just came */
function mark(id) {
  for (const row of page.querySelectorAll(`[data-id="${id}"]`)) row.classList.add("fresh");
}

function signedOut() {
  connection.close();
  clearInterval(timer);
  waking.abort();
  const again = document.createElement("a");
  again.href = location.href;
  again.textContent = "Signed out. Sign in again";
  link.replaceChildren(again);
  link.classList.remove("tag-good");
  return false;
}

/** @param {ParentNode} part @returns {string} as JSON */
function topicsOf(part) {
  return /** @type {HTMLElement | null} */ (part.querySelector("[data-topics]"))?.dataset.topics ?? "[]";
}

/** @param {string} json */
function queryOf(json) {
  const pairs = JSON.parse(json).map((/** @type {string} */ topic) => topic.split("/"));
  return new URLSearchParams(
    pairs.flatMap(([frontend, environment]) => [
      ["frontend", frontend],
      ["environment", environment],
    ]),
  ).toString();
}
