import assert from "node:assert/strict";
import { test } from "node:test";

import { evidenceLabels, ordinal, placeOf } from "../../../static/js/mission/lib/evidence.js";

test("places are said as people say them", () => {
  const said = [1, 2, 3, 4, 10, 11, 12, 13, 21, 22, 101, 111, 112].map(ordinal);
  assert.deepEqual(said, ["1st", "2nd", "3rd", "4th", "10th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th", "112th"]);
});

test("what is cited once has its name, what is cited twice says which one it is", () => {
  const places = [2, 1, 4];
  assert.deepEqual(evidenceLabels(["convert", "chat", "convert"], (i) => places[i]), ["convert · 2nd", "chat", "convert · 4th"]);
});

test("a long name is cut with an ellipsis and still told apart", () => {
  const long = "x".repeat(60);
  const labels = evidenceLabels([long, long], (i) => i + 1);
  assert.deepEqual(labels, [`${"x".repeat(39)}… · 1st`, `${"x".repeat(39)}… · 2nd`]);
});

test("the place is that among all spans of the name, by start, whatever the order of the rows", () => {
  const names = ["chat", "tool", "chat", "chat", "chat"];
  const table = { count: 5, start: [30, 0, 10, 20, 20], nameOf: (row) => names[row] };
  assert.deepEqual([0, 1, 2, 3, 4].map((row) => placeOf(table, row)), [4, 1, 1, 2, 3]);
});
