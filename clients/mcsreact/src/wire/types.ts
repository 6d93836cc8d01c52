// What MissionScope answers, as far as the panel reads it. Nanoseconds and sequence numbers are decimal strings.

export type Status = "waiting" | "active" | "ok" | "failed" | "gone";

export interface Ref {
  type: string;
  /** Of a span `trace_id/span_id`, of a step or a ghost its key, of an agent the sender's id, else a decimal number. */
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
  /** Steps of plans, every occurrence, and those that are over. */
  step_count: number;
  step_done_count: number;
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
  /** What a step is for, what an agent is after, why a ghost is one. */
  detail: string;
  /** Which kind of ghost; empty for what is none. */
  ghost: string;
  step_id: string;
  /** 1 for the first step of that id; 0 for what is no step of a plan. */
  occurrence: number;
  /** Steps that have that id. */
  occurrences: number;
  /** Steps that its plan made. */
  plan_size: number;
  /** Pieces of work below it that are folded away, and how many of them failed. */
  hidden_count: number;
  hidden_failed: number;
  /** Model calls and tool runs of a step. */
  llm_calls: number;
  tool_calls: number;
  has_begun: boolean;
  /** It failed and was reported as completed. */
  is_silent: boolean;
  /** Its result was a plan. */
  is_replaced: boolean;
  /** It waits, by way of others, for itself. */
  in_cycle: boolean;
}

export interface GraphEdge {
  source: string;
  target: string;
  kind: string;
  label: string;
  evidence: Ref[];
  is_inferred: boolean;
  count: number;
  /** What it rests on, in a sentence; may be empty. */
  why: string;
  /** What the target waits for is there; null where nothing is waited for. */
  satisfied: boolean | null;
  in_cycle: boolean;
}

export interface MissionGraphData {
  nodes: GraphNode[];
  edges: GraphEdge[];
  work_count: number;
  is_folded: boolean;
  hidden_edge_count: number;
  /** Steps of a plan are among the work. */
  has_plan: boolean;
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

/** A step of a plan: live with previews, over REST with values as they were sent. */
export interface StepDetail {
  id: string;
  description: string | null;
  status: string;
  reason: string | null;
  reason_code: string | null;
  inputs: unknown;
  outputs_declared: readonly string[];
  result: unknown;
  retry_count: number;
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
