// One node of the graph: its kind by a glyph, its status by colour and by another glyph, a ghost by its dashes.

import { type KeyboardEvent, memo, type ReactNode } from "react";

import { tookOf } from "../model/formats.js";
import type { Place } from "../model/layout.js";
import { shortLabel } from "../model/naming.js";
import { describeNode, ghostWord, isPlanned, lookOf, stateWords } from "../model/step_words.js";
import { kindTint, kindWord, statusOf } from "../model/words.js";
import type { GraphNode } from "../wire/types.js";
import { GlyphShape } from "./Glyph.js";

interface NodeProps {
  node: GraphNode;
  place: Place;
  /** Names of outputs that it waits for and that are not there. */
  awaited: readonly string[] | undefined;
  isSelected: boolean;
  /** Is it the one that Tab leads to? */
  isReachable: boolean;
  onSelect: (id: string) => void;
  onKey: (event: KeyboardEvent, id: string) => void;
  onFocus: (id: string) => void;
}

export const GraphNodeView = memo(function GraphNodeView(props: NodeProps): ReactNode {
  const { node, place, awaited, isSelected, isReachable, onSelect, onKey, onFocus } = props;
  const { w, h } = place;
  const isGhost = node.kind === "ghost";
  // Of a plan nearly all are steps: the room is their verb's.
  const hasGlyph = !(isPlanned(node) && node.kind === "step");
  const start = hasGlyph ? 30 : 12;
  const status = lookOf(node);
  const words = describeNode(node, awaited);
  return (
    <g
      className={`msx-node ${isPlanned(node) ? "msx-planned " : ""}${node.has_begun ? "" : "msx-unbegun "}msx-is-${status} msx-kind-${kindTint(node.kind)}`}
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
      {hasGlyph && (
        <svg className="msx-node-kind" x={10} y={8} width={13} height={13} viewBox="0 0 16 16">
          <GlyphShape name={node.kind} />
        </svg>
      )}
      <foreignObject x={start} y={4} width={w - start - (isGhost ? 10 : 28)} height={h - 8}>
        <div className="msx-node-label">
          <bdi>{shortLabel(node)}</bdi>
          {isPlanned(node) && node.detail !== "" && <bdi className="msx-node-about">{node.detail}</bdi>}
        </div>
        <div className="msx-node-detail">{detailOf(node, awaited)}</div>
      </foreignObject>
      {!isGhost && (
        <svg className="msx-node-status" x={w - 24} y={h / 2 - 7} width={14} height={14} viewBox="0 0 16 16">
          <GlyphShape name={status} />
        </svg>
      )}
    </g>
  );
});

function detailOf(node: GraphNode, awaited: readonly string[] | undefined): string {
  const folded = node.count > 1 ? `×${node.count}` : null;
  if (node.kind === "ghost") return [folded, ghostWord(node)].filter(Boolean).join(" · ");
  if (isPlanned(node)) return [folded, ...stateWords(node, awaited)].filter(Boolean).join(" · ") || "done";
  const word = node.kind === "run" ? "run" : kindWord(node.kind);
  return [folded, word, tookOf(node.start_ns, node.end_ns) ?? statusOf(node.effective_status)].filter(Boolean).join(" · ");
}
