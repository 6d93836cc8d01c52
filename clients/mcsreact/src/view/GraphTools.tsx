import type { ReactNode } from "react";

import { Glyph } from "./Glyph.js";

interface ToolsProps {
  /** How much work there is, in words. */
  work: string;
  /** Closer for 1, further away for -1. */
  onZoom: (by: 1 | -1) => void;
  onFit: () => void;
}

const LEGEND = [
  ["parent", "called"],
  ["handoff", "handed off"],
  ["link", "linked"],
  ["inferred", "inferred"],
] as const;

export function GraphTools({ work, onZoom, onFit }: ToolsProps): ReactNode {
  return (
    <div className="msx-tools">
      <h3 className="msx-title">Graph</h3>
      <span className="msx-dim">{work} of work</span>
      <span className="msx-legend" aria-hidden="true">
        {LEGEND.map(([kind, word]) => (
          <span key={kind}>
            <svg width={24} height={8} className={`msx-edge msx-edge-${kind} ${kind === "inferred" ? "msx-inferred" : ""}`}>
              <path className="msx-edge-line" d="M1,4H23" />
              {kind === "handoff" && <path className="msx-edge-core" d="M1,4H23" />}
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
