import assert from "node:assert/strict";
import { test } from "node:test";

import { FAILED, MISSING, OFF_CLOCK, OPEN, SERVER, SILENT, WARNED } from "../../../static/js/mission/lib/flags.js";
import { SpanTable } from "../../../static/js/mission/lib/table.js";
import { arrange } from "../../../static/js/mission/lib/tree.js";

const TRACE = "a".repeat(32);
const BASE = 1_700_000_000_000_000_000n;
const ID = (n) => n.toString(16).padStart(16, "0");

function emptyTable() {
  const tables = Object.fromEntries(["trace", "name", "service", "agent", "kind", "status"].map((name) => [name, []]));
  const columns = ["trace", "parent", "start", "end", "kind", "name", "service", "agent", "status", "flags"];
  const rows = { id: "", ...Object.fromEntries(columns.map((name) => [name, []])) };
  return new SpanTable({ base_ns: BASE.toString(), cursor: "0", bounds: null, tables, rows, notes: {} });
}

function span(n, parent, more = {}) {
  return {
    trace_id: TRACE, span_id: ID(n), parent_span_id: parent === null ? null : ID(parent), name: `span ${n}`,
    otel_kind: "INTERNAL", span_kind: "TOOL", service_name: "svc", agent_name: "", status_code: "OK", status_message: "", error_type: "",
    effective_status: "ok", warnings: [], start_ns: (BASE + BigInt(n) * 1000n).toString(),
    end_ns: (BASE + BigInt(n) * 1000n + 500n).toString(), ...more,
  };
}

const key = (n, side = "") => `${TRACE}.${ID(n)}${side}`;

/** Name and parent's name of every row, in drawing order: what a person sees. */
function drawn(table) {
  const { order, depth } = arrange(table.parent, table.start, table.id);
  return [...order].map((row) => `${"·".repeat(depth[row])}${table.has(row, MISSING) ? "missing" : table.nameOf(row)}`);
}

test("what came at first paint can be found by key, with times in nanoseconds since the base", () => {
  const table = new SpanTable({
    base_ns: BASE.toString(), cursor: "9", bounds: [0, 2_000],
    tables: { trace: [TRACE], name: ["mission", "chat"], service: [""], agent: [""], kind: ["AGENT", "LLM"], status: ["ok"] },
    rows: {
      id: ID(1) + ID(2), trace: [0, 0], parent: [-1, 0], start: [0, null], end: [2_000, 700], kind: [0, 1], name: [0, 1],
      service: [0, 0], agent: [0, 0], status: [0, 0], flags: [0, WARNED],
    },
    notes: { 1: "429 rate limited" },
  });
  assert.equal(table.rowOf(key(2)), 1);
  assert.deepEqual([table.nameOf(1), table.kindOf(1), table.notes.get(1)], ["chat", "LLM", "429 rate limited"]);
  assert.deepEqual(table.extent(0, 9e9), [0, 2_000]);
  assert.deepEqual(table.extent(1, 9e9), [700, 700]);
  assert.equal(table.absolute(2_000), (BASE + 2_000n).toString());
  table.setCalls([[key(2), 5, 100, 7, "0.01", "gpt"], [key(7), 1, 1, 1, null, "unknown span"]]);
  assert.deepEqual(table.calls.get(1), { ttft: 5, input: 100, output: 7, cost: "0.01", model: "gpt" });
  assert.equal(table.calls.size, 1);
});

test("a child before its parent stands below a placeholder, and moves once when the parent comes", () => {
  const table = emptyTable();
  assert.equal(table.mergeSpan(span(2, 1)).added, true);
  assert.deepEqual(drawn(table), ["missing", "·span 2"]);
  assert.equal(table.missingCount(), 1);
  const arrived = table.mergeSpan(span(1, null));
  assert.deepEqual([arrived.row, arrived.added, arrived.moved], [0 + 1, true, true]);
  assert.deepEqual(drawn(table), ["span 1", "·span 2"]);
  assert.equal(table.missingCount(), 0);
  assert.equal(table.count, 2);
});

test("every order of five spans gives the same drawing", () => {
  const spans = [span(1, null), span(2, 1), span(3, 2), span(4, 1), span(5, 3)];
  const wanted = ["span 1", "·span 2", "··span 3", "···span 5", "·span 4"];
  for (const order of permutations([0, 1, 2, 3, 4])) {
    const table = emptyTable();
    for (const i of order) table.mergeSpan(spans[i]);
    assert.deepEqual(drawn(table), wanted, `order ${order}`);
  }
});

