// The edges of a node, and the records that prove them.

import type { ReactNode } from "react";

import { edgeDoubt, edgeWords } from "../model/edge_words.js";
import { refName, spanOfRef } from "../model/naming.js";
import { pageAddress } from "../wire/addresses.js";
import type { GraphEdge, GraphNode, Mission, MissionGraphData } from "../wire/types.js";
import { Out } from "./Out.js";

interface EdgeListProps {
  node: GraphNode;
  graph: MissionGraphData;
  mission: Mission;
  baseUrl: string;
  onSelect: (id: string | null) => void;
}

const MOST_EDGES = 12;
const MOST_EVIDENCE = 3;

export function EdgeList(props: EdgeListProps): ReactNode {
  const { node, graph } = props;
  const edges = graph.edges.filter((edge) => edge.source === node.id || edge.target === node.id);
  if (edges.length === 0) return null;
  return (
    <>
      <h4 className="msx-subtitle">Edges and what proves them</h4>
      <ul className="msx-edge-list">
        {awaitedFirst(edges, node.id).slice(0, MOST_EDGES).map((edge) => (
          <EdgeLine key={`${edge.source} ${edge.target} ${edge.kind}`} edge={edge} {...props} />
        ))}
      </ul>
      {edges.length > MOST_EDGES && <p className="msx-dim">{`and ${edges.length - MOST_EDGES} more`}</p>}
    </>
  );
}

/** What the node waits for, then the others as they came. */
function awaitedFirst(edges: readonly GraphEdge[], node: string): GraphEdge[] {
  const isAwaited = (edge: GraphEdge): boolean => edge.target === node && edge.satisfied === false;
  return [...edges.filter(isAwaited), ...edges.filter((edge) => !isAwaited(edge))];
}

function EdgeLine({ edge, node, graph, mission, baseUrl, onSelect }: EdgeListProps & { edge: GraphEdge }): ReactNode {
  const isOutgoing = edge.source === node.id;
  const otherId = isOutgoing ? edge.target : edge.source;
  const other = graph.nodes.find((each) => each.id === otherId);
  const doubt = edgeDoubt(edge);
  return (
    <li>
      <span className="msx-dim">{edgeWords(edge, isOutgoing)}</span>{" "}
      <button type="button" className="msx-link" onClick={() => onSelect(otherId)}>
        <bdi>{other?.label ?? otherId}</bdi>
      </button>
      {doubt !== "" && <span className="msx-inferred-word">{doubt}</span>}
      {edge.why !== "" && <span className="msx-why">{edge.why}</span>}
      {edge.evidence.length > 0 && (
        <span className="msx-evidence">
          <span className="msx-dim">evidence</span>
          {edge.evidence.slice(0, MOST_EVIDENCE).map((ref) => (
            <Out key={`${ref.type} ${ref.id}`} href={pageAddress(baseUrl, mission.url, { span: spanOfRef(ref, graph) })}>
              {`${ref.type.replace("_", " ")} ${refName(ref, graph)}`}
            </Out>
          ))}
        </span>
      )}
    </li>
  );
}
