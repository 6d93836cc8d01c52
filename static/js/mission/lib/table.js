// The spans of a mission as columns: what came at first paint, and every change since. Pure.
// A row never moves in the table; its place in the drawing is computed from `parent` and `start` (tree.js).

import { spanKey } from "./address.js";
import { FAILED, MISSING, NO_START, OFF_CLOCK, OPEN, SERVER, SILENT, WARNED } from "./flags.js";
import { wouldCycle } from "./tree.js";

const OFF_CLOCK_WARNING = /future|out_of_range|implausible/;

/** Distinct strings, each with a number. */
class Strings {
  constructor(values = []) {
    this.values = [...values];
    this.numbers = new Map(this.values.map((value, i) => [value, i]));
  }

  number(value) {
    let n = this.numbers.get(value);
    if (n === undefined) {
      n = this.values.push(value) - 1;
      this.numbers.set(value, n);
    }
    return n;
  }
}

const COLUMNS = ["trace", "id", "parent", "start", "end", "kind", "name", "service", "agent", "status", "flags"];

export class SpanTable {
  /** From the answer of data/spans; its rows come in tree order. */
  constructor(data) {
    this.base = BigInt(data.base_ns);
    this.cursor = data.cursor;
    this.bounds = data.bounds ? [...data.bounds] : null;
    this.strings = {};
    for (const name of ["trace", "name", "service", "agent", "kind", "status"]) {
      this.strings[name] = new Strings(data.tables[name]);
    }
    const rows = data.rows;
    this.trace = rows.trace;
    this.id = splitIds(rows.id);
    this.parent = rows.parent;
    this.start = rows.start.map(numberOrNaN);
    this.end = rows.end.map(numberOrNaN);
    this.kind = rows.kind;
    this.name = rows.name;
    this.service = rows.service;
    this.agent = rows.agent;
    this.status = rows.status;
    this.flags = rows.flags;
    this.notes = new Map(Object.entries(data.notes).map(([row, note]) => [Number(row), note]));
    this.verbs = new Map(Object.entries(data.verbs ?? {}).map(([row, length]) => [Number(row), length]));
    this.calls = new Map();
    this.index = new Map();
    for (let row = 0; row < this.count; row += 1) this.index.set(this.key(row), row);
  }

  get count() {
    return this.id.length;
  }

  key(row) {
    return spanKey(this.traceOf(row), this.id[row], this.has(row, SERVER) ? 1 : 0);
  }

  rowOf(key) {
    return this.index.get(key) ?? -1;
  }

  has(row, flag) {
    return (this.flags[row] & flag) !== 0;
  }

  traceOf = (row) => this.strings.trace.values[this.trace[row]];
  nameOf = (row) => this.strings.name.values[this.name[row]];
  serviceOf = (row) => this.strings.service.values[this.service[row]];
  agentOf = (row) => this.strings.agent.values[this.agent[row]];
  kindOf = (row) => this.strings.kind.values[this.kind[row]];
  statusOf = (row) => this.strings.status.values[this.status[row]];

  /** Nanoseconds since the base, as a number. */
  offset(ns) {
    return ns === null || ns === undefined ? NaN : Number(BigInt(ns) - this.base);
  }

  /** The absolute time of an offset, decimal text. */
  absolute(offset) {
    return (this.base + BigInt(Math.round(offset))).toString();
  }

  /** Where a row is drawn: from its start (or its end when it has none) to its end, or to `now` while open. */
  extent(row, now) {
    const start = this.start[row];
    const end = this.end[row];
    if (Number.isNaN(start)) return [end, end];
    if (Number.isNaN(end)) return [start, this.has(row, OPEN) ? Math.max(start, now) : start];
    return [start, Math.max(start, end)];
  }

  /** Rows that have not arrived although others name them as their parent. */
  missingCount() {
    let n = 0;
    for (const flags of this.flags) if (flags & MISSING) n += 1;
    return n;
  }

  /** One span as in REST, new or changed; tells whether the tree changed. */
  mergeSpan(record) {
    const side = record.otel_kind === "SERVER" ? 1 : 0;
    const row = this.#claim(record, side);
    const before = [this.parent[row], this.start[row]];
    const added = this.has(row, MISSING) || this.name[row] < 0;
    this.#fill(row, record, side);
    this.#attach(row, record, side);
    this.#stretch(row);
    return { row, added, moved: added || before[0] !== this.parent[row] || !Object.is(before[1], this.start[row]) };
  }

  /** The numbers of all model calls: [key, ...numbers] as in data/calls. */
  setCalls(calls) {
    for (const [key, ttft, input, output, cost, model] of calls) {
      const row = this.rowOf(key);
      if (row >= 0) this.calls.set(row, { ttft, input, output, cost, model });
    }
  }

  /** The numbers of one model call that is new or changed, as in REST. */
  mergeCall(record) {
    const row = this.rowOf(spanKey(record.trace_id, record.span_id));
    if (row < 0) return -1;
    this.calls.set(row, {
      ttft: record.time_to_first_token_ns === null ? null : Number(record.time_to_first_token_ns),
      input: record.input_tokens,
      output: record.output_tokens,
      cost: record.cost_usd,
      model: record.response_model || record.request_model,
    });
    return row;
  }

