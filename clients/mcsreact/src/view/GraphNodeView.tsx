// One node of the graph: its kind by a glyph, its status by colour and by another glyph, a ghost by its dashes.

import { type KeyboardEvent, memo, type ReactNode } from "react";

import { tookOf } from "../model/formats.js";
import { type Place, SIZE } from "../model/layout.js";
import { shortLabel } from "../model/naming.js";
import { describeNode, kindTint, kindWord, statusOf } from "../model/words.js";
import type { GraphNode } from "../wire/types.js";
import { GlyphShape } from "./Glyph.js";

interface NodeProps {
  node: GraphNode;
  place: Place;
  isSelected: boolean;
  /** Is it the one that Tab leads to? */
  isReachable: boolean;
  onSelect: (id: string) => void;
  onKey: (event: KeyboardEvent, id: string) => void;
  onFocus: (id: string) => void;
}

const { w, h } = SIZE.node;

export const GraphNodeView = memo(function GraphNodeView(props: NodeProps): ReactNode {
  const { node, place, isSelected, isReachable, onSelect, onKey, onFocus } = props;
  const took = tookOf(node.start_ns, node.end_ns);
  const isGhost = node.kind === "ghost";
  const status = isGhost ? "ghost" : statusOf(node.effective_status);
  const words = describeNode(node, took);
  return (
    <g
      className={`msx-node msx-is-${status} msx-kind-${kindTint(node.kind)}`}
      transform={`translate(${place.x} ${place.y})`}
      role="button"
      tabIndex={isReachable ? 0 : -1}
      aria-pressed={isSelected}
      aria-label={words}
      data-node={node.id}
      data-status={status}
      onClick={() => onSelect(node.id)}
      onKeyDown={(event) => onKey(event, node.id)}
      onFocus={() => onFocus(node.id)}
    >
      <title>{words}</title>
      {node.count > 1 && <rect className="msx-node-under" x={4} y={4} width={w} height={h} rx={8} />}
      <rect className="msx-node-box" width={w} height={h} rx={8} />
      <svg className="msx-node-kind" x={10} y={8} width={13} height={13} viewBox="0 0 16 16">
        <GlyphShape name={node.kind} />
      </svg>
      <foreignObject x={30} y={4} width={w - (isGhost ? 40 : 58)} height={h - 8}>
        <div className="msx-node-label">
          <bdi>{shortLabel(node)}</bdi>
        </div>
        <div className="msx-node-detail">{detailOf(node, took)}</div>
      </foreignObject>
      {!isGhost && (
        <svg className="msx-node-status" x={w - 24} y={h / 2 - 7} width={14} height={14} viewBox="0 0 16 16">
          <GlyphShape name={status} />
        </svg>
      )}
    </g>
  );
});

function detailOf(node: GraphNode, took: string | null): string {
  const folded = node.count > 1 ? `×${node.count}` : null;
  const word = node.kind === "run" ? "run" : kindWord(node.kind);
  const state = node.kind === "ghost" ? null : (took ?? statusOf(node.effective_status));
  return [folded, word, state].filter(Boolean).join(" · ");
}
