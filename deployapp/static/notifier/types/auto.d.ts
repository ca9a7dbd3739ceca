/**
 * The one-line include: starts a notifier from the attributes of its own script element, or from meta tags.
 *
 *     <script type="module" src="https://deployapp.example/static/notifier/auto.js" data-version="1.42.0"></script>
 *
 * @module
 */
/** The page's notifier; a module that imports this file gets the same one. */
export declare const notifier: import("./types.js").Notifier;
