import assert from "node:assert/strict";
import { test } from "node:test";

import { asOf } from "../../../static/js/mission/graph/as_of.js";
import { kinOf } from "../../../static/js/mission/graph/kin.js";
import { Moment } from "../../../static/js/mission/graph/moment.js";
import { detailOf, findAwaited } from "../../../static/js/mission/graph/node_words.js";
import { gutterPath, tiePath, treePath } from "../../../static/js/mission/graph/plan_edges.js";
import { layOutPlan } from "../../../static/js/mission/graph/plan_layout.js";

const LANE = { id: "agent:a", is_lane: true, kind: "agent" };
const step = (id, calledBy = null, more = {}) => ({ id, lane: "agent:a", is_lane: false, kind: "step", called_by: calledBy, ...more });
const data = (source, target) => ({ source, target, kind: "data" });

test("steps of a plan stand in the column after it, below one another, with what they made beside them", () => {
  const works = [step("root"), step("a", "root"), step("b", "root"), step("a1", "a"), step("a2", "a")];
  const { nodes, lanes } = layOutPlan([LANE, ...works], [data("a", "b")], 3);
  const column = (id) => nodes.get(id).column;
  assert.deepEqual(["root", "a", "b", "a1", "a2"].map(column), [0, 1, 1, 2, 2]);
  assert.equal(nodes.get("a").y, nodes.get("root").y);
  assert.equal(nodes.get("a1").y, nodes.get("a").y);
  assert.ok(nodes.get("b").y > nodes.get("a2").y);
  assert.equal(lanes.length, 1);
});

test("steps that made nothing run from left to right where there is room, else below one another", () => {
  const works = [step("root"), step("a", "root"), step("b", "root"), step("c", "root")];
  const edges = [data("a", "b"), data("b", "c")];
  const wide = layOutPlan([LANE, ...works], edges, 4).nodes;
  assert.deepEqual(["a", "b", "c"].map((id) => wide.get(id).column), [1, 2, 3]);
  assert.equal(wide.get("a").y, wide.get("c").y);
  const narrow = layOutPlan([LANE, ...works], edges, 3).nodes;
  assert.deepEqual(["a", "b", "c"].map((id) => narrow.get(id).column), [1, 1, 1]);
});

test("a ghost stands before what asks for it", () => {
  const works = [step("root"), step("a", "root"), step("b", "root"), step("g", "root", { kind: "ghost" })];
  const { nodes } = layOutPlan([LANE, ...works], [data("g", "b")], 2);
  const order = ["root", "a", "g", "b"].map((id) => nodes.get(id).y);
  assert.deepEqual(order, [...order].sort((x, y) => x - y));
  assert.ok(nodes.get("g").y > nodes.get("a").y);
});

test("no two of many steps lie on one another, also when callers make a circle", () => {
  const works = Array.from({ length: 300 }, (_, i) => step(`s${i}`, i ? `s${Math.floor((i - 1) / 4)}` : "s3"));
  const { nodes, width, height } = layOutPlan([LANE, ...works], works.slice(2).map((each, i) => data(`s${i + 1}`, each.id)), 4);
  assert.equal(nodes.size, 300);
  assert.equal(new Set([...nodes.values()].map(({ x, y }) => `${x},${y}`)).size, 300);
  assert.ok([...nodes.values()].every(({ x, y, w, h }) => x >= 0 && x + w <= width && y + h <= height));
});

test("a step handed to another agent begins in that agent's lane", () => {
  const other = { id: "agent:b", is_lane: true, kind: "agent" };
  const works = [step("root"), step("given", "root", { lane: "agent:b" })];
  const handOver = { source: "agent:a", target: "given", kind: "handoff" };
  const { nodes, lanes } = layOutPlan([LANE, other, ...works], [handOver], 4);
  assert.equal(nodes.get("given").column, 0);
  assert.ok(lanes.every((lane) => lane.x > 0), "there is a gutter for edges between lanes");
  assert.match(gutterPath(lanes[0], nodes.get("given"), false), /^M[\d.]+,[\d.]+ H/);
});

