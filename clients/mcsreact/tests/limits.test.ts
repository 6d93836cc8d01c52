import assert from "node:assert/strict";
import { test } from "node:test";

import { limitGraph, MOST_EDGES } from "../src/model/limits.js";
import { makeEdge, makeGraph, makeNode } from "./making.js";

const lane = makeNode("agent:a", { kind: "agent", parent: null });

test("a graph that fits is drawn whole and needs no sentence", () => {
  const shown = limitGraph(makeGraph([lane, makeNode("x"), makeNode("y")], [makeEdge("x", "y")]));
  assert.deepEqual([shown.nodes.length, shown.edges.length, shown.note], [2, 1, ""]);
  assert.equal(shown.lanes.get("agent:a"), lane);
});

test("of too many nodes the failed and the open are kept, then the latest, in their order, and that is said", () => {
  const nodes = Array.from({ length: 10 }, (_, at) => makeNode(`n${at}`, at === 1 ? { effective_status: "failed" } : at === 3 ? { kind: "ghost" } : at === 4 ? { effective_status: "active" } : {}));
  const shown = limitGraph(makeGraph([lane, ...nodes], [makeEdge("n1", "n9"), makeEdge("n0", "n9")]), 5);
  assert.deepEqual(shown.nodes.map((node) => node.id), ["n1", "n3", "n4", "n8", "n9"]);
  assert.deepEqual(shown.edges.map((edge) => edge.source), ["n1"]);
  assert.match(shown.note, /^Only 5 of 10 are drawn/);
});

test("folds and hidden edges of the server are said", () => {
  const graph = { ...makeGraph([lane, makeNode("x", { count: 4_000 })]), work_count: 4_000, is_folded: true, hidden_edge_count: 12 };
  assert.equal(limitGraph(graph).note, "4,000 pieces of work folded into 1. 12 edges not drawn.");
});

test("of too many edges the inferred ones go first", () => {
  const edges = Array.from({ length: MOST_EDGES + 5 }, (_, at) => makeEdge("x", "y", { kind: `k${at}`, is_inferred: at < 10 }));
  const shown = limitGraph(makeGraph([makeNode("x"), makeNode("y")], edges));
  assert.deepEqual([shown.edges.length, shown.edges.filter((edge) => edge.is_inferred).length], [MOST_EDGES, 5]);
  assert.equal(shown.note, "5 edges not drawn.");
});
