// The spans on the page: fetched once, then changed in place; whoever draws them listens.

import { FAILED, OPEN, WAITING } from "./lib/flags.js";
import { readPath } from "./lib/path.js";
import { SpanTable } from "./lib/table.js";
import { arrange, countBelow } from "./lib/tree.js";
import { fetchJson } from "./fetching.js";

const PATH_MS = 4000;
const PATH_ROWS = 20_000;

export class Spans {
  constructor(urls) {
    this.urls = urls;
    this.table = null;
    this.laid = null;
    this.version = 0;
    this.isRunning = false;
    this.clockShift = 0;
    this.segments = [];
    this.critical = new Map();
    this.listeners = [];
  }

  onChange(call) {
    this.listeners.push(call);
  }

  async load() {
    const data = await fetchJson(this.urls.spans);
    this.table = new SpanTable(data);
    this.isRunning = data.is_running;
    this.clockShift = Number(BigInt(data.now_ns) - BigInt(Date.now()) * 1000000n);
    this.#changed(true);
    this.loadCalls();
    this.loadCriticalPath();
  }

  /** The numbers of model calls come after the bars. */
  async loadCalls() {
    const { table } = this;
    const data = await fetchJson(this.urls.calls).catch(() => null);
    if (!data || table !== this.table) return;
    table.setCalls(data.calls);
    this.#changed(false);
  }

  /** The critical path comes after the bars: it must not hold them up. */
  async loadCriticalPath() {
    const path = await fetchJson(this.urls.criticalPath).catch(() => null);
    if (!path) return;
    this.segments = readPath(path, this.table);
    this.critical = new Map();
    for (const { row, start, end } of this.segments) {
      if (!this.critical.has(row)) this.critical.set(row, []);
      this.critical.get(row).push([start, end]);
    }
    this.#changed(false);
  }

  /** Records as in a live frame; those of other tables are left alone. Gives the rows that are new. */
  merge(records) {
    const added = [];
    let moved = false;
    let touched = false;
    for (const record of records) {
      if (record.type === "span") {
        const change = this.table.mergeSpan(record);
        if (change.added) added.push(change.row);
        moved ||= change.moved;
        touched = true;
      } else if (record.type === "llm_call") {
        touched = this.table.mergeCall(record) >= 0 || touched;
      } else if (record.type === "mission") {
        this.isRunning = record.status === "active" || record.status === "waiting";
        touched = true;
      }
    }
    if (touched) this.#changed(moved);
    if (touched) this.#pathAgain();
    return added;
  }

  /** The critical path of a mission that goes on is asked for again, not more often than PATH_MS. */
  #pathAgain() {
    if (this.table.count > PATH_ROWS) return;
    this.pathTimer ??= setTimeout(() => {
      this.pathTimer = null;
      this.loadCriticalPath();
    }, PATH_MS);
  }

  /** What is open with nothing open below it: what the mission is doing right now, longest first. */
  openLeaves() {
    const { table } = this;
    const busy = new Set();
    const leaves = [];
    for (let row = 0; row < table.count; row += 1) {
      if (!table.has(row, OPEN) || table.has(row, WAITING)) continue;
      leaves.push(row);
      busy.add(table.parent[row]);
    }
    return leaves.filter((row) => !busy.has(row)).sort((a, b) => table.start[a] - table.start[b]);
  }

  /** Nanoseconds since the base: the clock while the mission runs, else its end. */
  now() {
    const end = this.table.bounds ? this.table.bounds[1] : 0;
    if (!this.isRunning) return end;
    const clock = BigInt(Date.now()) * 1000000n - this.table.base;
    return Math.max(end, Number(clock) + this.clockShift);
  }

  /** From the first start to the last end, or to now while it runs. */
  bounds() {
    const { bounds } = this.table;
    return bounds ? [bounds[0], Math.max(bounds[1], this.now())] : [0, 1e9];
  }

  isFailed = (row) => this.table.has(row, FAILED);

  #changed(isMoved) {
    const { table } = this;
    if (isMoved) {
      this.laid = arrange(table.parent, table.start, table.id);
      this.place = new Int32Array(table.count).fill(-1);
      this.laid.order.forEach((row, k) => (this.place[row] = k));
    }
    this.failedBelow = countBelow(this.laid, table.parent, this.isFailed);
    this.version += 1;
    for (const call of this.listeners) call();
  }
}
