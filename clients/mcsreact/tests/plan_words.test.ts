import assert from "node:assert/strict";
import { test } from "node:test";

import { describeEdge, EDGE_LOOKS, edgeWords } from "../src/model/edge_words.js";
import { agentName, refName, spanOfRef } from "../src/model/naming.js";
import { inputLines, resultLines } from "../src/model/step_values.js";
import { describeNode, findAwaited, lookOf, stateWords } from "../src/model/step_words.js";
import { INITIAL, reduce } from "../src/model/state.js";
import { addToTail, EMPTY_TAIL } from "../src/model/tail.js";
import { numbersOf } from "../src/model/words.js";
import { planKey, stepSpan } from "../src/wire/addresses.js";
import type { GraphNode, StepDetail } from "../src/wire/types.js";
import { makeEdge, makeGraph, makeMission, makeNode, makeRecord } from "./making.js";

const KEY = "82c05163d87ee0f7";
const ROW = `${"0".repeat(32)}/${KEY}`;
const step = (fields: Partial<GraphNode> = {}): GraphNode => makeNode("SEARCH", { occurrence: 1, end_ns: "5000001000", ...fields });
const detail = (fields: Partial<StepDetail>): StepDetail => ({
  id: KEY, description: null, status: "", reason: null, reason_code: null, inputs: {}, outputs_declared: [], result: null, retry_count: 0, ...fields,
});

test("a step says its state: what it waits for, a failure that was reported as completed, the plan that it became", () => {
  const pending = step({ effective_status: "gone", has_begun: false });
  assert.deepEqual(stateWords(pending, ["quotes", "rates", "dates"]), ["waits for quotes, rates +1"]);
  assert.deepEqual(stateWords(pending), ["never began"]);
  assert.deepEqual(stateWords(step({ effective_status: "waiting", has_begun: false })), ["not begun"]);
  assert.deepEqual(stateWords(step({ effective_status: "failed", is_silent: true, llm_calls: 2 })), ["failed, said completed", "5.00 s", "2 calls"]);
  assert.deepEqual(stateWords(step({ effective_status: "gone", is_replaced: true, plan_size: 7 })), ["became a plan of 7", "5.00 s"]);
  assert.deepEqual(stateWords(step({ hidden_count: 9, hidden_failed: 2, in_cycle: true })), ["5.00 s", "waits for itself", "9 folded, 2 failed"]);
  assert.deepEqual(stateWords(step({ kind: "human", effective_status: "waiting", end_ns: null })), ["waits for a person"]);
});

test("what became a plan looks like one, unless it failed; ghosts say why they are ghosts", () => {
  assert.equal(lookOf(step({ is_replaced: true, effective_status: "gone" })), "replaced");
  assert.equal(lookOf(step({ is_replaced: true, effective_status: "failed" })), "failed");
  assert.equal(describeNode(makeNode("rates", { kind: "ghost", ghost: "undeclared_output" })), "rates, ghost, nobody declares it");
  assert.equal(describeNode(makeNode("x", { kind: "ghost", ghost: "constructor" })), "x, ghost, never arrived");
  assert.equal(describeNode(step({ detail: "find offers" })), "SEARCH, find offers, step, 5.00 s");
});

test("what is awaited is known by the outputs that have not come, each once", () => {
  const edges = [["q", false], ["q", false], ["r", true], ["s", null]].map(([label, satisfied], at) =>
    makeEdge(`n${at}`, "t", { label: label as string, satisfied: satisfied as boolean | null }));
  assert.deepEqual(findAwaited(edges), new Map([["t", ["q"]]]));
});

test("every kind of edge has words for both of its ends, and says what it rests on", () => {
  for (const kind of EDGE_LOOKS.keys()) {
    const edge = makeEdge("a", "b", { kind, label: "price" });
    assert.notEqual(edgeWords(edge, true), edgeWords(edge, false), kind);
    assert.ok(!edgeWords(edge, true).includes("_"), kind);
  }
  assert.equal(edgeWords(makeEdge("a", "b", { kind: "data", label: "price", satisfied: false }), false), "waits for price of");
  assert.equal(edgeWords(makeEdge("a", "b", { kind: "signal", satisfied: true }), false), "waited for the end of");
  assert.equal(edgeWords(makeEdge("a", "b", { kind: "new", label: "blames" }), true), "blames");
  const inferred = makeEdge("a", "b", { kind: "replaced_by", label: "plan", is_inferred: true, in_cycle: true, count: 3, why: "A task has its verb." });
  assert.equal(describeEdge(inferred), "its plan made ×3 (part of a circle: none of these can ever begin; inferred; no record says it). A task has its verb.");
});

