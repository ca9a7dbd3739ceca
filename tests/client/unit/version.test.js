/** Versions are ordered as semver.org, clause 11, says; what has no order says so. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { compareVersions } from "../../../deployapp/static/notifier/version.js";

/** The example chain of clause 11.4 of Semantic Versioning 2.0.0, and what builds use beside it. */
const ASCENDING = [
  ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"],
  ["1.9.0", "1.10.0", "1.11.0", "2.0.0"],
  ["v1.2", "1.2.1", "v1.3"],
  ["2026.11.9", "2026.11.23", "2026.11.23.1"],
];

for (const chain of ASCENDING) {
  test(`${chain.join(" < ")}`, () => {
    for (let older = 0; older < chain.length; older++) {
      for (let newer = older + 1; newer < chain.length; newer++) {
        assert.ok(compareVersions(chain[older], chain[newer]) < 0, `${chain[older]} < ${chain[newer]}`);
        assert.ok(compareVersions(chain[newer], chain[older]) > 0, `${chain[newer]} > ${chain[older]}`);
      }
    }
  });
}

test("equal versions, build metadata ignored", () => {
  assert.equal(compareVersions("1.2.0", "v1.2"), 0);
  assert.equal(compareVersions("1.0.0+linux", "1.0.0+mac"), 0);
});

test("a commit hash or a name has no order", () => {
  assert.ok(Number.isNaN(compareVersions("9f689fd", "1.0.0")));
  assert.ok(Number.isNaN(compareVersions("blue", "green")));
});
