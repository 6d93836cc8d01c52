// The ways of edges between the steps of plans. Pure.

import type { GraphEdge } from "../wire/types.js";
import { isMaking } from "./edge_words.js";
import { type Box, headOf, type Layout, type Place } from "./layout.js";

const ROUND = 7;
/** Left of a column: where the lines to what a step made run down. */
const TRUNK = 16;
/** Below the middle of a node: lines of waiting keep clear of those of making. */
const LOW = 9;

/** An SVG path; null when an end of the edge is not drawn. */
export function planPath(edge: GraphEdge, layout: Layout): string | null {
  const [from, to] = [layout.places.get(edge.source), layout.places.get(edge.target)];
  if (from && to) return isMaking(edge) && to.column === from.column + 1 && to.y >= from.y ? makingPath(from, to, layout.flow) : tiePath(from, to);
  const [head, end] = [headOf(layout, edge.source), to ?? headOf(layout, edge.target)];
  return head && end ? gutterPath(head, end) : null;
}

/** From a step to one that it made: along a trunk that all of its plan share. */
function makingPath(from: Place, to: Place, flow: Layout["flow"]): string {
  const [y1, y2] = [from.y + from.h / 2, to.y + to.h / 2];
  if (flow === "outline") {
    const x = from.x + (to.x - from.x) / 2;
    return `M${x},${from.y + from.h} V${y2 - ROUND} Q${x},${y2} ${x + ROUND},${y2} H${to.x}`;
  }
  const start = from.x + from.w;
  if (y1 === y2) return `M${start},${y1} H${to.x}`;
  const x = to.x - TRUNK;
  return `M${start},${y1} H${x - ROUND} Q${x},${y1} ${x},${y1 + ROUND} V${y2 - ROUND} Q${x},${y2} ${x + ROUND},${y2} H${to.x}`;
}

/** Any other edge: to the right or to the left a line, within a column an arc beside it. */
function tiePath(from: Place, to: Place): string {
  const [y1, y2] = [from.y + from.h / 2 + LOW, to.y + to.h / 2 + LOW];
  const [end1, end2] = [from.x + from.w, to.x + to.w];
  if (to.x > end1) return curve(end1, y1, to.x, y2, bendOf(to.x - end1));
  if (end2 < from.x) return curve(from.x, y1, end2, y2, -bendOf(from.x - end2));
  const bulge = Math.max(end1, end2) + 13 + Math.min(17, Math.abs(y2 - y1) / 18);
  return `M${end1},${y1} C${bulge},${y1} ${bulge},${y2} ${end2},${y2}`;
}

const bendOf = (width: number): number => Math.min(70, width / 2);
const curve = (x1: number, y1: number, x2: number, y2: number, bend: number): string =>
  `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;

/** From an agent to another or to a step, beside the lanes. */
function gutterPath(from: Box, to: Box): string {
  const [y1, y2] = [from.y + from.h / 2, to.y + to.h / 2];
  const x = from.x - 9;
  const bend = y2 > y1 ? ROUND : -ROUND;
  return `M${from.x},${y1} H${x + ROUND} Q${x},${y1} ${x},${y1 + bend} V${y2 - bend} Q${x},${y2} ${x + ROUND},${y2} H${to.x}`;
}
