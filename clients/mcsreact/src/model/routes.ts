// The ways of edges, and which node lies in a direction. Pure. An edge to another band runs where no node stands: down
// beside its source, between the bands, down beside its target.

import { type Box, type Layout, type Place, SIZE } from "./layout.js";

const ROUND = 8;
/** How far beside a node an edge turns. */
const OUTSIDE = 10;

type Point = readonly [number, number];

/** An SVG path from one node to another; it ends at the target's left side, or at its right when it points back. */
export function edgePath(from: Place, to: Place, layout: Layout): string {
  if (to.band !== from.band) return rounded(aroundBands(from, to, layout));
  const [left, right] = [from.x, from.x + from.w];
  const [y1, y2] = [from.y + from.h / 2, to.y + to.h / 2];
  if (to.column > from.column) return curve([right, y1], [to.x, y2], bendOf(to.x - right), -bendOf(to.x - right));
  const end = to.x + to.w;
  if (to.column < from.column) return curve([left, y1], [end, y2], -bendOf(left - end), bendOf(left - end));
  const isSelf = y1 === y2;
  return curve([right, y1 - (isSelf ? 9 : 0)], [end, y2 + (isSelf ? 9 : 0)], SIZE.gap.x * 0.7, SIZE.gap.x * 0.7);
}

const bendOf = (width: number): number => Math.min(72, Math.max(20, width / 2));

const curve = ([x1, y1]: Point, [x2, y2]: Point, out: number, into: number): string =>
  `M${x1},${y1} C${x1 + out},${y1} ${x2 + into},${y2} ${x2},${y2}`;

function aroundBands(from: Place, to: Place, layout: Layout): Point[] {
  const isBack = to.band < from.band;
  const [x1, y1] = [from.x + from.w, from.y + from.h / 2];
  const [x2, y2] = [isBack ? to.x + to.w : to.x, to.y + to.h / 2];
  const beside = x1 + OUTSIDE;
  const before = isBack ? x2 + OUTSIDE + 3 : x2 - OUTSIDE - 3;
  const between = (layout.bandEnds[(isBack ? from.band : to.band) - 1] ?? y1) + SIZE.band / 2;
  return [[x1, y1], [beside, y1], [beside, between], [before, between], [before, y2], [x2, y2]];
}

/** Straight lines through points, their corners rounded. */
function rounded(points: readonly Point[]): string {
  const parts = [`M${points[0]?.join(",")}`];
  for (let at = 1; at < points.length - 1; at += 1) {
    const [before, corner, after] = points.slice(at - 1, at + 2) as [Point, Point, Point];
    const radius = Math.min(ROUND, distance(before, corner) / 2, distance(corner, after) / 2);
    parts.push(`L${towards(corner, before, radius)}`, `Q${corner.join(",")} ${towards(corner, after, radius)}`);
  }
  return [...parts, `L${points.at(-1)?.join(",")}`].join(" ");
}

const distance = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

function towards(from: Point, to: Point, length: number): string {
  const whole = distance(from, to) || 1;
  return `${from[0] + ((to[0] - from[0]) * length) / whole},${from[1] + ((to[1] - from[1]) * length) / whole}`;
}

/** The node nearest to `from` in the direction (dx, dy); null when there is none. */
export function neighbour(places: ReadonlyMap<string, Box>, from: string, dx: number, dy: number): string | null {
  const start = places.get(from);
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [id, box] of places) {
    if (!start || id === from) continue;
    const [x, y] = [box.x - start.x, box.y - start.y];
    const ahead = x * dx + y * dy;
    const length = ahead + 3 * Math.abs(x * dy - y * dx);
    if (ahead > 0 && length < least) [best, least] = [id, length];
  }
  return best;
}
