// The critical path from the columns of data/critical-path. Pure.

import { spanKey } from "./address.js";

const ID_LENGTH = 16;

/** Segments in order of time: {row, start, end, class}, times as in the table; row -1 where the table has no such span. */
export function readPath({ start_ns: startNs, classes, spans, segments }, table) {
  const rows = rowsOf(spans, table);
  const base = table.offset(startNs);
  let passed = 0;
  return segments.took.map((took, i) => {
    const start = base + passed;
    passed += took;
    return { row: rows[segments.span[i]] ?? -1, start, end: base + passed, class: classes[segments.class[i]] };
  });
}

function rowsOf({ traces, trace, id, servers }, table) {
  const sides = new Set(servers);
  return trace.map((at, i) => {
    const spanId = id.slice(ID_LENGTH * i, ID_LENGTH * (i + 1));
    return table.rowOf(spanKey(traces[at], spanId, sides.has(i) ? 1 : 0));
  });
}
