// Records by name: which node of a graph a record belongs to, and what a reference to it is called. Pure.

import type { GraphNode, MissionGraphData, Ref } from "../wire/types.js";
import { cutToWidth } from "./formats.js";

const LONGEST = 32;

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

/** What a reference is called: the label of its node when the graph has one, else a name known otherwise, else its id. */
export function refName(ref: Ref, graph: MissionGraphData | null, otherwise?: string): string {
  const node = graph?.nodes.find((each) => each.parent !== null && each.refs.some((own) => refKey(own) === refKey(ref)));
  const name = node?.label ?? otherwise;
  return name ? cutToWidth(name, LONGEST) : `${ref.type.replace("_", " ")} ${ref.id.slice(ref.id.indexOf("/") + 1, ref.id.indexOf("/") + 9)}`;
}

/** The span that shows a reference in MissionScope: itself, or the span of the node it belongs to. */
export function spanOfRef(ref: Ref, byRef: ReadonlyMap<string, GraphNode>): Ref | undefined {
  if (ref.type === "span") return ref;
  return byRef.get(refKey(ref))?.refs.find((own) => own.type === "span");
}