test("steps lead to their rows, agents to those their nodes know, ghosts to a name", () => {
  const span = { type: "span", id: ROW };
  const lane = makeNode("agent:ada", { kind: "agent", label: "Ada", parent: null, refs: [{ type: "span", id: `${"0".repeat(32)}/${"1".repeat(16)}` }] });
  const ghost = makeNode("ghost:g1", { kind: "ghost", label: "rates" });
  const graph = makeGraph([lane, step({ refs: [span] }), ghost]);
  assert.deepEqual(spanOfRef({ type: "step", id: KEY }, null), span);
  assert.equal(spanOfRef({ type: "step", id: "../x" }, graph), undefined);
  assert.equal(spanOfRef({ type: "agent", id: "ada" }, graph)?.id, lane.refs[0]?.id);
  assert.equal(spanOfRef({ type: "agent", id: "ada" }, null), undefined);
  assert.deepEqual([["step", KEY], ["agent", "ada"], ["ghost", "g1"], ["step", "f".repeat(16)]].map(([type, id]) => refName({ type, id } as never, graph)),
    ["SEARCH", "Ada", "rates", `step ${"f".repeat(8)}`]);
  assert.deepEqual([planKey(span), planKey({ type: "span", id: `${"1".repeat(32)}/${KEY}` }), stepSpan("zz")], [KEY, null, null]);
  assert.deepEqual(["ada", "257397ea-4234-4355-b38b-a6d054a87240", "bob"].map((id) => agentName(id, graph)), ["Ada", "257397ea", "bob"]);
});

test("a step is a line of the tail with its verb, what it is for, and its row; events that tell the same are none", () => {
  const told = { id: KEY, verb: "SEARCH", description: "find offers", agent_id: "ada", effective_status: "waiting", created_ns: "7", started_ns: null, ended_ns: null };
  const waiting = makeRecord("step", told);
  const made = makeRecord("log", { id: "1", event_name: "stage7.event.step_created", body: "{}", time_ns: "7" });
  const agent = makeRecord("log", { id: "2", event_name: "stage7.event.agent_created", body: '{"a":1}', time_ns: "6", severity_number: 9 });
  const tail = addToTail(EMPTY_TAIL, [waiting, made, agent], 9);
  assert.deepEqual(tail.lines.map((line) => [line.kind, line.name, line.about, line.agent, line.status, line.span]),
    [["log", "agent created", "", "", "", null], ["step", "SEARCH", "find offers", "ada", "waiting", ROW]]);
  const ended = addToTail(tail, [makeRecord("step", { ...told, effective_status: "gone", is_replaced: true, ended_ns: "9" })], 9);
  assert.deepEqual([ended.lines.length, ended.lines.at(-1)?.status, ended.lines.at(-1)?.timeNs], [2, "replaced", "9"]);
});

test("steps are kept as they were told of last, not without an end, and not beyond a resync", () => {
  const records = Array.from({ length: 600 }, (_, at) => makeRecord("step", { id: `s${at}`, status: "pending" }));
  const state = reduce(INITIAL, { type: "records", records, nowMs: 1 }, 5);
  assert.deepEqual([state.steps.size, state.steps.has("s99"), state.steps.has("s599")], [500, false, true]);
  const again = reduce(state, { type: "records", records: [makeRecord("step", { id: "s599", status: "completed" })], nowMs: 2 }, 5);
  assert.equal(again.steps.get("s599")?.status, "completed");
  assert.equal(reduce(again, { type: "resync" }, 5).steps.size, 0);
});

test("inputs and results read alike as previews and as they were sent", () => {
  const live = detail({ inputs: { topic: { value: "tea", size: 3 }, rates: { output_name: "rates", source: "x" } }, result: [{ name: "plan", result_type: "plan", task_count: 3, success: true, error: null, result: "[" }] });
  const sent = detail({ inputs: { topic: { value: "tea", valueType: "string" }, rates: { outputName: "rates" } }, result: [{ name: "plan", resultType: "plan", result: [{}, {}, {}], success: true }] });
  for (const each of [live, sent]) {
    assert.deepEqual(inputLines(each).map(({ name, text, takes }) => [name, text, takes]), [["topic", "tea", ""], ["rates", "", "rates"]]);
    assert.deepEqual(resultLines(each).map(({ name, text, isFailed }) => [name, text, isFailed]), [["plan", "a plan of 3", false]]);
  }
  assert.deepEqual(resultLines(detail({ result: [{ name: "error", success: false, error: "no offer", result: null }] })).map(({ text, isFailed }) => [text, isFailed]), [["no offer", true]]);
  assert.deepEqual([inputLines(detail({ inputs: "x".repeat(900) }))[0]?.text.length, inputLines(detail({ inputs: null })), resultLines(detail({ result: 7 }))[0]?.text], [401, [], "7"]);
});

test("a mission of plans counts its steps, another its spans", () => {
  assert.equal(numbersOf(makeMission({ span_count: 0, step_count: 71, step_done_count: 25, error_count: 5 })), "25/71 steps · 5 errors");
  assert.equal(numbersOf(makeMission({ error_count: 1, duration_ns: "2000000000" })), "3 spans · 1 model call · 1 error · 2.00 s");
});
