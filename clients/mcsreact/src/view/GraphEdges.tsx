// Lanes and edges: what lies under the nodes. Those who hear the page are told of edges by a node's details.

import { memo, type ReactNode } from "react";

import { cutToWidth } from "../model/formats.js";
import type { LaneBox, Layout } from "../model/layout.js";
import { edgePath } from "../model/routes.js";
import { edgeWords } from "../model/words.js";
import type { GraphEdge, GraphNode } from "../wire/types.js";
import { GlyphShape } from "./Glyph.js";

interface EdgesProps {
  edges: readonly GraphEdge[];
  layout: Layout;
  selected: string | null;
  arrow: string;
}

/** So many edges are drawn fainter. */
const MANY = 60;
const KINDS = ["parent", "link", "handoff", "tool_call", "retry", "sequence"];

export const GraphEdges = memo(function GraphEdges({ edges, layout, selected, arrow }: EdgesProps): ReactNode {
  return (
    <g className={edges.length > MANY ? "msx-many" : ""} aria-hidden="true">
      {edges.map((edge) => {
        const [from, to] = [layout.places.get(edge.source), layout.places.get(edge.target)];
        if (!from || !to) return null;
        const isNear = edge.source === selected || edge.target === selected;
        const path = edgePath(from, to, layout);
        return (
          <g key={`${edge.source} ${edge.target} ${edge.kind}`} className={edgeClass(edge, isNear)}>
            <title>{edgeWords(edge.kind, true) + (edge.is_inferred ? " (inferred)" : "")}</title>
            <path className="msx-edge-line" d={path} markerEnd={`url(#${arrow})`} />
            {edge.kind === "handoff" && <path className="msx-edge-core" d={path} />}
          </g>
        );
      })}
    </g>
  );
});

function edgeClass(edge: GraphEdge, isNear: boolean): string {
  const kind = KINDS.includes(edge.kind) ? edge.kind : "other";
  return `msx-edge msx-edge-${kind} ${edge.is_inferred ? "msx-inferred" : ""} ${isNear ? "msx-near" : ""}`;
}

interface LaneProps {
  lane: LaneBox;
  node: GraphNode | undefined;
}

export function GraphLane({ lane, node }: LaneProps): ReactNode {
  const label = node?.label || (lane.id === null ? "no agent" : "agent without a name");
  return (
    <g className="msx-lane" transform={`translate(${lane.x} ${lane.y})`}>
      <title>{label}</title>
      <rect className="msx-lane-box" width={lane.w} height={lane.h} rx={10} />
      <svg className="msx-lane-kind" x={14} y={9} width={12} height={12} viewBox="0 0 16 16">
        <GlyphShape name={node?.kind ?? "span"} />
      </svg>
      <text className="msx-lane-label" x={31} y={19}>
        {cutToWidth(label, Math.floor(lane.w / 8))}
      </text>
    </g>
  );
}
