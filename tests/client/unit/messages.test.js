/** The banner's texts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, LANGUAGES, messagesFor } from "../../../deployapp/static/notifier/messages.js";

test("at least ten languages, each whole", () => {
  assert.ok(LANGUAGES.length >= 10);
  const keys = Object.keys(messagesFor(["en"]).messages);
  for (const lang of LANGUAGES) {
    const { messages } = messagesFor([lang]);
    for (const key of keys) assert.ok(messages[key]?.trim(), `${lang}: ${key}`);
    for (const key of ["available", "rollback", "updated"]) assert.match(messages[key], /\{version\}/, `${lang}: ${key}`);
    if (lang !== "en") assert.notDeepEqual(messages, messagesFor(["en"]).messages);
  }
});

test("the first wanted language that exists, by its base", () => {
  assert.equal(messagesFor(["xx", "de-AT", "fr"]).lang, "de");
  assert.equal(messagesFor(["xx"]).lang, "en");
  assert.equal(messagesFor([]).lang, "en");
  assert.equal(messagesFor(["constructor"]).lang, "en");
});

test("Arabic is written from right to left", () => {
  assert.equal(messagesFor(["ar-EG"]).dir, "rtl");
  assert.equal(messagesFor(["en"]).dir, "ltr");
});

test("own texts replace single ones", () => {
  const { messages } = messagesFor(["de"], { refresh: "Jetzt!" });
  assert.equal(messages.refresh, "Jetzt!");
  assert.equal(messages.later, "Später");
});

test("the version is filled in, or leaves no gap", () => {
  assert.equal(fill("A new version {version} is available.", "1.42.0"), "A new version 1.42.0 is available.");
  assert.equal(fill("A new version {version} is available.", null), "A new version is available.");
  assert.equal(fill("Updated {version}", "$&"), "Updated $&");
});
