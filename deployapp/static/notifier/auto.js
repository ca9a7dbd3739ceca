/**
 * The one-line include: starts a notifier from the attributes of its own script element, or from meta tags.
 *
 *     <script type="module" src="https://deployapp.example/static/notifier/auto.js" data-version="1.42.0"></script>
 *
 * @module
 */

import { createNotifier } from "./index.js";

/** @import { Mode, Options } from "./types.js" */

const script = [...document.scripts].find(({ src }) => src === import.meta.url);
const { url, frontend, environment, version, mode, banner, position } = script?.dataset ?? {};

/** The page's notifier; a module that imports this file gets the same one. */
export const notifier = createNotifier(
  /** @type {Options} */ ({
    ...(url && { url }),
    frontend,
    environment,
    version,
    mode: /** @type {Mode | undefined} */ (mode),
    banner: banner !== "false" && { ...(position && { position }) },
  }),
);
