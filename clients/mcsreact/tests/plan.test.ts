import assert from "node:assert/strict";
import { test } from "node:test";

import type { Box, Layout } from "../src/model/layout.js";
import { limitGraph } from "../src/model/limits.js";
import { layOutPlan } from "../src/model/plan_layout.js";
import { planPath } from "../src/model/plan_routes.js";
import type { GraphEdge, GraphNode } from "../src/wire/types.js";
import { makeEdge, makeGraph, makeNode } from "./making.js";

const step = (id: string, maker: string | null = null, fields: Partial<GraphNode> = {}): GraphNode =>
  makeNode(id, { called_by: maker, occurrence: 1, ...fields });
const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const inside = (a: Box, b: Box): boolean => a.x >= b.x && a.y >= b.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h;
const place = (layout: Layout, id: string): Box => layout.places.get(id) ?? assert.fail(id);

/** Each step but the first was made by one before it, some by a step of another agent. */
function drawn(count: number): { nodes: GraphNode[]; edges: GraphEdge[] } {
  const nodes = Array.from({ length: count }, (_, at) =>
    step(`n${at}`, at === 0 ? null : `n${Math.floor((at - 1) / 4)}`, { parent: `agent:${at % 9 === 0 ? 1 : 0}` }),
  );
  return { nodes, edges: nodes.slice(1).map((node) => makeEdge(node.called_by as string, node.id, { kind: "replaced_by" })) };
}

for (const [count, room] of [[1, 900], [71, 1_200], [71, 520], [300, 900], [300, 100]] as const) {
  test(`a plan of ${count} in ${room} pixels: none over another, each in its lane, what was made below or beside its maker`, () => {
    const { nodes, edges } = drawn(count);
    const layout = layOutPlan(nodes, edges, room);
    assert.equal(layout.places.size, count);
    const boxes = [...layout.places];
    for (const [at, [id, box]] of boxes.entries()) {
      const node = nodes.find((each) => each.id === id) as GraphNode;
      assert.ok(layout.lanes.some((lane) => lane.id === node.parent && inside(box, lane)), id);
      for (const [other, over] of boxes.slice(at + 1)) assert.ok(!overlap(box, over), `${id} ${other}`);
      const maker = nodes.find((each) => each.id === node.called_by);
      if (maker?.parent !== node.parent) continue;
      const from = place(layout, maker.id);
      assert.ok(box.x > from.x && (layout.flow === "columns" ? box.y >= from.y : box.y > from.y), id);
    }
    assert.ok(layout.lanes.every((lane) => inside(lane, { x: 0, y: 0, w: layout.width, h: layout.height })));
  });
}

test("levels are columns where there is room, else an outline that is as wide as the room", () => {
  const nodes = [step("a"), step("b", "a"), step("c", "b"), step("d", "c")];
  assert.equal(layOutPlan(nodes, [], 900).flow, "columns");
  const narrow = layOutPlan(nodes, [], 520);
  assert.deepEqual([narrow.flow, narrow.width], ["outline", 520]);
  assert.equal(layOutPlan(nodes, [], 900).width, 900);
});

test("the first of a plan stands beside what made it, the next below", () => {
  const layout = layOutPlan([step("a"), step("b", "a"), step("c", "a")], [], 900);
  assert.equal(place(layout, "b").y, place(layout, "a").y);
  assert.ok(place(layout, "c").y > place(layout, "b").y);
});

test("a ghost that is waited for stands right before the first that waits for it", () => {
  const nodes = [step("a"), step("b", "a"), step("c", "a"), makeNode("g", { kind: "ghost", called_by: "a" })];
  const layout = layOutPlan(nodes, [makeEdge("g", "c", { kind: "data", satisfied: false })], 900);
  assert.deepEqual([...layout.places.keys()], ["a", "b", "g", "c"]);
});

test("circles of makers end, and every step is drawn", () => {
  const nodes = [step("a", "c"), step("b", "a"), step("c", "b"), step("d", "d"), step("e", "c")];
  const layout = layOutPlan(nodes, [], 900);
  assert.equal(layout.places.size, 5);
  assert.ok(place(layout, "c").x > place(layout, "b").x);
});

test("lines to what was made share a trunk; ties in a column are arcs at its right side", () => {
  const nodes = [step("a"), step("b", "a"), step("c", "a"), step("d", "a")];
  const making = nodes.slice(1).map((node) => makeEdge("a", node.id, { kind: "replaced_by" }));
  const arc = makeEdge("b", "d", { kind: "data" });
  for (const room of [900, 300]) {
    const layout = layOutPlan(nodes, [...making, arc], room);
    const trunks = making.map((edge) => /Q([-\d.]+),/.exec(planPath(edge, layout) ?? "")?.[1]).filter(Boolean);
    assert.equal(new Set(trunks).size, 1);
    const [from, to] = [place(layout, "b"), place(layout, "d")];
    const numbers = (planPath(arc, layout) ?? "").match(/[-\d.]+/g)?.map(Number) ?? [];
    assert.deepEqual([numbers[0], numbers.at(-2)], [from.x + from.w, to.x + to.w]);
    assert.ok(numbers.every((each) => each <= Math.max(layout.width, layout.height)));
  }
});

test("agents that made agents are joined beside the lanes; an edge without an end is no path", () => {
  const lanes = ["agent:0", "agent:1"].map((id) => makeNode(id, { kind: "agent", parent: null }));
  const graph = makeGraph([...lanes, step("a", null, { parent: "agent:0" }), step("b", null, { parent: "agent:1" })], [
    makeEdge("agent:0", "agent:1", { kind: "agent" }), makeEdge("agent:1", "a", { kind: "handoff" }), makeEdge("agent:2", "a"),
  ]);
  const shown = limitGraph(graph);
  assert.deepEqual(shown.edges.map((edge) => edge.kind), ["agent", "handoff"]);
  const layout = layOutPlan(shown.nodes, shown.edges, 900);
  for (const edge of shown.edges) assert.match(planPath(edge, layout) ?? "", /^M\d/);
  assert.ok(layout.lanes.every((lane) => lane.x >= 18));
  assert.equal(planPath(makeEdge("nobody", "a"), layout), null);
});
