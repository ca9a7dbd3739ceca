/**
 * Turns what the page gave (options, meta tags, where this module came from) into settings. Touches nothing.
 *
 * @module
 */

/** @import { Options, Settings } from "./types.js" */

/** @param {string} name @param {string} otherwise */
const meta = (name, otherwise) =>
  document.querySelector(`meta[name="deployapp-${name}"]`)?.getAttribute("content") || otherwise;

/**
 * @param {Options} options
 * @returns {Settings}
 */
export function readOptions(options) {
  const { url, frontend, environment, version } = options;
  // The service's own address when it served this module, under any path prefix; a bundler has moved it elsewhere.
  const [service, served] = import.meta.url.split("static/notifier/");
  const address = new URL(url ?? meta("url", served ? service : "/"), location.href).href;
  return {
    ...options,
    url: address.replace(/\/?$/, "/"),
    frontend: frontend ?? meta("frontend", "default"),
    environment: environment ?? meta("environment", "production"),
    version: ((typeof version === "function" ? version() : version) ?? meta("version", "")) || null,
  };
}
