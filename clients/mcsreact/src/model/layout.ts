// Where a graph's nodes go. What led to what runs from left to right in columns, agents are lanes; a graph with more
// columns than fit goes on in another band below, like a text in its lines. Pure, linear in nodes and edges.

import type { GraphEdge, GraphNode } from "../wire/types.js";

export const SIZE = {
  node: { w: 170, h: 44 },
  gap: { x: 40, y: 10 },
  lane: { top: 30, side: 20, bottom: 14, between: 8 },
  band: 40,
  edge: 18,
} as const;

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Place extends Box {
  band: number;
  column: number;
}

export interface LaneBox extends Box {
  /** Id of the lane; null for work that is in none. */
  id: string | null;
}

export interface Layout {
  /** bands: what led to what from left to right; columns and outline: plans as trees. */
  flow: "bands" | "columns" | "outline";
  places: Map<string, Place>;
  lanes: LaneBox[];
  /** Where each band ends: between it and the next no node stands. */
  bandEnds: number[];
  width: number;
  height: number;
}

/** Where the name of a lane stands, the first time that it does; undefined for what is no lane in the drawing. */
export function headOf(layout: Layout, id: string): Box | undefined {
  const lane = layout.lanes.find((each) => each.id === id);
  return lane && { x: lane.x, y: lane.y, w: lane.w, h: SIZE.lane.top };
}

/** Columns that fit a width. */
export const columnsIn = (width: number): number =>
  Math.max(2, Math.floor((width - 2 * (SIZE.edge + SIZE.lane.side) + SIZE.gap.x) / (SIZE.node.w + SIZE.gap.x)));

/** `nodes` by start, lanes not among them. */
export function layOut(nodes: readonly GraphNode[], edges: readonly GraphEdge[], columns: number): Layout {
  const works = callersFirst(nodes);
  const ranks = rankNodes(works, edges);
  const laneIds = [...new Set(works.map((node) => node.parent))];
  const used = Math.min(columns, 1 + works.reduce((most, node) => Math.max(most, rankOf(ranks, node)), 0));
  const width = 2 * (SIZE.edge + SIZE.lane.side) + used * SIZE.node.w + (used - 1) * SIZE.gap.x;
  const layout: Layout = { flow: "bands", places: new Map(), lanes: [], bandEnds: [], width, height: 0 };
  let y: number = SIZE.edge;
  for (const [band, inside] of inBands(works, ranks, columns).entries()) {
    const rows = placeRows(inside, edges, ranks);
    for (const lane of laneIds) {
      const own = inside.filter((node) => node.parent === lane);
      if (own.length > 0) y = placeLane(layout, { own, lane, band, columns, ranks, rows, y });
    }
    layout.bandEnds.push(y - SIZE.lane.between);
    y += SIZE.band - SIZE.lane.between;
  }
  layout.height = Math.max(0, (layout.bandEnds.at(-1) ?? 0) + SIZE.edge);
  return layout;
}

type Ranks = Map<string, number>;
const rankOf = (ranks: Ranks, node: GraphNode): number => ranks.get(node.id) ?? 0;

function inBands(works: GraphNode[], ranks: Ranks, columns: number): GraphNode[][] {
  const bands: GraphNode[][] = [];
  for (const node of works) {
    const band = Math.floor(rankOf(ranks, node) / columns);
    (bands[band] ??= []).push(node);
  }
  return Array.from(bands, (band) => band ?? []);
}

interface LaneWork {
  own: GraphNode[];
  lane: string | null;
  band: number;
  columns: number;
  ranks: Ranks;
  rows: Map<string, number>;
  y: number;
}

/** Places one lane of one band; gives where the next begins. */
function placeLane(layout: Layout, { own, lane, band, columns, ranks, rows, y }: LaneWork): number {
  const { w, h } = SIZE.node;
  for (const node of own) {
    const column = rankOf(ranks, node) % columns;
    layout.places.set(node.id, {
      x: SIZE.edge + SIZE.lane.side + column * (w + SIZE.gap.x),
      y: y + SIZE.lane.top + (rows.get(node.id) ?? 0) * (h + SIZE.gap.y),
      w, h, band, column,
    });
  }
  const count = 1 + own.reduce((most, node) => Math.max(most, rows.get(node.id) ?? 0), 0);
  const height = SIZE.lane.top + count * h + (count - 1) * SIZE.gap.y + SIZE.lane.bottom;
  layout.lanes.push({ id: lane, x: SIZE.edge, y, w: layout.width - 2 * SIZE.edge, h: height });
  return y + height + SIZE.lane.between;
}

/** Callers before what they called, else as they came; what calls in a circle is cut where it is entered. */
export function callersFirst(nodes: readonly GraphNode[]): GraphNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ordered = new Set<GraphNode>();
  for (const node of nodes) {
    const chain = new Set<GraphNode>();
    let at: GraphNode | undefined = node;
    while (at && !ordered.has(at) && !chain.has(at)) {
      chain.add(at);
      at = at.called_by === null ? undefined : byId.get(at.called_by);
    }
    for (const each of [...chain].reverse()) ordered.add(each);
  }
  return [...ordered];
}

/** The column of each node: one past the furthest that led to it. What points back in order does not count. */
export function rankNodes(works: readonly GraphNode[], edges: readonly GraphEdge[]): Ranks {
  const order = new Map(works.map((node, at) => [node.id, at]));
  const before = new Map<string, string[]>();
  const add = (source: string, target: string): void => {
    const [from, to] = [order.get(source), order.get(target)];
    if (from === undefined || to === undefined || from >= to) return;
    const known = before.get(target);
    if (known) known.push(source);
    else before.set(target, [source]);
  };
  for (const { source, target } of edges) add(source, target);
  for (const node of works) if (node.called_by !== null) add(node.called_by, node.id);
  const ranks: Ranks = new Map();
  for (const node of works) {
    const sources = before.get(node.id) ?? [];
    ranks.set(node.id, sources.reduce((most, id) => Math.max(most, 1 + (ranks.get(id) ?? -1)), 0));
  }
  return ranks;
}

/** The row of each node in its lane: that of what led to it there when it is free, else the nearest free one below. */
function placeRows(works: readonly GraphNode[], edges: readonly GraphEdge[], ranks: Ranks): Map<string, number> {
  const byId = new Map(works.map((node) => [node.id, node]));
  const leader = new Map<string, string>();
  for (const { source, target } of edges) {
    const [from, to] = [byId.get(source), byId.get(target)];
    if (from && to && from.parent === to.parent && rankOf(ranks, from) < rankOf(ranks, to)) leader.set(target, source);
  }
  const taken = new Map<string, Set<number>>();
  const rows = new Map<string, number>();
  for (const node of [...works].sort((a, b) => rankOf(ranks, a) - rankOf(ranks, b))) {
    const cell = `${rankOf(ranks, node)} ${node.parent ?? ""}`;
    const full = taken.get(cell) ?? new Set();
    taken.set(cell, full);
    let row = rows.get(leader.get(node.id) ?? "") ?? 0;
    while (full.has(row)) row += 1;
    full.add(row);
    rows.set(node.id, row);
  }
  return rows;
}
