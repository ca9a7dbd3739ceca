/**
 * Shows the notifier's notice: a custom element with a shadow root, so that page and banner leave each other's styles
 * alone. Text goes in as text, styles as a constructed sheet: a strict CSP and Trusted Types need no exception.
 * It decides nothing; every button calls the public API.
 *
 * @module
 */

import { STYLES } from "./banner-styles.js";
import { fill, messagesFor } from "./messages.js";

/** @import { BannerOptions, Messages, Notifier, Settings, State } from "./types.js" */

const NAME = "deployapp-banner";
/** Longer release notes are cut: a banner is not the place to read them. */
const NOTES_LIMIT = 2000;

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} part its name for the page's CSS
 * @param {...Node} children
 */
function make(tag, part, ...children) {
  const element = document.createElement(tag);
  element.setAttribute("part", part);
  element.append(...children);
  return element;
}

/**
 * @param {Notifier} notifier
 * @param {Settings} settings
 * @param {AbortSignal} life takes the banner away
 */
export function showBanner(notifier, { banner: given, refreshAll }, life) {
  const { position = "bottom", lang, messages: own, parent } = /** @type {BannerOptions} */ (Object(given));
  if (!customElements.get(NAME)) customElements.define(NAME, class extends HTMLElement {});
  // The banner's elements; those with a part can be styled by the page (docs/client.md).
  const host = document.createElement(NAME);
  const message = make("p", "message");
  const seconds = make("b", "seconds");
  const summary = make("summary", "summary");
  const text = make("div", "text");
  const link = make("a", "link");
  const notes = make("details", "notes", summary, text, link);
  const act = make("button", "button refresh");
  const later = make("button", "button later");
  const box = make("section", "banner", make("div", "line", message, seconds), notes, make("div", "buttons", act, later));
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  /** @type {HTMLElement | null} */
  let cameFrom = null;
  const dismiss = () => void notifier.dismiss();

  message.role = "status";
  seconds.role = "timer";
  message.id = NAME;
  box.setAttribute("aria-labelledby", NAME);
  text.tabIndex = 0; // long notes scroll, by keyboard too
  link.rel = "noreferrer";
  link.target = "_blank";
  sheet.replaceSync(STYLES);
  root.adoptedStyleSheets = [sheet];
  root.append(box);
  host.dataset.position = position;
  host.addEventListener("focusin", ({ relatedTarget }) => {
    cameFrom = /** @type {HTMLElement | null} */ (relatedTarget) ?? cameFrom;
  });
  host.addEventListener("keydown", ({ key }) => key === "Escape" && !later.hidden && dismiss());
  later.onclick = dismiss;
  act.onclick = () => void notifier.reload({ discard: notifier.current.notice === "unsaved", all: refreshAll });
  (parent ?? document.body).append(host);
  life.addEventListener("abort", () => host.remove());

  /** @param {State} state @param {Messages} messages */
  function render({ notice, event, version, mode, decision, seconds: left, news }, messages) {
    const is = (/** @type {string[]} */ ...notices) => notices.includes(notice ?? "");
    const key = is("available") && decision === "rollback" ? decision : notice;
    const said = key ? fill(messages[key], key === "updated" ? version : event?.version) : "";
    const url = `${event?.url ?? ""}`;
    host.toggleAttribute("data-open", !!notice);
    box.part.toggle("critical", event?.severity === "critical");
    // Only a changed text is announced; the countdown beside it is not.
    if (message.textContent !== said) message.textContent = said;
    seconds.textContent = is("countdown") ? `${left}` : "";
    act.textContent = is("unsaved") ? messages.anyway : messages.refresh;
    act.hidden = !is("available", "countdown", "unsaved");
    later.textContent = is("stuck", "updated") ? messages.close : messages.later;
    later.hidden = !notice || is("reloading", "countdown") || (mode === "force" && is("unsaved"));
    summary.textContent = messages.notes;
    text.textContent = news.flatMap((deployment) => deployment.notes || []).join("\n\n").slice(0, NOTES_LIMIT);
    // Never a `javascript:` address, whoever wrote it.
    link.hidden = !/^https?:/i.test(url);
    link.textContent = url;
    if (!link.hidden) link.href = url;
    notes.hidden = act.hidden || (link.hidden && !text.textContent);
  }

  const wanted = [lang, document.documentElement.lang, ...navigator.languages].flatMap((tag) => tag || []);
  void messagesFor(wanted).then(({ messages, ...language }) => {
    if (life.aborted) return;
    Object.assign(box, language);
    notifier.subscribe((state) => {
      const focused = /** @type {HTMLElement | null} */ (root.activeElement);
      render(state, { ...messages, ...own });
      // Focus must not fall to the document when what held it goes away.
      if (focused?.hidden || (focused && !state.notice)) cameFrom?.focus();
    });
  });
}
