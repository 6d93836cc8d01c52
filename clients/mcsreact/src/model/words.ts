// Statuses, kinds and edges in a person's words. Pure.

import type { GraphNode, Mission, Status } from "../wire/types.js";
import { formatDuration, plural } from "./formats.js";

const STATUSES: readonly string[] = ["waiting", "active", "ok", "failed", "gone"];

/** A status we have a colour and a shape for; anything else counts as gone. */
export const statusOf = (text: string): Status => (STATUSES.includes(text) ? (text as Status) : "gone");

const KINDS = new Map(Object.entries({
  agent: "agent", service: "service", run: "run of an agent", step: "step", llm: "model call", tool: "tool",
  human: "person", queue: "queue", span: "span", ghost: "never arrived", log: "log", snapshot: "state",
}));

export const kindWord = (kind: string): string => KINDS.get(kind) ?? kind;

/** Kinds that share a colour. */
export function kindTint(kind: string): string {
  if (kind === "run") return "agent";
  return ["agent", "llm", "tool", "step", "human", "queue"].includes(kind) ? kind : "other";
}

const OUT = new Map(Object.entries({
  parent: "called", link: "is linked to", handoff: "handed off to", tool_call: "asked for", retry: "was tried again as",
  sequence: "came before",
}));
const IN = new Map(Object.entries({
  parent: "called by", link: "linked from", handoff: "handed off by", tool_call: "asked for by", retry: "another try of",
  sequence: "came after",
}));

/** What joins a node to the other end of an edge, seen from the node. */
export const edgeWords = (kind: string, isOutgoing: boolean): string => (isOutgoing ? OUT : IN).get(kind) ?? kind;

/** A node in one line, for those who hear it. */
export function describeNode(node: GraphNode, took: string | null): string {
  const parts = [node.label, kindWord(node.kind), node.kind === "ghost" ? null : statusOf(node.effective_status)];
  if (node.count > 1) parts.push(`${node.count} folded`);
  return [...parts, took].filter(Boolean).join(", ");
}

/** Will anything more come? */
export const isOver = (mission: Mission): boolean => !["waiting", "active"].includes(mission.status);

/** The verdict, or what can be said without one. */
export function verdictOf(mission: Mission): string {
  if (mission.verdict) return mission.verdict;
  const work = `${plural(mission.span_count, "span")}, ${plural(mission.error_count, "error")}`;
  const took = mission.duration_ns === null ? "" : ` in ${formatDuration(mission.duration_ns)}`;
  if (mission.status === "ok") return `Went well: ${work}${took}.`;
  if (mission.status === "active") return `Working: ${work} so far.`;
  if (mission.status === "waiting") return `Waiting: ${work} so far.`;
  return `${mission.status === "failed" ? "Failed" : "Ended without a result"}: ${work}${took}.`;
}
