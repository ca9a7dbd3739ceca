/**
 * Turns what the page gave (options, meta tags, where this module came from) into settings. Touches nothing.
 *
 * @module
 */

/** @import { Options, Settings } from "./types.js" */

/** @param {string} name */
const meta = (name) =>
  /** @type {HTMLMetaElement | null} */ (document.querySelector(`meta[name="deployapp-${name}"]`))?.content || undefined;

/**
 * The service's own address when it served this module (under any path prefix), else the page's origin: a bundler has
 * moved the module into the page's own files.
 */
function defaultUrl() {
  const [service, rest] = import.meta.url.split("static/notifier/");
  return rest ? service : location.origin;
}

/**
 * @param {Options} options
 * @returns {Settings}
 */
export function readOptions(options) {
  const version = typeof options.version === "function" ? options.version() : options.version;
  const url = new URL(options.url ?? meta("url") ?? defaultUrl(), location.href).href;
  return {
    share: true,
    rescue: true,
    refreshAll: false,
    idleSeconds: 60,
    countdownSeconds: 30,
    mode: undefined,
    io: undefined,
    ...options,
    url: url.endsWith("/") ? url : `${url}/`,
    frontend: options.frontend ?? meta("frontend") ?? "default",
    environment: options.environment ?? meta("environment") ?? "production",
    version: version ?? meta("version") ?? null,
    banner: options.banner === false ? null : Object(options.banner ?? {}),
  };
}
