// Where the steps of plans go: agents are lanes, and what a step made stands after it, as a tree. With room there is a
// column for each level of plans; without, each level is indented a little, like an outline. Pure, linear.

import type { GraphEdge, GraphNode } from "../wire/types.js";
import { isMaking } from "./edge_words.js";
import { type Layout, SIZE } from "./layout.js";

const SIDE = 12;
const GAP = 46;
const INDENT = 22;
/** Beside the last column: arcs from step to step. */
const ARCS = 30;
/** Beside the lanes, where something runs from agent to agent. */
const GUTTER = 18;
const NODE = { least: 160, most: 236, mostAlone: 420 };

interface Cell {
  node: GraphNode;
  level: number;
  row: number;
}

interface Family {
  roots: GraphNode[];
  children: ReadonlyMap<string, GraphNode[]>;
}

/** `nodes` without lanes, siblings in order; `room` in pixels, which may be exceeded where not even an outline fits. */
export function layOutPlan(nodes: readonly GraphNode[], edges: readonly GraphEdge[], room: number): Layout {
  const family = familyOf(wantedFirst(nodes, edges));
  const levels = 1 + family.roots.reduce((most, root) => Math.max(most, depthBelow(root, family)), 0);
  const ids = new Set(nodes.map((node) => node.id));
  const left = edges.some((edge) => !ids.has(edge.source)) ? GUTTER : 0;
  const size = sizeOf(levels, room - left - 2 * (SIZE.lane.between + SIDE) - ARCS);
  const width = left + 2 * (SIZE.lane.between + SIDE) + ARCS + size.inner;
  const layout: Layout = { flow: size.flow, places: new Map(), lanes: [], bandEnds: [], width, height: 0 };
  const x = left + SIZE.lane.between;
  let y: number = SIZE.lane.between;
  for (const lane of new Set(nodes.map((node) => node.parent))) {
    const cells = placeTrees(family.roots.filter((root) => root.parent === lane), family, size.flow);
    const rows = 1 + cells.reduce((most, cell) => Math.max(most, cell.row), 0);
    const h = SIZE.lane.top + rows * (SIZE.node.h + SIZE.gap.y) - SIZE.gap.y + SIZE.lane.bottom;
    layout.lanes.push({ id: lane, x, y, w: width - x - SIZE.lane.between, h });
    for (const { node, level, row } of cells) {
      const at = x + SIDE + level * size.step;
      layout.places.set(node.id, {
        x: at, y: y + SIZE.lane.top + row * (SIZE.node.h + SIZE.gap.y),
        w: size.flow === "outline" ? x + SIDE + size.inner - at : size.w, h: SIZE.node.h, band: 0, column: level,
      });
    }
    y += h + SIZE.lane.between;
  }
  layout.height = y;
  return layout;
}

/** A column for each level where nodes stay wide enough to be read, else an outline. */
function sizeOf(levels: number, room: number): { flow: "columns" | "outline"; inner: number; step: number; w: number } {
  const fitting = Math.floor((room - (levels - 1) * GAP) / levels);
  if (fitting >= NODE.least) {
    const w = Math.min(NODE.most, fitting);
    return { flow: "columns", inner: levels * (w + GAP) - GAP, step: w + GAP, w };
  }
  const indents = (levels - 1) * INDENT;
  const w = Math.min(NODE.mostAlone, Math.max(NODE.least, room - indents));
  return { flow: "outline", inner: w + indents, step: INDENT, w };
}

/** Who made whom within one lane. A circle of makers is cut where it is entered. */
function familyOf(nodes: readonly GraphNode[]): Family {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const settled = new Set<GraphNode>();
  const cut = new Set<GraphNode>();
  const makerOf = (node: GraphNode): GraphNode | undefined => {
    const maker = node.called_by === null ? undefined : byId.get(node.called_by);
    return maker?.parent === node.parent ? maker : undefined;
  };
  for (const node of nodes) {
    const chain = new Set<GraphNode>();
    let at: GraphNode | undefined = node;
    while (at && !settled.has(at) && !chain.has(at)) {
      chain.add(at);
      at = makerOf(at);
    }
    if (at && chain.has(at)) cut.add(at);
    for (const each of chain) settled.add(each);
  }
  const roots: GraphNode[] = [];
  const children = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    const maker = cut.has(node) ? undefined : makerOf(node);
    const own = maker && (children.get(maker.id) ?? []);
    if (maker && own) children.set(maker.id, own);
    (own ?? roots).push(node);
  }
  return { roots, children };
}

/** A ghost that something waits for stands right before the first that does, of the same plan. */
function wantedFirst(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): GraphNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const placed = new Set<GraphNode>();
  const before = new Map<string, GraphNode[]>();
  for (const edge of edges) {
    const [ghost, target] = [byId.get(edge.source), byId.get(edge.target)];
    if (ghost?.kind !== "ghost" || !target || isMaking(edge) || target.kind === "ghost" || placed.has(ghost)) continue;
    if (target.called_by !== ghost.called_by) continue;
    placed.add(ghost);
    before.set(target.id, [...(before.get(target.id) ?? []), ghost]);
  }
  return nodes.flatMap((node) => (placed.has(node) ? [] : [...(before.get(node.id) ?? []), node]));
}

function depthBelow(root: GraphNode, { children }: Family): number {
  let most = 0;
  const left: [GraphNode, number][] = [[root, 0]];
  for (let next = left.pop(); next; next = left.pop()) {
    const [node, depth] = next;
    most = Math.max(most, depth);
    for (const child of children.get(node.id) ?? []) left.push([child, depth + 1]);
  }
  return most;
}

/** Levels and rows of some trees below one another. In columns the first of a plan stands beside what made it. */
function placeTrees(roots: readonly GraphNode[], { children }: Family, flow: Layout["flow"]): Cell[] {
  const cells: Cell[] = [];
  let rows = 0;
  const left: Cell[] = roots.map((node) => ({ node, level: 0, row: -1 })).reverse();
  for (let cell = left.pop(); cell; cell = left.pop()) {
    const row = cell.row >= 0 ? cell.row : rows;
    rows = Math.max(rows, row + 1);
    cells.push({ ...cell, row });
    const own = children.get(cell.node.id) ?? [];
    for (const [at, node] of [...own.entries()].reverse()) {
      left.push({ node, level: cell.level + 1, row: at === 0 && flow === "columns" ? row : -1 });
    }
  }
  return cells;
}
