// How much of a graph is drawn. Pure.

import type { GraphEdge, GraphNode, MissionGraphData } from "../wire/types.js";
import { plural } from "./formats.js";

/** Nodes that are drawn, lanes aside. MissionScope folds to 300 by itself; this bounds what any server sends. */
export const MOST_NODES = 300;
export const MOST_EDGES = 1_200;

export interface ShownGraph {
  lanes: Map<string, GraphNode>;
  /** Work and ghosts, by start. */
  nodes: GraphNode[];
  /** Between what is drawn; of a plan also from and to agents whose work is. */
  edges: GraphEdge[];
  /** What is not drawn, as a sentence; empty when all is. */
  note: string;
}

const isLane = (node: GraphNode): boolean => node.kind === "agent" || node.kind === "service";

export function limitGraph(graph: MissionGraphData, most = MOST_NODES): ShownGraph {
  const lanes = new Map(graph.nodes.filter(isLane).map((node) => [node.id, node]));
  const works = graph.nodes.filter((node) => !isLane(node));
  const nodes = keepGravest(works, most);
  const kept = new Set(nodes.flatMap((node) => (graph.has_plan && node.parent !== null ? [node.id, node.parent] : [node.id])));
  const joined = graph.edges.filter((edge) => kept.has(edge.source) && kept.has(edge.target));
  const edges = joined.length > MOST_EDGES ? [...joined].sort(certainFirst).slice(0, MOST_EDGES) : joined;
  const hiddenEdges = graph.hidden_edge_count + joined.length - edges.length;
  return { lanes, nodes, edges, note: noteOf(graph, nodes.length, works.length, hiddenEdges) };
}

/** When there are too many: what failed, hangs or never arrived first, then the latest; in their order. */
function keepGravest(works: GraphNode[], most: number): GraphNode[] {
  if (works.length <= most) return works;
  const order = works.map((node, at) => ({ node, at }));
  order.sort((a, b) => gravity(b.node) - gravity(a.node) || b.at - a.at);
  return order.slice(0, most).sort((a, b) => a.at - b.at).map(({ node }) => node);
}

function gravity(node: GraphNode): number {
  if (node.effective_status === "failed" || node.kind === "ghost") return 2;
  return node.effective_status === "active" || node.effective_status === "waiting" ? 1 : 0;
}

const certainFirst = (a: GraphEdge, b: GraphEdge): number => Number(a.is_inferred) - Number(b.is_inferred);

function noteOf(graph: MissionGraphData, shown: number, known: number, hiddenEdges: number): string {
  const parts: string[] = [];
  if (graph.is_folded) parts.push(`${plural(graph.work_count, "piece")} of work folded into ${known}.`);
  if (shown < known) parts.push(`Only ${shown} of ${known} are drawn: what failed or is open, then the latest.`);
  if (hiddenEdges > 0) parts.push(`${plural(hiddenEdges, "edge")} not drawn.`);
  return parts.join(" ");
}
