// What MissionScope answers, as far as the panel reads it. Nanoseconds and sequence numbers are decimal strings.

export type Status = "waiting" | "active" | "ok" | "failed" | "gone";

export interface Ref {
  type: string;
  /** Of a span `trace_id/span_id`, else a decimal number. */
  id: string;
}

export interface Mission {
  id: string;
  name: string;
  status: Status;
  start_ns: string | null;
  end_ns: string | null;
  last_activity_ns: string | null;
  duration_ns: string | null;
  span_count: number;
  error_count: number;
  llm_call_count: number;
  tool_call_count: number;
  log_count: number;
  verdict: string | null;
  change_seq: string;
  /** Path of its page in MissionScope. */
  url: string;
}

export interface GraphNode {
  id: string;
  kind: string;
  label: string;
  agent_name: string;
  /** As reported. */
  status: string;
  effective_status: string;
  start_ns: string | null;
  end_ns: string | null;
  /** The lane it lies in; lanes have none. */
  parent: string | null;
  refs: Ref[];
  called_by: string | null;
  /** Pieces of work folded into it; of a lane, those it holds. */
  count: number;
}

export interface GraphEdge {
  source: string;
  target: string;
  kind: string;
  label: string;
  evidence: Ref[];
  is_inferred: boolean;
  count: number;
}

export interface MissionGraphData {
  nodes: GraphNode[];
  edges: GraphEdge[];
  work_count: number;
  is_folded: boolean;
  hidden_edge_count: number;
}

export interface Finding {
  id: string;
  detector: string;
  severity: string;
  title: string;
  detail: string;
  is_root: boolean;
  refs: Ref[];
}

/** What the details of a node read of its span. */
export interface SpanDetail {
  name: string;
  service_name: string;
  status_message: string;
  error_type: string;
  warnings: unknown[];
}

/** A record of a live frame: its type, its number, and the fields of that type in REST. */
export interface LiveRecord {
  type: string;
  change_seq: string;
  [field: string]: unknown;
}

export type Frame =
  | { type: "hello" | "resync"; cursor: string }
  | { type: "delta"; cursor: string; records: LiveRecord[] }
  | { type: "ping" };
