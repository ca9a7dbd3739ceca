/**
 * Measures how much JavaScript a page downloads: bundled by esbuild, minified by esbuild and terser, compressed by
 * brotli at its best; the same for every package. Prints JSON: one object per row.
 *
 *     node measure.js FOLDER    # of the unpacked npm package @deployapp/notifier
 */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

import { build } from "esbuild";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));
const notifier = process.argv[2];
const LANGUAGES = /\/languages\//;
const OPTIONAL = /\/languages\/|\/socketio\.js$/;

/** Leaves out what is imported later, from such a path. @param {RegExp} path */
const without = (path) => ({
  name: "without",
  setup({ onResolve }) {
    onResolve({ filter: path }, ({ kind, path }) => (kind === "dynamic-import" ? { path, external: true } : undefined));
  },
});

/** @param {string} contents a module as a page would write it, or styles with `loader` "css" */
async function bundle(contents, plugins = [], loader = "js") {
  const stdin = { contents, resolveDir: here, loader };
  const settings = { bundle: true, minify: true, write: false, format: "esm", charset: "utf8", platform: "browser", target: "es2022" };
  const { outputFiles } = await build({ stdin, plugins, ...settings });
  const text = outputFiles[0].text;
  if (loader === "css") return text;
  return (await minify(text, { module: true, ecma: 2020, compress: { passes: 3 } })).code;
}

const versionIn = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;

function row(name, folder, part, ...files) {
  const sizes = files.map((text) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length);
  return {
    name,
    version: versionIn(folder),
    part,
    minified: files.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    brotli: sizes.reduce((sum, size) => sum + size, 0),
  };
}

async function ours(part, ...plugins) {
  const use = `export { createNotifier } from ${JSON.stringify(join(notifier, "index.js"))}`;
  return row("@deployapp/notifier", notifier, part, await bundle(use, plugins));
}

async function theirs(name, part, contents, styles) {
  const files = [await bundle(contents), ...(styles ? [await bundle(styles, [], "css")] : [])];
  return row(name, join(here, "node_modules", name), part, ...files);
}

const updateNotice = "./node_modules/@plugin-web-update-notification/core/dist/webUpdateNoticeInject";

console.log(
  JSON.stringify([
    await ours("core: WebSocket, polling, decisions, events", without(/./)),
    await ours("everything: SSE, one connection for all tabs, safe reloads, rescue, banner", without(OPTIONAL)),
    await ours("the same with Socket.IO's transport", without(LANGUAGES)),
    await ours("the same with all eleven other languages at once"),
    await theirs("socket.io-client", "transport only", 'export { io } from "socket.io-client"'),
    await theirs("centrifuge", "transport only", 'export { Centrifuge } from "centrifuge"'),
    await theirs(
      "@plugin-web-update-notification/core",
      "polling and a notice: the script and the styles that it adds to a page",
      `export * from "${updateNotice}Script.mjs"`,
      `@import "${updateNotice}Style.css";`,
    ),
    await theirs("version-polling", "polling, no notice", 'export { createVersionPolling } from "version-polling"'),
    await theirs(
      "workbox-window",
      "talks to a service worker, which comes on top; no notice",
      'export { Workbox } from "workbox-window"',
    ),
  ]),
);