  #claim(record, side) {
    const known = this.rowOf(spanKey(record.trace_id, record.span_id, side));
    if (known >= 0) return known;
    const stand = this.rowOf(spanKey(record.trace_id, record.span_id));
    if (side && stand >= 0 && this.has(stand, MISSING)) {
      this.index.delete(this.key(stand));
      this.flags[stand] |= SERVER;
      this.index.set(this.key(stand), stand);
      return stand;
    }
    return this.#append(record.trace_id, record.span_id, side ? SERVER : 0);
  }

  #append(traceId, spanId, flags) {
    const row = this.count;
    const blank = { trace: this.strings.trace.number(traceId), id: spanId, parent: -1, start: NaN, end: NaN, flags };
    for (const column of COLUMNS) this[column].push(blank[column] ?? -1);
    this.index.set(this.key(row), row);
    return row;
  }

  #fill(row, record, side) {
    this.start[row] = this.offset(record.start_ns);
    this.end[row] = this.offset(record.end_ns);
    this.kind[row] = this.strings.kind.number(record.span_kind);
    this.name[row] = this.strings.name.number(record.name);
    this.service[row] = this.strings.service.number(record.service_name);
    this.agent[row] = this.strings.agent.number(record.agent_name);
    this.status[row] = this.strings.status.number(record.effective_status);
    this.flags[row] = flagsOf(record, side);
    const said = record.status_message || record.error_type;
    if (saysItFailed(record) && said) this.notes.set(row, said);
    else this.notes.delete(row);
  }

  #attach(row, record, side) {
    let parent = this.#parentRow(record, side);
    if (parent >= 0 && wouldCycle(this.parent, row, parent)) {
      parent = -1;
      this.flags[row] |= WARNED;
    }
    this.parent[row] = parent;
    this.#joinSides(row, record, side);
  }

  #parentRow(record, side) {
    const client = side ? this.rowOf(spanKey(record.trace_id, record.span_id)) : -1;
    if (client >= 0) return client;
    const parentId = record.parent_span_id;
    if (!parentId || parentId === record.span_id) return -1;
    const server = this.rowOf(spanKey(record.trace_id, parentId, 1));
    const own = this.rowOf(spanKey(record.trace_id, parentId));
    if (server >= 0 && (own < 0 || this.serviceOf(server) === record.service_name)) return server;
    return own >= 0 ? own : this.#placeholder(record, parentId);
  }

  #placeholder(record, parentId) {
    const row = this.#append(record.trace_id, parentId, MISSING);
    this.start[row] = this.offset(record.start_ns ?? record.end_ns);
    this.kind[row] = this.strings.kind.number("OTHER");
    this.name[row] = this.strings.name.number("");
    this.service[row] = this.strings.service.number("");
    this.agent[row] = this.strings.agent.number("");
    this.status[row] = this.strings.status.number("waiting");
    return row;
  }

  /** Both sides of a shared id: the server side hangs below the client side and takes its own service's children. */
  #joinSides(row, record, side) {
    const other = this.rowOf(spanKey(record.trace_id, record.span_id, side ? 0 : 1));
    if (other < 0) return;
    const [client, server] = side ? [other, row] : [row, other];
    if (this.parent[client] === server) this.parent[client] = -1;
    for (let i = 0; i < this.count; i += 1) {
      if (this.parent[i] === client && i !== server && this.service[i] === this.service[server]) this.parent[i] = server;
    }
    this.parent[server] = client;
  }

  #stretch(row) {
    if (this.has(row, OFF_CLOCK)) return;
    for (const t of [this.start[row], this.end[row]]) {
      if (Number.isNaN(t)) continue;
      if (!this.bounds) this.bounds = [t, t];
      this.bounds[0] = Math.min(this.bounds[0], t);
      this.bounds[1] = Math.max(this.bounds[1], t);
    }
  }
}

const numberOrNaN = (value) => (value === null ? NaN : value);

function splitIds(text) {
  const ids = new Array(text.length / 16);
  for (let i = 0; i < ids.length; i += 1) ids[i] = text.slice(16 * i, 16 * i + 16);
  return ids;
}

/** It reports a failure of its own: not one taken over from its children, nor a cancellation. */
function saysItFailed(record) {
  const says = record.status_code === "ERROR" || (record.status_code === "UNSET" && record.error_type);
  return record.effective_status === "failed" && says;
}

function flagsOf(record, side) {
  let flags = side ? SERVER : 0;
  if (record.end_ns === null && record.start_ns !== null) flags |= OPEN;
  if (saysItFailed(record)) flags |= record.status_code === "ERROR" ? FAILED : FAILED | SILENT;
  if (record.warnings.length) flags |= WARNED;
  if (record.warnings.some((warning) => OFF_CLOCK_WARNING.test(warning))) flags |= OFF_CLOCK;
  if (record.start_ns === null) flags |= NO_START;
  return flags;
}
