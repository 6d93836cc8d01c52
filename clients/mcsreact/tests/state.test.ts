import assert from "node:assert/strict";
import { test } from "node:test";

import { INITIAL, type MissionEvent, type MissionState, reduce } from "../src/model/state.js";
import { addToTail, EMPTY_TAIL, type Tail } from "../src/model/tail.js";
import { makeGraph, makeMission, makeNode, makeRecord, makeSpan } from "./making.js";

const after = (...events: MissionEvent[]): MissionState => events.reduce((state, event) => reduce(state, event, 5), INITIAL);
const read: MissionEvent = { type: "read", mission: makeMission(), graph: makeGraph([makeNode("x")]), findings: [], nowMs: 1 };
const names = (tail: Tail): string[] => tail.lines.map((line) => line.name);

test("what was read is ready, and stays in sight while the connection is lost", () => {
  const state = after(read, { type: "connection", connection: "live" }, { type: "connection", connection: "lost" }, { type: "connection", connection: "connecting" });
  assert.deepEqual([state.phase, state.connection, state.graph?.nodes.length], ["ready", "lost", 1]);
  assert.equal(reduce(state, { type: "connection", connection: "live" }, 5).connection, "live");
  assert.equal(after(read, { type: "trouble", trouble: "unreachable", reason: "no answer" }).phase, "ready");
});

test("without an answer yet the reason is shown; a refusal takes the place of what was there", () => {
  const state = after({ type: "trouble", trouble: "unreachable", reason: "no answer" });
  assert.deepEqual([state.phase, state.reason], ["unreachable", "no answer"]);
  assert.equal(after(read, { type: "trouble", trouble: "unauthorised", reason: "refused" }).phase, "unauthorised");
  assert.equal(reduce(state, read, 5).reason, "");
});

test("a live mission record is newer than the one being read meanwhile", () => {
  const live = makeRecord("mission", { ...makeMission({ verdict: "Stalled." }), type: "mission" });
  const state = after(read, { type: "records", records: [live], nowMs: 2 }, { ...read, mission: null, nowMs: 3 });
  assert.deepEqual([state.mission?.verdict, state.heardMs], ["Stalled.", 3]);
});

test("a resync empties the tail", () => {
  assert.equal(after(read, { type: "records", records: [makeSpan("s")], nowMs: 2 }, { type: "resync" }).tail.lines.length, 0);
});

test("the tail keeps the last lines, those of one frame by their time", () => {
  const tail = addToTail(EMPTY_TAIL, [makeSpan("late", { start_ns: "30" }), makeSpan("early", { start_ns: "4" })], 5);
  assert.deepEqual(names(tail), ["early", "late"]);
  const more = addToTail(tail, Array.from({ length: 5 }, (_, at) => makeSpan(`n${at}`, { start_ns: String(at) })), 5);
  assert.deepEqual(names(more), ["n0", "n1", "n2", "n3", "n4"]);
  assert.deepEqual(more.lines.map((line) => line.arrival), [3, 4, 5, 6, 7]);
});

test("a span and the call it is are one line, whichever comes first", () => {
  const span = makeSpan("s", { name: "chat gpt" });
  const call = makeRecord("llm_call", { id: "7", trace_id: "t", span_id: "s", agent_name: "a", status: "ok", start_ns: "5", request_model: "gpt" });
  for (const records of [[span, call], [call, span]]) {
    const [line, ...rest] = addToTail(EMPTY_TAIL, records, 5).lines;
    assert.deepEqual([line?.kind, line?.name, rest.length], ["llm", "gpt", 0]);
  }
});

test("a record that ends comes again at the end; one that says nothing new does not move", () => {
  const begun = addToTail(EMPTY_TAIL, [makeSpan("a", { effective_status: "active" }), makeSpan("b", { start_ns: "6" })], 5);
  const again = addToTail(begun, [makeSpan("a", { effective_status: "active" })], 5);
  assert.deepEqual([names(again), again.arrivals], [["a", "b"], 2]);
  const ended = addToTail(again, [makeSpan("a", { effective_status: "failed" })], 5);
  assert.deepEqual([names(ended), ended.lines.at(-1)?.status, ended.arrivals], [["b", "a"], "failed", 3]);
});

test("logs say how grave they are, whatever their body is; findings and unknown records are no lines", () => {
  const log = (fields: object): ReturnType<typeof makeRecord> => makeRecord("log", { id: "1", time_ns: "9", severity_number: 17, ...fields });
  const [line] = addToTail(EMPTY_TAIL, [log({ body: { what: "<b>" } })], 5).lines;
  assert.deepEqual([line?.name, line?.status, line?.span], ['{"what":"<b>"}', "failed", null]);
  const [odd] = addToTail(EMPTY_TAIL, [log({ body: "x".repeat(5_000), time_ns: "soon" })], 5).lines;
  assert.deepEqual([odd?.name.length, odd?.timeNs], [301, null]);
  assert.equal(addToTail(EMPTY_TAIL, [makeRecord("finding"), makeRecord("mission"), makeRecord("constructor")], 5).lines.length, 0);
});
