// What a node of a plan says of itself, in a person's words. Pure.

import type { GraphEdge, GraphNode } from "../wire/types.js";
import { plural, tookOf } from "./formats.js";
import { kindWord, statusOf } from "./words.js";

const GHOSTS = new Map(Object.entries({
  unknown_step: "no step has this id", undeclared_output: "nobody declares it", never_created: "planned, never made",
}));
const MOST_NAMES = 2;

export const isPlanned = (node: GraphNode): boolean => node.occurrence > 0;

export const ghostWord = (node: GraphNode): string => GHOSTS.get(node.ghost) ?? "never arrived";

/** What a node looks like: a ghost, a step that became a plan, else its status. */
export function lookOf(node: GraphNode): string {
  if (node.kind === "ghost") return "ghost";
  return node.is_replaced && node.effective_status === "gone" ? "replaced" : statusOf(node.effective_status);
}

/** The state of a step of a plan, what is gravest first. `awaited`: outputs that it waits for and that are not there. */
export function stateWords(node: GraphNode, awaited: readonly string[] = []): string[] {
  const parts = [outcomeOf(node, awaited)];
  if (node.has_begun) parts.push(tookOf(node.start_ns, node.end_ns));
  if (node.in_cycle) parts.push("waits for itself");
  if (node.hidden_count > 0) parts.push(`${node.hidden_count} folded${node.hidden_failed > 0 ? `, ${node.hidden_failed} failed` : ""}`);
  if (node.plan_size > 0 && !node.is_replaced) parts.push(`made ${node.plan_size}`);
  if (node.llm_calls > 0) parts.push(plural(node.llm_calls, "call"));
  if (node.tool_calls > 0) parts.push(plural(node.tool_calls, "tool"));
  return parts.filter((part): part is string => Boolean(part));
}

function outcomeOf(node: GraphNode, awaited: readonly string[]): string | null {
  const status = statusOf(node.effective_status);
  if (node.is_silent) return "failed, said completed";
  if (node.is_replaced) return node.plan_size > 0 ? `became a plan of ${node.plan_size}` : "became a plan";
  if (!node.has_begun && awaited.length > 0) return `waits for ${listed(awaited)}`;
  if (!node.has_begun) return status === "waiting" ? "not begun" : "never began";
  if (node.kind === "human" && status === "waiting") return "waits for a person";
  return status === "ok" ? null : status === "gone" ? "given up" : status;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return names.length > MOST_NAMES ? `${shown} +${names.length - MOST_NAMES}` : shown;
}

/** By node: what it waits for and what has not come, by name. */
export function findAwaited(edges: readonly GraphEdge[]): Map<string, string[]> {
  const awaited = new Map<string, string[]>();
  for (const { target, label, satisfied } of edges) {
    if (satisfied !== false) continue;
    const known = awaited.get(target) ?? [];
    if (!known.includes(label)) known.push(label);
    awaited.set(target, known);
  }
  return awaited;
}

/** A node in one line, for those who hear it. */
export function describeNode(node: GraphNode, awaited: readonly string[] = []): string {
  const took = tookOf(node.start_ns, node.end_ns);
  const folded = node.count > 1 ? `${node.count} folded` : null;
  const kind = kindWord(node.kind);
  if (node.kind === "ghost") return [node.label, "ghost", ghostWord(node), folded].filter(Boolean).join(", ");
  if (!isPlanned(node)) return [node.label, kind, statusOf(node.effective_status), folded, took].filter(Boolean).join(", ");
  return [node.label, node.detail, kind, ...stateWords(node, awaited), folded].filter(Boolean).join(", ");
}
