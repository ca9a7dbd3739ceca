/**
 * The demo page: includes the client as any page would and shows what it knows.
 *
 * @module
 */

const blocked = new URLSearchParams(location.search).getAll("block");
for (const box of document.querySelectorAll("#network input")) box.checked = blocked.includes(box.value);

/** Stands in for a socket that the network refuses. */
class Refused {
  constructor() {
    setTimeout(() => (this.onclose ?? this.onerror)?.(new Event("error")));
  }
  addEventListener() {}
  close() {}
}
if (blocked.includes("websocket")) globalThis.WebSocket = Refused;
if (blocked.includes("sse")) globalThis.EventSource = Refused;

const { createNotifier } = await import("../notifier/index.js");
const notifier = createNotifier({ share: blocked.length === 0 });

const TRANSPORTS = {
  websocket: "WebSocket",
  sse: "server-sent events",
  socketio: "Socket.IO",
  polling: "polling",
};
const DECISIONS = {
  unknown: "asking the server",
  current: "up to date",
  update: "a newer version is live",
  rollback: "the live version was rolled back",
};
const show = (id, text) => {
  const element = document.getElementById(id);
  if (element.textContent !== text) element.textContent = text;
};

notifier.subscribe(({ transport, connected, leader, decision }) => {
  show("connection", connected ? TRANSPORTS[transport] : "connecting");
  document.getElementById("dot").classList.toggle("on", connected);
  show("leader", leader ? "this tab, for all tabs of this browser" : "another tab of this browser");
  show("decision", DECISIONS[decision]);
});

notifier.addEventListener("deployment", ({ detail: event }) => {
  document.getElementById("none").hidden = true;
  const time = document.createElement("time");
  time.dateTime = event.deployed_at;
  time.textContent = new Date(event.deployed_at).toLocaleTimeString();
  const item = document.createElement("li");
  const words = [`#${event.id}`, `${event.frontend}/${event.environment}`, event.version, event.kind, event.notes];
  item.append(time, ` ${words.filter(Boolean).join(" · ")}`);
  document.getElementById("events").prepend(item);
});

document.getElementById("check").addEventListener("click", () => notifier.check());
document.getElementById("reload").addEventListener("click", () => notifier.reload());
document.getElementById("copy").addEventListener("click", async ({ target }) => {
  const code = document.getElementById("curl");
  try {
    await navigator.clipboard.writeText(code.textContent);
    target.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(code); // no clipboard without HTTPS or permission: ready for Ctrl-C
    target.textContent = "Press Ctrl-C";
  }
});
