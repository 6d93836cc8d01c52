// The state of the page in the address: ?pane=&span=&log=&at=, and ?q= of the search that led here. Pure.

/** `trace.span`, with `.s` for the server side of a shared span id. */
export function spanKey(traceId, spanId, side = 0) {
  return side ? `${traceId}.${spanId}.s` : `${traceId}.${spanId}`;
}

/** {traceId, spanId, side}, or null when the text is no key. */
export function parseKey(text) {
  const match = /^([0-9a-f]{32})\.([0-9a-f]{16})(\.s)?$/.exec(text ?? "");
  return match && { traceId: match[1], spanId: match[2], side: match[3] ? 1 : 0 };
}

/** What the query says; unknown panes and malformed values fall back. `at` is decimal nanoseconds, `log` a key, or null. */
export function readAddress(search, panes) {
  const query = new URLSearchParams(search);
  const pane = query.get("pane");
  const at = query.get("at");
  const log = query.get("log");
  return {
    pane: panes.includes(pane) ? pane : panes[0],
    span: parseKey(query.get("span")) ? query.get("span") : null,
    at: /^\d{1,20}$/.test(at ?? "") ? at : null,
    log: /^\d{1,18}$/.test(log ?? "") ? log : null,
  };
}

/** The query for a state, other parameters kept; the first pane, no selection and no playhead leave none. */
export function writeAddress(search, { pane, span, at, log }, panes) {
  const query = new URLSearchParams(search);
  put(query, "pane", pane === panes[0] ? null : pane);
  put(query, "span", span);
  put(query, "at", at);
  put(query, "log", log);
  const text = query.toString();
  return text ? `?${text}` : "";
}

function put(query, name, value) {
  if (value === null || value === undefined) query.delete(name);
  else query.set(name, value);
}

/** The keys of the spans that live records are about. */
export function keysOf(records) {
  const keys = records
    .filter((record) => record.span_id)
    .map((record) => spanKey(record.trace_id, record.span_id, record.otel_kind === "SERVER" ? 1 : 0));
  return [...new Set(keys)];
}
