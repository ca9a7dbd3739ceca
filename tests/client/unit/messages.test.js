/** The banner's texts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, languages, messagesFor } from "../../../deployapp/static/notifier/messages.js";

test("at least ten languages, each whole", async () => {
  assert.ok(languages.length >= 10);
  const { messages: english } = await messagesFor(["en"]);
  for (const lang of languages.filter((lang) => lang !== "en")) {
    const { messages } = await messagesFor([lang]);
    assert.deepEqual(Object.keys(messages), Object.keys(english), lang);
    for (const [key, text] of Object.entries(messages)) assert.ok(text.trim(), `${lang}: ${key}`);
    for (const key of ["available", "rollback", "updated"]) assert.match(messages[key], /\{[^}]*version\}/, `${lang}: ${key}`);
    assert.notDeepEqual(messages, english);
  }
});

test("the first wanted language that exists, by its base", async () => {
  const found = async (/** @type {string[]} */ wanted) => (await messagesFor(wanted)).lang;
  assert.equal(await found(["xx", "de-AT", "fr"]), "de");
  assert.equal(await found(["xx"]), "en");
  assert.equal(await found([]), "en");
  assert.equal(await found(["constructor"]), "en");
});

test("Arabic is written from right to left", async () => {
  assert.equal((await messagesFor(["ar-EG"])).dir, "rtl");
  assert.equal((await messagesFor(["en"])).dir, "ltr");
});

test("the version is filled in, or leaves no gap", () => {
  assert.equal(fill("A new version {version} is available.", "1.42.0"), "A new version 1.42.0 is available.");
  assert.equal(fill("A new version {version} is available.", null), "A new version is available.");
  assert.equal(fill("Updated {to version}", "$&"), "Updated to $&");
  assert.equal(fill("Updated {to version}", null), "Updated");
});
