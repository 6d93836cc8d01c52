import assert from "node:assert/strict";
import { test } from "node:test";

import { ancestors, arrange, countBelow, rowsToCollapse, visibleRows, withAncestors, wouldCycle } from "../../../static/js/mission/lib/tree.js";
import { nextError, walkTree } from "../../../static/js/mission/lib/walk.js";

//   0 ─ 1 ─ 3
//   └── 2   └ (3 has no children)
//   4
const PARENTS = [-1, 0, 0, 1, -1];
const STARTS = [0, 5, 2, 6, 1];

test("rows come by start below their parents, with depth, size and place among siblings", () => {
  const laid = arrange(PARENTS, STARTS);
  assert.deepEqual([...laid.order], [0, 2, 1, 3, 4]);
  assert.deepEqual([...laid.depth], [0, 1, 1, 2, 0]);
  assert.deepEqual([...laid.size], [4, 2, 1, 1, 1]);
  assert.deepEqual([laid.position[1], laid.siblings[1]], [2, 2]);
});

test("rows without a start come last, equal starts go by id", () => {
  assert.deepEqual([...arrange([-1, -1, -1], [NaN, 3, 3], ["a", "c", "b"]).order], [2, 1, 0]);
});

test("a chain of 100,000 rows and one parent of 50,000 are arranged without recursion", () => {
  const n = 100_000;
  const chain = arrange(Array.from({ length: n }, (_, i) => i - 1), new Array(n).fill(0));
  assert.equal(chain.depth[n - 1], n - 1);
  assert.equal(chain.size[0], n);
  const wide = arrange([-1, ...new Array(50_000).fill(0)], new Array(50_001).fill(0));
  assert.equal(wide.order.length, 50_001);
});

test("a collapsed row hides what is below it and nothing else", () => {
  const laid = arrange(PARENTS, STARTS);
  assert.deepEqual([...visibleRows(laid, new Set([1]))], [0, 2, 1, 4]);
  assert.deepEqual([...visibleRows(laid, new Set([0, 1]))], [0, 4]);
  assert.deepEqual([...visibleRows(laid, new Set())], [0, 2, 1, 3, 4]);
  assert.deepEqual(rowsToCollapse(laid, 1), [1]);
});

test("a filter keeps what matches and everything above it", () => {
  const laid = arrange(PARENTS, STARTS);
  assert.deepEqual([...withAncestors(laid, PARENTS, (row) => row === 3)], [0, 1, 3]);
  assert.deepEqual([...countBelow(laid, PARENTS, (row) => row === 3 || row === 2)], [2, 1, 0, 0, 0]);
});

test("ancestors are named from the outside in, and a circle is seen before it is made", () => {
  assert.deepEqual(ancestors(PARENTS, 3), [0, 1]);
  assert.equal(wouldCycle(PARENTS, 0, 3), true);
  assert.equal(wouldCycle(PARENTS, 3, 2), false);
});

const world = (collapsed = new Set()) => {
  const laid = arrange(PARENTS, STARTS);
  const rows = [...visibleRows(laid, collapsed)];
  return { rows, at: (row) => rows.indexOf(row), parents: PARENTS, size: laid.size, collapsed };
};

test("arrows walk the tree as WAI-ARIA says", () => {
  assert.deepEqual(walkTree("ArrowDown", 0, world()), { select: 2 });
  assert.deepEqual(walkTree("ArrowDown", 4, world()), { select: 4 });
  assert.deepEqual(walkTree("ArrowRight", 0, world()), { select: 2 });
  assert.deepEqual(walkTree("ArrowRight", 0, world(new Set([0]))), { toggle: 0 });
  assert.deepEqual(walkTree("ArrowLeft", 0, world()), { toggle: 0 });
  assert.deepEqual(walkTree("ArrowLeft", 3, world()), { select: 1 });
  assert.deepEqual(walkTree("End", 0, world()), { select: 4 });
  assert.deepEqual(walkTree("j", -1, world()), { select: 0 });
  assert.deepEqual(walkTree("[", 3, world()), { toggle: 1, select: 1 });
  assert.equal(walkTree("x", 0, world()), null);
  assert.equal(walkTree("j", 0, { ...world(), rows: [] }), null);
});

test("the next error goes round", () => {
  const order = [0, 2, 1, 3, 4];
  const place = (row) => order.indexOf(row);
  const isError = (row) => row === 2 || row === 4;
  assert.equal(nextError(order, place, -1, isError), 2);
  assert.equal(nextError(order, place, 2, isError), 4);
  assert.equal(nextError(order, place, 4, isError), 2);
  assert.equal(nextError(order, place, 4, isError, -1), 2);
  assert.equal(nextError(order, place, 4, () => false), -1);
});
