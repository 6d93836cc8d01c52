import assert from "node:assert/strict";
import { test } from "node:test";

import shared from "../../../tests/web/formats.json";
import { cutToWidth, formatClock, formatDuration, formatMoment, tookOf } from "../src/model/formats.js";

test("lengths of time read as on MissionScope's pages", () => {
  for (const [value, text] of shared.duration) assert.equal(formatDuration(value as string | null), text, String(value));
});

test("moments are in UTC, and what is none reads as unknown", () => {
  assert.equal(formatClock("1795844051340242563"), "05:34:11.340");
  assert.equal(formatMoment("1795844051340242563"), "2026-11-28 05:34:11.340 UTC");
  for (const odd of [null, "", "soon", "9".repeat(21)]) assert.equal(formatClock(odd), "–");
});

test("what has no end took no known time", () => {
  assert.deepEqual([tookOf("1000000000", "2500000000"), tookOf("1", null), tookOf(null, "1")], ["1.50 s", null, null]);
});

test("texts are cut to a width, wide letters counted twice", () => {
  assert.equal(cutToWidth("short", 10), "short");
  assert.equal(cutToWidth("a longer text", 8), "a longe…");
  assert.equal(cutToWidth("倉庫定例の議事録", 8), "倉庫定…");
  assert.equal(cutToWidth("two\nlines\t x", 20), "two lines x");
});
