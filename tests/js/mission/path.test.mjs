import assert from "node:assert/strict";
import { test } from "node:test";

import { readPath } from "../../../static/js/mission/lib/path.js";

const TRACES = ["a".repeat(32), "b".repeat(32)];
const ID = (n) => n.toString(16).padStart(16, "0");
const BASE = 1_700_000_000_000_000_000n;

/** A table that knows these keys, by row. */
function tableOf(...keys) {
  return { rowOf: (key) => keys.indexOf(key), offset: (ns) => (ns === null ? NaN : Number(BigInt(ns) - BASE)) };
}

const answer = {
  start_ns: (BASE + 5n).toString(),
  classes: ["llm", "agent", "idle"],
  spans: { traces: TRACES, trace: [0, 1, 1], id: ID(1) + ID(2) + ID(2), servers: [2] },
  segments: { span: [0, 1, 2, -1, 0], took: [10, 20, 0, 7, 3], class: [1, 0, 0, 2, 1] },
};

test("segments follow one another from the start, each with its span's row and its class", () => {
  const table = tableOf(`${TRACES[1]}.${ID(2)}.s`, `${TRACES[0]}.${ID(1)}`, `${TRACES[1]}.${ID(2)}`);
  assert.deepEqual(readPath(answer, table), [
    { row: 1, start: 5, end: 15, class: "agent" },
    { row: 2, start: 15, end: 35, class: "llm" },
    { row: 0, start: 35, end: 35, class: "llm" },
    { row: -1, start: 35, end: 42, class: "idle" },
    { row: 1, start: 42, end: 45, class: "agent" },
  ]);
});

test("a span that the table does not have yet leaves the others where they are", () => {
  const rows = readPath(answer, tableOf(`${TRACES[0]}.${ID(1)}`)).map((segment) => segment.row);
  assert.deepEqual(rows, [0, -1, -1, -1, 0]);
});

test("nanoseconds of a mission of many days are exact", () => {
  const day = 86_400_000_000_000;
  const segments = { span: [-1, -1], took: [60 * day + 1, 1], class: [2, 2] };
  const [first, second] = readPath({ ...answer, segments }, tableOf());
  assert.deepEqual([first.end, second.end], [5 + 60 * day + 1, 5 + 60 * day + 2]);
});

test("a mission without spans has no path", () => {
  const nothing = { traces: [], trace: [], id: "", servers: [] };
  assert.deepEqual(readPath({ start_ns: null, classes: [], spans: nothing, segments: { span: [], took: [], class: [] } }, tableOf()), []);
});
