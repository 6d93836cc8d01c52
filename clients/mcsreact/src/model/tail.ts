// The live tail: records as lines, in the order in which they became news. Pure.

import { stepSpan } from "../wire/addresses.js";
import type { LiveRecord } from "../wire/types.js";
import { statusOf } from "./words.js";

export interface TailLine {
  /** Of the record: a span and the call it is have one line. */
  key: string;
  /** Rises with each line that came or changed what it says. */
  arrival: number;
  timeNs: string | null;
  kind: string;
  /** Name of the agent; of a step the sender's id. */
  agent: string;
  name: string;
  /** What a step is for. */
  about: string;
  status: string;
  /** `trace_id/span_id`, also of a step's row, or null. */
  span: string | null;
}

export interface Tail {
  lines: readonly TailLine[];
  arrivals: number;
}

export const EMPTY_TAIL: Tail = { lines: [], arrivals: 0 };
const LONGEST = 300;

/**
 * The tail after a frame's records, with at most `most` lines. Lines of one frame stand in the order of their times; one
 * that says nothing new, or only better what it said, stays where it is.
 */
export function addToTail(tail: Tail, records: readonly LiveRecord[], most: number): Tail {
  const lines = new Map(tail.lines.map((line) => [line.key, line]));
  const news = new Map<string, TailLine>();
  for (const record of records) {
    const line = readLine(record);
    if (line === null) continue;
    const known = news.get(line.key) ?? lines.get(line.key);
    const next = known ? merge(known, line) : line;
    if (known && !isNews(known, next) && !news.has(line.key)) lines.set(line.key, next);
    else news.set(line.key, next);
  }
  for (const key of news.keys()) lines.delete(key);
  let { arrivals } = tail;
  const arrived = [...news.values()].sort(byTime).map((line) => ({ ...line, arrival: (arrivals += 1) }));
  return { lines: [...lines.values(), ...arrived].slice(-most), arrivals };
}

/** A call says more than the span it is: its kind and name stay. */
function merge(known: TailLine, line: TailLine): TailLine {
  const isCall = known.kind === "llm" || known.kind === "tool";
  const { arrival } = known;
  return isCall && line.kind === "span" ? { ...line, kind: known.kind, name: known.name, arrival } : { ...line, arrival };
}

const isNews = (known: TailLine, next: TailLine): boolean => known.status !== next.status || known.timeNs !== next.timeNs;

function byTime(a: TailLine, b: TailLine): number {
  const [first, second] = [BigInt(a.timeNs ?? 0), BigInt(b.timeNs ?? 0)];
  return first < second ? -1 : Number(first > second);
}

type Fields = Pick<TailLine, "kind" | "name" | "status"> & { time: unknown; about?: string; agent?: string; isSpan?: boolean };
/** Events that a record of their step tells better. */
const OF_STEPS = /^(stage7\.event\.step_|missionscope\.step$)/;

/** The line of a record; null for findings and missions, which the verdict tells of, and for events of steps. */
function readLine(record: LiveRecord): TailLine | null {
  const fields = READ.get(record.type)?.(record);
  if (!fields || (record.type === "log" && OF_STEPS.test(text(record.event_name)))) return null;
  const hasSpan = text(record.trace_id) !== "" && text(record.span_id) !== "";
  const row = record.type === "step" ? stepSpan(text(record.id)) : null;
  const span = hasSpan ? `${text(record.trace_id)}/${text(record.span_id)}` : (row?.id ?? null);
  const key = fields.isSpan && span ? `span ${span}${record.side === 1 ? " server" : ""}` : `${record.type} ${text(record.id)}`;
  const timeNs = typeof fields.time === "string" && /^\d{1,20}$/.test(fields.time) ? fields.time : null;
  return { key, arrival: 0, timeNs, agent: cut(fields.agent ?? text(record.agent_name)), span, kind: fields.kind, name: cut(fields.name), about: cut(fields.about ?? ""), status: fields.status };
}

const READ = new Map<string, (record: LiveRecord) => Fields>(Object.entries({
  span: (r) => ({ kind: "span", name: text(r.name), status: statusOf(text(r.effective_status)), time: r.start_ns, isSpan: true }),
  llm_call: (r) => ({
    kind: "llm", name: text(r.response_model) || text(r.request_model) || text(r.operation) || "model call",
    status: statusOf(text(r.status)), time: r.start_ns, isSpan: true,
  }),
  tool_call: (r) => ({ kind: "tool", name: text(r.tool_name), status: statusOf(text(r.effective_status)), time: r.start_ns, isSpan: true }),
  step: (r) => ({
    kind: "step", name: text(r.verb) || text(r.step_id), about: text(r.description), agent: text(r.agent_id),
    status: r.is_replaced === true ? "replaced" : statusOf(text(r.effective_status)), time: r.ended_ns ?? r.started_ns ?? r.created_ns,
  }),
  log: (r) => ({ kind: "log", name: logName(text(r.body), text(r.event_name)), status: severityOf(r.severity_number), time: r.time_ns }),
  snapshot: (r) => ({ kind: "snapshot", name: r.kind === "patch" ? "state changed" : "state", status: "", time: r.time_ns }),
} satisfies Record<string, (record: LiveRecord) => Fields>));

/** An event whose body is an object is called by its name: the object is read in MissionScope. */
function logName(body: string, event: string): string {
  const isObject = body.startsWith("{");
  return event !== "" && (isObject || body === "") ? event.slice(event.lastIndexOf(".") + 1).replace(/_/g, " ") : body;
}

/** Logs have a severity: errors and warnings look like what they are. */
function severityOf(severity: unknown): string {
  if (typeof severity !== "number") return "";
  return severity >= 17 ? "failed" : severity >= 13 ? "waiting" : "";
}

/** A field as text; objects, as bodies of logs can be, as JSON. */
function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const cut = (value: string): string => (value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
