// Lanes and edges: what lies under the nodes. Those who hear the page are told of edges by a node's details.

import { type KeyboardEvent, memo, type ReactNode } from "react";

import { describeEdge, EDGE_LOOKS } from "../model/edge_words.js";
import { cutToWidth } from "../model/formats.js";
import { type LaneBox, type Layout, SIZE } from "../model/layout.js";
import { planPath } from "../model/plan_routes.js";
import { edgePath } from "../model/routes.js";
import { statusOf } from "../model/words.js";
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

export const GraphEdges = memo(function GraphEdges({ edges, layout, selected, arrow }: EdgesProps): ReactNode {
  return (
    <g className={edges.length > MANY ? "msx-many" : ""} aria-hidden="true">
      {edges.map((edge) => {
        const path = pathOf(edge, layout);
        if (path === null) return null;
        const isNear = edge.source === selected || edge.target === selected;
        return (
          <g key={`${edge.source} ${edge.target} ${edge.kind}`} className={edgeClass(edge, isNear)} data-kind={edge.kind}>
            <title>{describeEdge(edge)}</title>
            <path className="msx-edge-reach" d={path} />
            <path className="msx-edge-line" d={path} markerEnd={`url(#${arrow})`} />
            {isDouble(edge.kind) && <path className="msx-edge-core" d={path} />}
          </g>
        );
      })}
    </g>
  );
});

function pathOf(edge: GraphEdge, layout: Layout): string | null {
  if (layout.flow !== "bands") return planPath(edge, layout);
  const [from, to] = [layout.places.get(edge.source), layout.places.get(edge.target)];
  return from && to ? edgePath(from, to, layout) : null;
}

/** Drawn as two lines. */
export const isDouble = (kind: string): boolean => kind === "handoff" || kind === "wait_for_all";

export function edgeClass(edge: Pick<GraphEdge, "kind" | "is_inferred" | "satisfied" | "in_cycle">, isNear = false): string {
  const kind = EDGE_LOOKS.has(edge.kind) ? edge.kind : "other";
  const parts = ["msx-edge", `msx-edge-${kind}`, edge.is_inferred && "msx-inferred", isNear && "msx-near"];
  parts.push(edge.satisfied === false && "msx-awaited", edge.in_cycle && "msx-circle");
  return parts.filter(Boolean).join(" ");
}

interface LaneProps {
  lane: LaneBox;
  node: GraphNode | undefined;
  isSelected: boolean;
  onSelect: (id: string) => void;
  onKey: (event: KeyboardEvent, id: string) => void;
}

export function GraphLane({ lane, node, isSelected, onSelect, onKey }: LaneProps): ReactNode {
  const label = node?.label || (lane.id === null ? "no agent" : "agent without a name");
  const room = Math.floor((lane.w - 60) / 7);
  const name = cutToWidth(label, room);
  const about = node && room - name.length > 8 ? cutToWidth(node.detail, room - name.length - 4) : "";
  const words = [label, node?.detail, node?.status].filter(Boolean).join(", ");
  return (
    <g className="msx-lane" transform={`translate(${lane.x} ${lane.y})`}>
      <title>{words}</title>
      <rect className="msx-lane-box" width={lane.w} height={lane.h} rx={10} />
      <g
        className={`msx-lane-head ${node ? `msx-is-${statusOf(node.effective_status)}` : ""}`}
        {...(node && {
          role: "button", tabIndex: -1, "aria-pressed": isSelected, "aria-label": words, "data-node": node.id,
          onClick: () => onSelect(node.id), onKeyDown: (event: KeyboardEvent) => onKey(event, node.id),
        })}
      >
        <rect className="msx-lane-ground" x={1} y={1} width={lane.w - 2} height={SIZE.lane.top - 2} rx={9} />
        <svg className="msx-lane-kind" x={14} y={9} width={12} height={12} viewBox="0 0 16 16">
          <GlyphShape name={node?.kind ?? "span"} />
        </svg>
        <text className="msx-lane-label" x={31} y={19}>
          {name}
          {about !== "" && (
            <tspan className="msx-lane-about" dx={8}>
              {about}
            </tspan>
          )}
        </text>
      </g>
    </g>
  );
}
