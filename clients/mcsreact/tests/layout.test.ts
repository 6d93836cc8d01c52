import assert from "node:assert/strict";
import { test } from "node:test";

import { type Box, callersFirst, columnsIn, type Layout, layOut, rankNodes } from "../src/model/layout.js";
import { edgePath, neighbour } from "../src/model/routes.js";
import type { GraphEdge, GraphNode } from "../src/wire/types.js";
import { makeEdge, makeNode } from "./making.js";

const ids = (nodes: GraphNode[]): string[] => nodes.map((node) => node.id);

function drawn(count: number): { nodes: GraphNode[]; edges: GraphEdge[] } {
  // A drawn case without chance: each node is called by one before it, in one of five lanes.
  const nodes = Array.from({ length: count }, (_, at) =>
    makeNode(`n${at}`, { parent: `agent:${(at * 7) % 5}`, called_by: at === 0 ? null : `n${Math.max(0, at - 1 - (at % 4))}` }),
  );
  return { nodes, edges: nodes.slice(1).map((node) => makeEdge(node.called_by as string, node.id)) };
}

const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const inside = (a: Box, b: Box): boolean => a.x >= b.x && a.y >= b.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h;

for (const count of [1, 5, 60, 300]) {
  test(`${count} nodes: none over another, each in its lane, all in the drawing`, () => {
    const { nodes, edges } = drawn(count);
    const layout = layOut(nodes, edges, 4);
    const places = [...layout.places.entries()];
    assert.equal(places.length, count);
    for (const [at, [id, place]] of places.entries()) {
      assert.ok(inside(place, { x: 0, y: 0, w: layout.width, h: layout.height }), id);
      const lane = nodes.find((node) => node.id === id)?.parent ?? null;
      assert.ok(layout.lanes.some((box) => box.id === lane && inside(place, box)), id);
      for (const [, other] of places.slice(at + 1)) assert.ok(!overlap(place, other), id);
    }
    for (const [at, lane] of layout.lanes.entries()) for (const other of layout.lanes.slice(at + 1)) assert.ok(!overlap(lane, other));
  });
}

test("what led to a node stands left of it, or in a band above", () => {
  const { nodes, edges } = drawn(80);
  const { places } = layOut(nodes, edges, 3);
  for (const { source, target } of edges) {
    const [from, to] = [places.get(source), places.get(target)];
    assert.ok(from && to && (from.band < to.band || (from.band === to.band && from.column < to.column)));
  }
});

test("a chain longer than the width goes on in the next band", () => {
  const nodes = ["a", "b", "c", "d", "e"].map((id) => makeNode(id));
  const edges = [makeEdge("a", "b"), makeEdge("b", "c"), makeEdge("c", "d"), makeEdge("d", "e")];
  const { places } = layOut(nodes, edges, 2);
  assert.deepEqual([...places.values()].map(({ band, column }) => [band, column]), [[0, 0], [0, 1], [1, 0], [1, 1], [2, 0]]);
});

test("circles of calls and edges end", () => {
  const nodes = [makeNode("a", { called_by: "c" }), makeNode("b", { called_by: "a" }), makeNode("c", { called_by: "b" })];
  const edges = [makeEdge("a", "b"), makeEdge("b", "c"), makeEdge("c", "a"), makeEdge("a", "a")];
  assert.equal(new Set(ids(callersFirst(nodes))).size, 3);
  assert.equal(layOut(nodes, edges, 4).places.size, 3);
});

test("a caller that comes later in the list stands first, and edges to nowhere are passed over", () => {
  const nodes = [makeNode("child", { called_by: "parent" }), makeNode("parent", { called_by: "gone" })];
  assert.deepEqual(ids(callersFirst(nodes)), ["parent", "child"]);
  const ranks = rankNodes(callersFirst(nodes), [makeEdge("nobody", "child"), makeEdge("child", "nobody")]);
  assert.deepEqual(Object.fromEntries(ranks), { parent: 0, child: 1 });
});

test("nothing to draw has no height, and narrow views have two columns", () => {
  assert.deepEqual(layOut([], [], 4).height, 18);
  assert.deepEqual([0, 320, 920, 1400].map(columnsIn), [2, 2, 4, 6]);
});

/** The corners of a path made of lines and rounded corners. */
function corners(path: string): [number, number][] {
  return [...path.matchAll(/(?:^M|L|Q)([-\d.]+),([-\d.]+)/g)].map((match) => [Number(match[1]), Number(match[2])]);
}

test("an edge to another band crosses no node", () => {
  const { nodes, edges } = drawn(60);
  const layout: Layout = layOut(nodes, edges, 3);
  let checked = 0;
  for (const { source, target } of edges) {
    const [from, to] = [layout.places.get(source), layout.places.get(target)];
    if (!from || !to || from.band === to.band) continue;
    checked += 1;
    const points = corners(edgePath(from, to, layout));
    for (const [id, box] of layout.places) {
      if (id === source || id === target) continue;
      for (const [at, [x, y]] of points.slice(1).entries()) {
        const [px, py] = points[at] as [number, number];
        const line = { x: Math.min(x, px), y: Math.min(y, py), w: Math.abs(x - px) + 0.01, h: Math.abs(y - py) + 0.01 };
        assert.ok(!overlap(line, box), `${source} to ${target} over ${id}`);
      }
    }
  }
  assert.ok(checked > 10);
});

test("edges that point back end at their target's right side, in a band above as well", () => {
  const nodes = ["a", "b", "c", "d"].map((id) => makeNode(id));
  const layout = layOut(nodes, [makeEdge("a", "b"), makeEdge("b", "c"), makeEdge("c", "d")], 2);
  for (const [source, target] of [["b", "a"], ["d", "a"], ["c", "b"], ["a", "a"]] as const) {
    const [from, to] = [layout.places.get(source), layout.places.get(target)];
    assert.ok(from && to);
    const end = edgePath(from, to, layout).split(" ").at(-1)?.replace(/^L/, "").split(",").map(Number);
    assert.equal(end?.[0], to.x + to.w, `${source} to ${target}`);
  }
});

test("arrow keys go to the nearest node in their direction", () => {
  const { places } = layOut(
    [makeNode("a"), makeNode("b", { called_by: "a" }), makeNode("c", { called_by: "a" })], [makeEdge("a", "b"), makeEdge("a", "c")], 4,
  );
  assert.equal(neighbour(places, "a", 1, 0), "b");
  assert.equal(neighbour(places, "b", 0, 1), "c");
  assert.equal(neighbour(places, "c", -1, 0), "a");
  assert.equal(neighbour(places, "a", -1, 0), null);
  assert.equal(neighbour(places, "nobody", 1, 0), null);
});