test("the same record twice changes nothing", () => {
  const table = emptyTable();
  table.mergeSpan(span(1, null));
  const again = table.mergeSpan(span(1, null));
  assert.deepEqual([again.added, again.moved, table.count], [false, false, 1]);
});

test("an open span is completed in place by its end", () => {
  const table = emptyTable();
  table.mergeSpan(span(1, null, { end_ns: null, effective_status: "active" }));
  assert.ok(table.has(0, OPEN));
  assert.deepEqual(table.extent(0, 9_000), [1_000, 9_000]);
  table.mergeSpan(span(1, null));
  assert.ok(!table.has(0, OPEN));
  assert.deepEqual(table.extent(0, 9_000), [1_000, 1_500]);
});

test("spans that name one another as parents are all drawn, and marked", () => {
  const table = emptyTable();
  for (const record of [span(1, 3), span(2, 1), span(3, 2)]) table.mergeSpan(record);
  assert.equal(drawn(table).length, 3);
  assert.equal(table.flags.filter((flags) => flags & WARNED).length, 1);
  table.mergeSpan(span(4, 4));
  assert.ok(drawn(table).includes("span 4"));
});

test("the server's side of a shared id hangs below the client's, whichever comes first", () => {
  const client = span(2, 1, { otel_kind: "CLIENT", name: "call", service_name: "front" });
  const server = span(2, 1, { otel_kind: "SERVER", name: "serve", service_name: "back" });
  const below = span(3, 2, { name: "query", service_name: "back" });
  for (const order of permutations([client, server, below])) {
    const table = emptyTable();
    table.mergeSpan(span(1, null));
    for (const record of order) table.mergeSpan(record);
    assert.deepEqual(drawn(table), ["span 1", "·call", "··serve", "···query"]);
    assert.ok(table.has(table.rowOf(key(2, ".s")), SERVER));
  }
});

test("a failed span keeps what its sender said; one that names an error without a status is silent", () => {
  const table = emptyTable();
  table.mergeSpan(span(1, null, { status_code: "ERROR", effective_status: "failed", status_message: "429" }));
  table.mergeSpan(span(2, null, { status_code: "UNSET", error_type: "Timeout", effective_status: "failed" }));
  assert.ok(table.has(0, FAILED) && !table.has(0, SILENT));
  assert.equal(table.notes.get(0), "429");
  assert.ok(table.has(1, SILENT));
  assert.equal(table.notes.get(1), "Timeout");
  table.mergeSpan(span(1, null));
  assert.ok(!table.notes.has(0));
});

test("a span that failed through its child has the status and no mark of a failure of its own", () => {
  const table = emptyTable();
  table.mergeSpan(span(1, null, { status_code: "UNSET", effective_status: "ok" }));
  table.mergeSpan(span(2, 1, { status_code: "ERROR", effective_status: "failed" }));
  table.mergeSpan(span(1, null, { status_code: "UNSET", effective_status: "failed" }));
  assert.equal(table.statusOf(0), "failed");
  assert.ok(!table.has(0, FAILED) && !table.has(0, SILENT));
});

test("work that is gone stays open: it never ended, as at first paint", () => {
  const table = emptyTable();
  table.mergeSpan(span(1, null, { end_ns: null, effective_status: "gone" }));
  assert.equal(table.statusOf(0), "gone");
  assert.ok(table.has(0, OPEN));
});

test("a time that cannot be right does not stretch the axis; an unknown one is no time", () => {
  const table = emptyTable();
  table.mergeSpan(span(1, null));
  table.mergeSpan(span(2, 1, { start_ns: "7258118400000000000", end_ns: null, warnings: ["start_in_future"] }));
  table.mergeSpan(span(3, 1, { start_ns: null, end_ns: null }));
  assert.ok(table.has(1, OFF_CLOCK));
  assert.deepEqual(table.bounds, [1_000, 1_500]);
});

function* permutations(items) {
  if (items.length < 2) yield items;
  for (const [i, item] of items.entries()) {
    for (const rest of permutations([...items.slice(0, i), ...items.slice(i + 1)])) yield [item, ...rest];
  }
}
