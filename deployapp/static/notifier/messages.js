/**
 * What the banner says. English is always there; a tab loads one language more at most, at the start, because its file
 * may be gone after a deployment. `{version}` is the version spoken of; it goes, with the words before it in the braces
 * (`{to version}`), when there is none.
 *
 * @module
 */

/** @import { Messages } from "./types.js" */

/** @type {Messages} */
const ENGLISH = {
  available: "A new version {version} is available.",
  rollback: "The previous version {version} is live again.",
  countdown: "A new version is live. This page refreshes shortly.",
  unsaved: "A new version is ready. Save your work first.",
  waiting: "The new version is not here yet. This page keeps trying.",
  reloading: "Refreshing…",
  stuck: "The new version did not load. Please try again later.",
  updated: "Updated {to version}",
  notes: "What is new",
  refresh: "Refresh",
  anyway: "Discard and refresh",
  later: "Later",
  close: "Close",
};

/** Spelt out, because bundlers must see each file. @type {Record<string, () => Promise<{ default: Messages }>>} */
const LANGUAGES = {
  ar: () => import("./languages/ar.js"),
  de: () => import("./languages/de.js"),
  es: () => import("./languages/es.js"),
  fr: () => import("./languages/fr.js"),
  it: () => import("./languages/it.js"),
  ja: () => import("./languages/ja.js"),
  nl: () => import("./languages/nl.js"),
  pl: () => import("./languages/pl.js"),
  pt: () => import("./languages/pt.js"),
  ru: () => import("./languages/ru.js"),
  zh: () => import("./languages/zh.js"),
};

/** Languages that have texts. */
export const languages = ["en", ...Object.keys(LANGUAGES)];

/**
 * The texts for the first of the wanted languages that there is (`de-AT` finds `de`); English otherwise.
 *
 * @param {string[]} wanted BCP 47 tags, best first
 * @returns {Promise<{ lang: string, dir: string, messages: Messages }>}
 */
export async function messagesFor(wanted) {
  const lang = wanted.map((tag) => tag.toLowerCase().split("-")[0]).find((base) => languages.includes(base)) ?? "en";
  const loaded = await LANGUAGES[lang]?.().catch(() => undefined);
  if (!loaded) return { lang: "en", dir: "ltr", messages: ENGLISH };
  return { lang, dir: lang === "ar" ? "rtl" : "ltr", messages: loaded.default };
}

/**
 * @param {string} text
 * @param {string | null | undefined} version
 */
export function fill(text, version) {
  return text.replace(/\s*\{(.*?)version\}/, (_, before) => (version ? ` ${before}${version}` : "")).trim();
}
