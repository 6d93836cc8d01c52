import assert from "node:assert/strict";
import { test } from "node:test";

import { edgePaths, inCallOrder, layOut, neighbour, rankNodes } from "../../../static/js/mission/graph/layout.js";

const node = (id, lane = "agent:a", more = {}) => ({ id, lane, is_lane: false, called_by: null, ...more });
const LANES = [{ id: "agent:a", is_lane: true }, { id: "agent:b", is_lane: true }];
const edge = (source, target) => ({ source, target });

test("what led to something stands before it", () => {
  const ranks = rankNodes([node("a"), node("b"), node("c")], [edge("a", "b"), edge("b", "c"), edge("a", "c")]);
  assert.deepEqual([...ranks.values()], [0, 1, 2]);
});

test("an edge that points back in time does not push anything", () => {
  const ranks = rankNodes([node("a"), node("b")], [edge("a", "b"), edge("b", "a")]);
  assert.deepEqual([...ranks.values()], [0, 1]);
});

test("a caller that starts in the same moment still comes first", () => {
  const works = [node("child", "agent:a", { called_by: "caller" }), node("caller")];
  assert.deepEqual(inCallOrder(works).map((each) => each.id), ["caller", "child"]);
  assert.deepEqual(inCallOrder([node("x", "l", { called_by: "y" }), node("y", "l", { called_by: "x" })]).length, 2);
});

test("no two nodes lie on one another, each inside its lane", () => {
  const works = Array.from({ length: 40 }, (_, i) => node(`n${i}`, i % 3 ? "agent:a" : "agent:b"));
  const edges = works.slice(1).map((each, i) => edge(works[Math.floor(i / 2)].id, each.id));
  const { nodes, lanes, width, height } = layOut([...LANES, ...works], edges, 4);
  assert.equal(nodes.size, 40);
  const places = new Set([...nodes.values()].map(({ x, y }) => `${x},${y}`));
  assert.equal(places.size, 40);
  for (const work of works) {
    const box = nodes.get(work.id);
    assert.ok(box.x >= 0 && box.x + box.w <= width && box.y + box.h <= height);
    assert.ok(lanes.some((lane) => lane.id === work.lane && box.y >= lane.y && box.y + box.h <= lane.y + lane.h));
  }
});

test("a long chain is broken into systems no wider than asked", () => {
  const works = Array.from({ length: 10 }, (_, i) => node(`n${i}`));
  const edges = works.slice(1).map((each, i) => edge(works[i].id, each.id));
  const { nodes, lanes, width } = layOut([...LANES, ...works], edges, 4);
  assert.deepEqual([...nodes.values()].map((box) => box.system), [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]);
  assert.equal(lanes.length, 3);
  assert.ok([...nodes.values()].every((box) => box.x + box.w <= width));
  assert.equal(edgePaths(nodes.get("n3"), nodes.get("n4")).length, 2);
  assert.equal(edgePaths(nodes.get("n0"), nodes.get("n1")).length, 1);
});

test("nodes without a lane, and no nodes at all, are laid out too", () => {
  const { nodes, lanes } = layOut([node("ghost", null)], [], 4);
  assert.deepEqual([nodes.size, lanes.length], [1, 0]);
  const empty = layOut([], [], 4);
  assert.deepEqual([empty.nodes.size, empty.height], [0, 0]);
});

test("arrows go to the nearest node in their direction", () => {
  const { nodes } = layOut([...LANES, node("a"), node("b"), node("c", "agent:b")], [edge("a", "b"), edge("a", "c")], 4);
  assert.equal(neighbour(nodes, "a", 1, 0), "b");
  assert.equal(neighbour(nodes, "b", 0, 1), "c");
  assert.equal(neighbour(nodes, "a", -1, 0), null);
});
