// Edges in a person's words, and which of them look alike. Pure.

import type { GraphEdge } from "../wire/types.js";

type Pair = readonly [outgoing: string, incoming: string];

const WORDS = new Map<string, Pair>(Object.entries({
  parent: ["called", "called by"],
  link: ["is linked to", "linked from"],
  handoff: ["handed off to", "handed off by"],
  tool_call: ["asked for", "asked for by"],
  retry: ["was tried again as", "another try of"],
  sequence: ["came before", "came after"],
  replaced_by: ["its plan made", "made by the plan of"],
  template: ["repeated as", "an iteration of"],
  mention: ["is mentioned by", "mentions"],
  nearest: ["declares what is asked for as", "declared, perhaps, by"],
  agent: ["made the agent", "made by the agent"],
}));
const MADE: Pair = ["made", "made by"];
const PLANNED: Pair = ["planned", "planned by"];
const COMES: Pair = ["is to come before", "waits for the end of"];
const CAME: Pair = ["came before", "waited for the end of"];

/** Kinds that have a look of their own, in the order of a legend, with the word that stands there. */
export const EDGE_LOOKS: ReadonlyMap<string, string> = new Map(Object.entries({
  parent: "called", replaced_by: "made", template: "repeated", data: "output", signal: "end", wait_for_all: "all ends",
  handoff: "handed off", agent: "made agent", mention: "mentioned", nearest: "declares", link: "linked", tool_call: "asked for",
  retry: "tried again", sequence: "in order",
}));

/** Edges that make a tree of plans. */
const MAKING = new Set(["parent", "replaced_by", "template"]);
export const isMaking = (edge: GraphEdge): boolean => MAKING.has(edge.kind);

/** What joins a node to the other end of an edge, seen from the node. */
export function edgeWords(edge: GraphEdge, isOutgoing: boolean): string {
  return (pairOf(edge) ?? WORDS.get(edge.kind) ?? [edge.label || edge.kind, edge.label || edge.kind])[isOutgoing ? 0 : 1];
}

function pairOf({ kind, label, satisfied }: GraphEdge): Pair | undefined {
  if (kind === "data") return satisfied === false ? [`is to give ${label} to`, `waits for ${label} of`] : [`gave ${label} to`, `took ${label} of`];
  if (kind === "signal" || kind === "wait_for_all") return satisfied === false ? COMES : CAME;
  if (kind === "parent" && label === "made") return MADE;
  return label === "planned" && MAKING.has(kind) ? PLANNED : undefined;
}

/** Why an edge is there, as far as it is not a record that says so; empty when nothing is to be said. */
export function edgeDoubt(edge: GraphEdge): string {
  const parts: string[] = [];
  if (edge.in_cycle) parts.push("part of a circle: none of these can ever begin");
  if (edge.is_inferred) parts.push("inferred; no record says it");
  return parts.join("; ");
}

/** All of an edge in one line. */
export function describeEdge(edge: GraphEdge): string {
  const words = edgeWords(edge, true) + (edge.count > 1 ? ` ×${edge.count}` : "");
  const doubt = edgeDoubt(edge);
  return [words + (doubt && ` (${doubt})`), edge.why].filter(Boolean).join(". ");
}
