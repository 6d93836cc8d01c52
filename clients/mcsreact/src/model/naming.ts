// Records by name: which node of a graph a record belongs to, and what a reference to it is called. Pure.

import { stepSpan } from "../wire/addresses.js";
import type { GraphNode, MissionGraphData, Ref } from "../wire/types.js";
import { cutToWidth } from "./formats.js";

const LONGEST = 32;
const UUID = /^([0-9a-f]{8})-[0-9a-f-]{27}$/i;

/** The label of a node without the number of what is folded into it, which stands elsewhere. */
export const shortLabel = (node: GraphNode): string => (node.count > 1 ? node.label.replace(/ ×\d+$/, "") : node.label);

/** Work by each record it is made of, `type id`; lanes are made of none. */
export function nodesByRef(nodes: readonly GraphNode[]): Map<string, GraphNode> {
  const found = new Map<string, GraphNode>();
  for (const node of nodes) {
    if (node.parent === null && node.kind !== "ghost") continue;
    for (const ref of node.refs) found.set(refKey(ref), node);
  }
  return found;
}

export const refKey = (ref: Ref): string => `${ref.type} ${ref.id}`;

/** The node that a reference is about: of a ghost, an agent, a step or any other record that work is made of. */
export function nodeOfRef(ref: Ref, graph: MissionGraphData | null): GraphNode | undefined {
  if (ref.type === "ghost" || ref.type === "agent") return graph?.nodes.find((each) => each.id === `${ref.type}:${ref.id}`);
  const key = refKey((ref.type === "step" && stepSpan(ref.id)) || ref);
  return graph?.nodes.find((each) => each.parent !== null && each.refs.some((own) => refKey(own) === key));
}

/** What a reference is called: the label of its node when the graph has one, else a name known otherwise, else its id. */
export function refName(ref: Ref, graph: MissionGraphData | null, otherwise?: string): string {
  const name = nodeOfRef(ref, graph)?.label ?? otherwise;
  return name ? cutToWidth(name, LONGEST) : `${ref.type.replace("_", " ")} ${ref.id.slice(ref.id.indexOf("/") + 1, ref.id.indexOf("/") + 9)}`;
}

/**
 * The span that shows a reference in MissionScope: itself, the row of a step, or the span of the node it belongs to. The
 * rows of agents are known by their nodes only.
 */
export function spanOfRef(ref: Ref, graph: MissionGraphData | null): Ref | undefined {
  if (ref.type === "span") return ref;
  const own = ref.type === "step" ? stepSpan(ref.id) : null;
  return own ?? nodeOfRef(ref, graph)?.refs.find((each) => each.type === "span");
}

/** What an agent is called, by the sender's id or by a name. */
export function agentName(agent: string, graph: MissionGraphData | null): string {
  return graph?.nodes.find((each) => each.id === `agent:${agent}`)?.label ?? agent.replace(UUID, "$1");
}
