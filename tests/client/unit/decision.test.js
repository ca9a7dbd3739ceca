/** What a deployment means for a tab. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decide, modeOf, readEvent } from "../../../deployapp/static/notifier/decision.js";

const event = (/** @type {object} */ fields) => ({
  id: 12,
  deployed_at: "2025-06-25T12:00:00.000Z",
  frontend: "default",
  environment: "production",
  version: null,
  kind: "release",
  ...fields,
});
const tab = (/** @type {object} */ fields = {}) => ({ version: null, baseline: 11, remembered: null, ...fields });

describe("without versions, by id", () => {
  test("nothing was ever deployed", () => assert.equal(decide(tab({ baseline: 0 }), null), "current"));
  test("deployed before the page was loaded", () => assert.equal(decide(tab({ baseline: 12 }), event({})), "current"));
  test("deployed while it was open", () => assert.equal(decide(tab(), event({})), "update"));
  test("the first deployment of all, while it was open", () =>
    assert.equal(decide(tab({ baseline: 0 }), event({ id: 1 })), "update"));
  test("complaint 22: a rollback is not called an update", () =>
    assert.equal(decide(tab(), event({ kind: "rollback" })), "rollback"));
  test("only the tab has a version", () => assert.equal(decide(tab({ version: "1.0.0" }), event({})), "update"));
});

describe("with versions, deployed while the tab was open", () => {
  const running = (/** @type {string} */ version) => tab({ version });
  test("the tab runs it already", () => assert.equal(decide(running("1.42.0"), event({ version: "1.42.0" })), "current"));
  test("newer", () => assert.equal(decide(running("1.41.0"), event({ version: "1.42.0" })), "update"));
  test("without order", () => assert.equal(decide(running("9f689fd"), event({ version: "116232a" })), "update"));
  test("complaint 22: a release of an older version is a rollback", () =>
    assert.equal(decide(running("1.10.0"), event({ version: "1.9.0" })), "rollback"));
});

describe("with versions, deployed before the page was loaded", () => {
  const loaded = (/** @type {string} */ version, /** @type {object | null} */ remembered) =>
    tab({ version, baseline: 12, remembered });
  test("a first visit never prompts, even on an old build", () =>
    assert.equal(decide(loaded("1.41.0", null), event({ version: "1.42.0" })), "current"));
  test("complaint 1: an old build on a later visit came from a cache", () =>
    assert.equal(decide(loaded("1.41.0", { id: 11, version: "1.41.0" }), event({ version: "1.42.0" })), "update"));
  test("complaint 1: the same unordered build that ran before the deployment", () =>
    assert.equal(decide(loaded("9f689fd", { id: 11, version: "9f689fd" }), event({ version: "116232a" })), "update"));
  test("a build that went live before it was registered is ahead, not rolled back", () =>
    assert.equal(decide(loaded("1.43.0", { id: 11, version: "1.41.0" }), event({ version: "1.42.0" })), "current"));
  test("an unordered build never seen before may be ahead", () =>
    assert.equal(decide(loaded("116232a", { id: 11, version: "9f689fd" }), event({ version: "8971e42" })), "current"));
});

describe("mode", () => {
  test("the deployment's own", () => assert.equal(modeOf(event({ mode: "idle" }), null), "idle"));
  test("a mode of a newer server is a prompt", () => assert.equal(modeOf(event({ mode: "teleport" }), null), "prompt"));
  test("complaint 24: the page's mode wins", () => assert.equal(modeOf(event({ mode: "prompt" }), null, "idle"), "idle"));
  test("but force stays force", () => assert.equal(modeOf(event({ mode: "force" }), null, "silent"), "force"));
  test("complaint 20: a tab older than min_version is forced", () => {
    const required = event({ mode: "silent", min_version: "1.10.0" });
    assert.equal(modeOf(required, "1.9.0"), "force");
    assert.equal(modeOf(required, "1.10.0"), "silent");
    assert.equal(modeOf(required, null), "silent");
  });
});

describe("what is not a deployment of the topic is nothing", () => {
  const foreign = [null, undefined, 7, "x", [], {}, event({ id: "12" }), event({ frontend: "shop" }), event({ environment: "pr-1" })];
  for (const data of foreign) {
    test(JSON.stringify(data) ?? "undefined", () => assert.equal(readEvent(data, "default/production"), null));
  }
  test("unknown fields are kept", () => assert.equal(readEvent(event({ more: 1 }), "default/production")?.["more"], 1));
});
