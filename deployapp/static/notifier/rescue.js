/**
 * Notices files that a deployment took away: failed dynamic imports, scripts and style sheets, also when a web page
 * came in their place. Only notices; what follows is decided elsewhere.
 *
 * @module
 */

/** How Chromium, Firefox, Safari, Vite and webpack word a failed import; the last three are an HTML page as script. */
const FAILURE = new RegExp(
  "imported module|importing a module|preload CSS|ChunkLoadError|loading (CSS )?chunk|" +
    "JavaScript MIME type|Unexpected token '<'$|got '<'$",
  "i",
);

/**
 * @param {{ rescue(error: unknown): unknown }} notifier is told of each
 * @param {AbortSignal} signal ends it
 */
export function watchFailures(notifier, signal) {
  /** @type {unknown} */
  let last;
  // One failure may be reported twice, by Vite and as a rejection that nobody handled.
  const onFailure = (/** @type {unknown} */ error) => error !== last && notifier.rescue((last = error));
  addEventListener("vite:preloadError", (event) => onFailure(/** @type {any} */ (event).payload), { signal });
  addEventListener("unhandledrejection", ({ reason }) => looksLikeMissingFile(reason) && onFailure(reason), { signal });
  addEventListener(
    "error",
    ({ target, error, message }) => {
      const asset = assetOf(target);
      if (asset) onFailure(new Error(`cannot load ${asset}`));
      else if (looksLikeMissingFile(error ?? message)) onFailure(error ?? message);
    },
    { capture: true, signal },
  );
}

/** @param {any} error @returns {boolean} */
export function looksLikeMissingFile(error) {
  return FAILURE.test(`${error?.name} ${error?.message ?? error}`);
}

/**
 * The address of a file of the page's build, as far as one can tell: a blocked advertisement says nothing.
 *
 * @param {any} target
 * @returns {string} empty for anything else
 */
function assetOf(target) {
  if (!target.matches?.("script, link")) return "";
  const { src, href, type, rel } = target;
  const address = src || href;
  return type === "module" || rel === "modulepreload" || address.startsWith(`${origin}/`) ? address : "";
}
