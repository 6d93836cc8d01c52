import assert from "node:assert/strict";
import { test } from "node:test";

import { compareRows } from "../../../static/js/lib/rows.js";

const rows = (...pairs) => pairs.map(([id, stamp]) => ({ id, stamp }));

test("what changed in place leaves the order as it is", () => {
  const found = compareRows(rows(["a", 1], ["b", 1]), rows(["a", 2], ["b", 1]), true);
  assert.deepEqual(found, { changed: ["a"], added: [], isSame: true });
});

test("new rows and another order are told", () => {
  assert.deepEqual(compareRows(rows(["a", 1]), rows(["b", 1], ["a", 1]), true), { changed: [], added: ["b"], isSame: false });
  assert.equal(compareRows(rows(["a", 1], ["b", 1]), rows(["b", 1], ["a", 1]), true).isSame, false);
});

test("a row that has gone is told, also the last one", () => {
  assert.equal(compareRows(rows(["a", 1], ["b", 1]), rows(["a", 1]), true).isSame, false);
  assert.equal(compareRows(rows(["a", 1]), [], true).isSame, false);
});

test("rows of further pages are no difference", () => {
  assert.equal(compareRows(rows(["a", 1], ["b", 1]), rows(["a", 1]), false).isSame, true);
});
