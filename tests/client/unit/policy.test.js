/** The server's policy and the delays that follow from it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DEFAULT_POLICY,
  mergePolicy,
  parseHeader,
  pollDelay,
  reconnectDelay,
} from "../../../deployapp/static/notifier/policy.js";

const HEADER = "enabled=1, poll-interval=30, poll-jitter=0.5, reconnect-max=8";

test("the header and the hello message say the same", () => {
  const hello = { enabled: true, poll_interval: 30, poll_jitter: 0.5, reconnect_max: 8 };
  assert.deepEqual(mergePolicy(DEFAULT_POLICY, parseHeader(HEADER)), hello);
  assert.deepEqual(mergePolicy(DEFAULT_POLICY, hello), hello);
});

test("the kill switch, in both spellings, and back", () => {
  const off = mergePolicy(DEFAULT_POLICY, parseHeader("enabled=0"));
  assert.equal(off.enabled, false);
  assert.equal(mergePolicy(DEFAULT_POLICY, { enabled: false }).enabled, false);
  assert.equal(mergePolicy(off, parseHeader(HEADER)).enabled, true);
  assert.equal(mergePolicy(off, {}).enabled, false, "silence changes nothing");
});

test("what is malformed changes nothing", () => {
  for (const given of [undefined, parseHeader(null), parseHeader("%%,=,poll-interval=,reconnect-max=x"), { poll_interval: -1 }]) {
    assert.deepEqual(mergePolicy(DEFAULT_POLICY, given), DEFAULT_POLICY);
  }
});

test("complaint 12: the reconnect delay is random from nothing up to a ceiling that grows to the server's", (t) => {
  const random = t.mock.method(Math, "random", () => 0);
  assert.equal(reconnectDelay(DEFAULT_POLICY, 5), 0);
  random.mock.mockImplementation(() => 0.999999);
  const ceilings = [0, 1, 2, 3, 4, 50].map((failures) => Math.round(reconnectDelay(DEFAULT_POLICY, failures) / 1000));
  assert.deepEqual(ceilings, [4, 8, 16, 32, 60, 60]);
  assert.equal(Math.round(reconnectDelay({ ...DEFAULT_POLICY, reconnect_max: 2 }, 9) / 1000), 2);
});

test("polls spread over the random share of the interval", (t) => {
  const random = t.mock.method(Math, "random", () => 0);
  assert.equal(pollDelay(DEFAULT_POLICY), 300_000);
  random.mock.mockImplementation(() => 1);
  assert.equal(pollDelay(DEFAULT_POLICY), 240_000);
});
