// Nodes, edges and records for tests, with only what a test is about said.

import type { GraphEdge, GraphNode, LiveRecord, Mission, MissionGraphData } from "../src/wire/types.js";

export const makeNode = (id: string, fields: Partial<GraphNode> = {}): GraphNode => ({
  id, kind: "step", label: id, agent_name: "a", status: "UNSET", effective_status: "ok", start_ns: "1000", end_ns: "2000",
  parent: "agent:a", refs: [], called_by: null, count: 1, detail: "", ghost: "", step_id: "", occurrence: 0, occurrences: 0,
  plan_size: 0, hidden_count: 0, hidden_failed: 0, llm_calls: 0, tool_calls: 0, has_begun: true, is_silent: false, is_replaced: false,
  in_cycle: false, ...fields,
});

export const makeEdge = (source: string, target: string, fields: Partial<GraphEdge> = {}): GraphEdge => ({
  source, target, kind: "parent", label: "calls", evidence: [], is_inferred: false, count: 1, why: "", satisfied: null, in_cycle: false,
  ...fields,
});

export const makeGraph = (nodes: GraphNode[], edges: GraphEdge[] = []): MissionGraphData => ({
  nodes, edges, work_count: nodes.length, is_folded: false, hidden_edge_count: 0,
  has_plan: nodes.some((node) => node.occurrence > 0),
});

export const makeMission = (fields: Partial<Mission> = {}): Mission => ({
  id: "m", name: "Mission", status: "active", start_ns: "1", end_ns: null, last_activity_ns: "2", duration_ns: null, span_count: 3,
  error_count: 0, llm_call_count: 1, tool_call_count: 1, log_count: 0, step_count: 0, step_done_count: 0, verdict: null, change_seq: "500", url: "/missions/m/", ...fields,
});

let given = 0;

export const makeRecord = (type: string, fields: Record<string, unknown> = {}): LiveRecord => ({
  type, change_seq: String((given += 1)), ...fields,
});

export const makeSpan = (spanId: string, fields: Record<string, unknown> = {}): LiveRecord =>
  makeRecord("span", { trace_id: "t", span_id: spanId, side: 0, name: spanId, agent_name: "a", effective_status: "ok", start_ns: "5", ...fields });

/** A socket whose other end is the test. */
export class FakeSocket extends EventTarget {
  sent: string[] = [];
  isClosed = false;
  constructor(readonly address: URL) {
    super();
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.isClosed = true;
  }
  say(frame: object): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(frame) }));
  }
  end(code: number): void {
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}
