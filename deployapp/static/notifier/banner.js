/**
 * Shows the notifier's notice: a custom element with a shadow root, so that page and banner leave each other's styles
 * alone. Text goes in as text, styles as a constructed sheet: a strict CSP and Trusted Types need no exception.
 * It decides nothing; every button calls the public API.
 *
 * @module
 */

import { STYLES } from "./banner-styles.js";
import { fill, messagesFor } from "./messages.js";

/** @import { Notifier } from "./index.js" */
/** @import { BannerOptions, DeploymentEvent, Messages, State } from "./types.js" */

const NAME = "deployapp-banner";
/** Longer release notes are cut: a banner is not the place to read them. */
const NOTES_LIMIT = 2000;

/** @type {CSSStyleSheet | undefined} */
let sheet;

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {string} part names, separated by spaces @param {...Node} children
 */
function make(tag, part, ...children) {
  const element = document.createElement(tag);
  element.part.add(...part.split(" "));
  element.append(...children);
  return element;
}

/** The element that holds the banner; everything in it is a part (docs/client.md). */
class DeployappBanner extends HTMLElement {
  constructor() {
    super();
    this.message = make("p", "message");
    this.message.setAttribute("role", "status");
    this.seconds = make("span", "seconds");
    this.seconds.setAttribute("role", "timer");
    this.summary = make("summary", "summary");
    this.notes = make("div", "text");
    this.link = make("a", "link");
    this.link.rel = "noopener noreferrer";
    this.link.target = "_blank";
    this.details = make("details", "notes", this.summary, this.notes, this.link);
    this.act = make("button", "button refresh");
    this.later = make("button", "button later");
    const line = make("div", "line", this.message, this.seconds);
    this.box = make("section", "banner", line, this.details, make("div", "buttons", this.act, this.later));
    this.message.id = "message";
    this.box.setAttribute("aria-labelledby", "message");
    const root = this.attachShadow({ mode: "open" });
    sheet ??= new CSSStyleSheet();
    if (!sheet.cssRules.length) sheet.replaceSync(STYLES);
    root.adoptedStyleSheets = [sheet];
    root.append(this.box);
  }
}

/**
 * @param {Notifier} notifier
 * @param {BannerOptions & { refreshAll?: boolean }} options
 * @returns {() => void} takes the banner away
 */
export function showBanner(notifier, { position = "bottom", lang, messages: own, parent, refreshAll }) {
  if (!customElements.get(NAME)) customElements.define(NAME, DeployappBanner);
  const banner = /** @type {DeployappBanner} */ (document.createElement(NAME));
  banner.dataset.position = position;
  /** @type {Element | null} */
  let cameFrom = null;
  banner.addEventListener("focusin", ({ relatedTarget }) => {
    if (relatedTarget instanceof HTMLElement && relatedTarget !== banner) cameFrom = relatedTarget;
  });
  const later = () => notifier.dismiss();
  banner.later.addEventListener("click", later);
  banner.addEventListener("keydown", ({ key }) => key === "Escape" && !banner.later.hidden && later());
  banner.act.addEventListener("click", () =>
    notifier.reload({ discard: notifier.current.notice === "unsaved", all: refreshAll }),
  );
  (parent ?? document.body).append(banner);

  const unsubscribe = notifier.subscribe((state) => {
    const wanted = [lang, document.documentElement.lang, ...navigator.languages].filter((tag) => !!tag);
    const focused = banner.shadowRoot?.activeElement;
    render(banner, state, messagesFor(/** @type {string[]} */ (wanted), own));
    // Focus must not fall to the document when what held it goes away.
    if (focused && !focused.checkVisibility()) /** @type {HTMLElement | null} */ (cameFrom)?.focus();
  });
  return () => {
    unsubscribe();
    banner.remove();
  };
}

/**
 * @param {DeployappBanner} banner @param {State} state
 * @param {ReturnType<typeof messagesFor>} language
 */
function render(banner, state, { lang, dir, messages }) {
  const { notice, event, version, seconds, mode, decision } = state;
  banner.box.lang = lang;
  banner.box.dir = dir;
  banner.box.part.toggle("critical", event?.severity === "critical");
  banner.toggleAttribute("data-open", !!notice);
  const key = notice === "available" && decision === "rollback" ? "rollback" : notice;
  const text = key ? fill(messages[key], key === "updated" ? version : event?.version) : "";
  // Only a changed text is announced; the countdown beside it is not.
  if (banner.message.textContent !== text) banner.message.textContent = text;
  banner.seconds.textContent = notice === "countdown" ? `${seconds}` : "";
  renderNews(banner, state, messages);
  banner.act.textContent = notice === "unsaved" ? messages.anyway : messages.refresh;
  banner.act.hidden = !/available|countdown|unsaved/.test(notice ?? "");
  banner.later.textContent = /stuck|updated/.test(notice ?? "") ? messages.close : messages.later;
  banner.later.hidden = notice === "reloading" || (mode === "force" && /countdown|unsaved/.test(notice ?? ""));
}

/** @param {DeployappBanner} banner @param {State} state @param {Messages} messages */
function renderNews(banner, { notice, news, event }, messages) {
  const shown = notice === "available" || notice === "unsaved" || notice === "countdown";
  const notes = news.flatMap((deployment) => deployment.notes || []).join("\n\n");
  const url = shown && safeUrl(event);
  banner.details.hidden = !shown || !(notes || url);
  banner.summary.textContent = messages.notes;
  banner.notes.textContent = String(notes).slice(0, NOTES_LIMIT);
  banner.link.hidden = !url;
  if (url) banner.link.href = banner.link.textContent = url;
}

/** @param {DeploymentEvent | null} event @returns {string} nothing but http and https is ever linked */
function safeUrl(event) {
  return /^https?:\/\//i.test(event?.url ?? "") ? String(event?.url) : "";
}