test("edges begin and end at their steps", () => {
  const from = { x: 0, y: 0, w: 100, h: 40, column: 0 };
  const below = { x: 150, y: 90, w: 100, h: 40, column: 1 };
  const far = { x: 450, y: 90, w: 100, h: 40, column: 3 };
  assert.ok(treePath(from, below).startsWith("M100,20 ") && treePath(from, below).endsWith("H150"));
  assert.ok(treePath(from, far).endsWith(",90"));
  assert.ok(tiePath(from, { ...from, y: 90 }).d.endsWith("100,120"));
  assert.ok(tiePath(below, from).d.startsWith("M150,"));
  assert.ok(tiePath(from, below).d.endsWith("150,110"));
});

test("kin of a step are those above and those below, and a circle ends", () => {
  const works = [step("root"), step("a", "root"), step("b", "root"), step("a1", "a"), step("x", "y"), step("y", "x")];
  assert.deepEqual([...kinOf(works, "a")].sort(), ["a", "a1", "root"]);
  assert.deepEqual([...kinOf(works, "x")].sort(), ["x", "y"]);
  assert.equal(kinOf(works, "nobody").size, 0);
});

test("what a node says of itself", () => {
  const plain = { is_step: true, has_begun: true, status: "ok", start_ns: "0", end_ns: "1500000000", plan_size: 0, hidden: 0, llm_calls: 2, tool_calls: 1 };
  assert.equal(detailOf(plain), "1.50 s · 2 calls · 1 tool");
  assert.equal(detailOf({ ...plain, status: "failed", is_silent: true, llm_calls: 0, tool_calls: 0 }), "failed, says ok · 1.50 s");
  assert.equal(detailOf({ ...plain, has_begun: false, status: "waiting", llm_calls: 0, tool_calls: 0 }, ["a", "b"]), "waits for a, b");
  assert.equal(detailOf({ kind: "ghost", ghost: "never_created" }), "planned, never made");
  const awaited = findAwaited([{ target: "t", label: "x", satisfied: false }, { target: "t", label: "y", satisfied: true }]);
  assert.deepEqual(awaited.get("t"), ["x"]);
});

const NOW = {
  has_plan: true,
  nodes: [LANE, step("a", null, { status: "ok" }), step("fold:b", "a", { status: "failed" }), step("c", "a", { status: "ok" })],
  edges: [{ ...data("a", "fold:b"), satisfied: true }, { ...data("fold:b", "c"), satisfied: true }],
};
const PAST = {
  nodes: [LANE, step("a", null, { status: "active" }), step("b", "a", { status: "waiting" }), step("g", "a", { kind: "ghost", status: "gone" })],
  edges: [{ ...data("a", "b"), satisfied: false }, { ...data("a", "g"), kind: "replaced_by" }],
};

test("as of a moment: statuses of then in the places of now, what came later is marked, ghosts of then are there", () => {
  const then = asOf(NOW, PAST);
  const byId = new Map(then.nodes.map((node) => [node.id, node]));
  assert.deepEqual([byId.get("a").status, byId.get("fold:b").status], ["active", "waiting"]);
  assert.deepEqual([byId.get("c").is_later, byId.get("c").status, detailOf(byId.get("c"))], [true, "", "later"]);
  assert.equal(byId.get("g").kind, "ghost");
  assert.deepEqual(then.edges.map(({ source, target, satisfied, is_later: later }) => [source, target, satisfied, later ?? false]), [
    ["a", "fold:b", false, false], ["fold:b", "c", null, true], ["a", "g", undefined, false],
  ]);
});

test("while the playhead moves the past is asked for now and then, and the last place always", async () => {
  const asked = [];
  const changed = [];
  const moment = new Moment(async (at) => (asked.push(at), { nodes: [], edges: [] }), () => changed.push(moment.at));
  for (let at = 1; at <= 20; at += 1) moment.go(String(at));
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.ok(asked.length <= 2);
  assert.equal(asked.at(-1), "20");
  moment.go(null);
  assert.equal(changed.at(-1), null);
  assert.equal(moment.of(NOW), NOW);
});
