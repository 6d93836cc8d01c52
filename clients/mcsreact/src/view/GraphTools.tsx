import type { ReactNode } from "react";

import { EDGE_LOOKS } from "../model/edge_words.js";
import type { GraphEdge } from "../wire/types.js";
import { Glyph } from "./Glyph.js";
import { edgeClass, isDouble } from "./GraphEdges.js";

interface ToolsProps {
  /** What is drawn: the legend tells of no other kinds. */
  edges: readonly GraphEdge[];
  /** How much work there is, in words. */
  work: string;
  /** Closer for 1, further away for -1. */
  onZoom: (by: 1 | -1) => void;
  onFit: () => void;
}

/** So many kinds of edges fit beside the buttons. */
const MOST_KINDS = 4;

export function GraphTools({ edges, work, onZoom, onFit }: ToolsProps): ReactNode {
  return (
    <div className="msx-tools">
      <h3 className="msx-title">Graph</h3>
      <span className="msx-dim">{work} of work</span>
      <span className="msx-legend" aria-hidden="true">
        {legendOf(edges).map(([edge, word]) => (
          <span key={word}>
            <svg width={24} height={8} className={edgeClass(edge)}>
              <path className="msx-edge-line" d="M1,4H23" />
              {isDouble(edge.kind) && <path className="msx-edge-core" d="M1,4H23" />}
            </svg>
            {word}
          </span>
        ))}
      </span>
      <IconButton glyph="minus" label="Further away" onClick={() => onZoom(-1)} />
      <IconButton glyph="plus" label="Closer" onClick={() => onZoom(1)} />
      <IconButton glyph="fit" label="Fit the width" onClick={onFit} />
    </div>
  );
}

type Look = Pick<GraphEdge, "kind" | "is_inferred" | "satisfied" | "in_cycle">;

function legendOf(edges: readonly GraphEdge[]): [Look, string][] {
  const there = new Set(edges.map((edge) => edge.kind));
  const plain = { is_inferred: false, satisfied: null, in_cycle: false };
  const kinds = [...EDGE_LOOKS].filter(([kind]) => there.has(kind)).slice(0, MOST_KINDS);
  const legend: [Look, string][] = kinds.map(([kind, word]) => [{ ...plain, kind }, word]);
  if (edges.some((edge) => edge.satisfied === false)) legend.push([{ ...plain, kind: "data", satisfied: false }, "awaited"]);
  if (edges.some((edge) => edge.is_inferred)) legend.push([{ ...plain, kind: "parent", is_inferred: true }, "inferred"]);
  return legend;
}

interface IconButtonProps {
  glyph: string;
  label: string;
  onClick: () => void;
}

export function IconButton({ glyph, label, onClick }: IconButtonProps): ReactNode {
  return (
    <button type="button" className="msx-icon-button" title={label} aria-label={label} onClick={onClick}>
      <Glyph name={glyph} />
    </button>
  );
}
