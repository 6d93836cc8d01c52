import assert from "node:assert/strict";
import { test } from "node:test";

import { compareLines, pickNew, pieceOf, placeOf } from "../../../static/js/logs/lib/order.js";

const line = (ns, pk) => ({ ns: String(ns), pk: String(pk) });

test("the latest comes first, of one moment the one received last; beyond what a float holds", () => {
  const lines = [line("1790000000000000001", 1), line("1790000000000000002", 9), line("1790000000000000002", 10)];
  assert.deepEqual(lines.sort(compareLines).map(({ pk }) => pk), ["10", "9", "1"]);
  assert.equal(compareLines(line(5, 5), line(5, 5)), 0);
});

test("a line goes to its place among others", () => {
  const lines = [line(9, 4), line(7, 3), line(7, 2), line(1, 1)];
  const places = [line(10, 9), line(8, 9), line(7, 9), line(7, 1), line(0, 9)].map((each) => placeOf(each, lines));
  assert.deepEqual(places, [0, 1, 1, 3, 4]);
  assert.equal(placeOf(line(1, 1), []), 0);
});

test("known lines, and those that come with a later page, are no news", () => {
  const lines = [line(9, 4), line(5, 3), line(1, 2)];
  const picked = (known, last, isPaged) => pickNew(lines, new Set(known), last, isPaged).map(({ pk }) => pk);
  assert.deepEqual(picked([], null, true), ["4", "3", "2"]);
  assert.deepEqual(picked(["3"], line(4, 1), true), ["4"]);
  assert.deepEqual(picked(["3"], line(4, 1), false), ["4", "2"]);
});

test("a piece of time reaches from the first bar's start to the last one's end, whichever was pressed first", () => {
  const [early, late] = [{ start: "10", end: "20" }, { start: "100", end: "110" }];
  assert.deepEqual(pieceOf(early, late), ["10", "110"]);
  assert.deepEqual(pieceOf(late, early), ["10", "110"]);
  assert.deepEqual(pieceOf(early, early), ["10", "20"]);
});
