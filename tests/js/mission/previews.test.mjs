import assert from "node:assert/strict";
import { test } from "node:test";

import { FAILED, MISSING, OPEN, REPLACED } from "../../../static/js/mission/lib/flags.js";
import { clipTo, mayPreview, wantedRows } from "../../../static/js/mission/lib/previews.js";

const spans = [
  { kind: "LLM", flags: 0 }, { kind: "HTTP", flags: 0 }, { kind: "AGENT", flags: OPEN }, { kind: "TOOL", flags: FAILED },
  { kind: "TOOL", flags: FAILED }, { kind: "LLM", flags: MISSING }, { kind: "CHAIN", flags: 0 },
  { kind: "STEP", flags: OPEN }, { kind: "STEP", flags: OPEN | REPLACED },
];
const table = {
  kindOf: (row) => spans[row].kind, has: (row, flag) => (spans[row].flags & flag) !== 0, key: (row) => `k${row}`, notes: new Map([[3, "timeout"]]),
};
const wide = (text) => text.length * 10;

test("what is open, missing, of plain work, or says why it failed has no preview", () => {
  assert.deepEqual(spans.map((_, row) => mayPreview(table, row)), [true, false, false, false, true, false, true, false, true]);
});

test("only rows in view that are not known are asked for, and not too many", () => {
  const frame = { table, rows: [6, 0, 4, 1], first: 0, last: 3 };
  assert.deepEqual(wantedRows(frame, new Map(), 60), [6, 0, 4]);
  assert.deepEqual(wantedRows(frame, new Map([["k0", ""]]), 60), [6, 4]);
  assert.deepEqual(wantedRows(frame, new Map(), 1), [6]);
  assert.deepEqual(wantedRows({ ...frame, first: 3, last: 4 }, new Map(), 60), []);
});

test("a text is cut to its room with an ellipsis, and left out where there is hardly any", () => {
  assert.equal(clipTo("short", 100, wide), "short");
  assert.equal(clipTo("in Portugal, on the sea", 120, wide), "in Portugal…");
  assert.equal(clipTo("in Portugal", 50, wide), "");
  assert.equal(clipTo("", 500, wide), "");
  for (let room = 60; room < 240; room += 1) assert.ok(wide(clipTo("in Portugal, on the sea", room, wide)) <= room);
});
