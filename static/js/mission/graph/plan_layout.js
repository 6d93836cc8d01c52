// Where the steps of plans go: agents are lanes, a column for each level of plans, below one another the steps of one
// plan; steps that made no plans of their own run from left to right where there is room. Pure.

const WIDE = { node: [204, 40], gap: [78, 9], padding: [22, 38, 16], laneGap: 12, gutter: 26, labels: 56 };
const NARROW = { ...WIDE, node: [168, 40], gap: [60, 9], padding: [16, 38, 14], labels: 40 };
const NARROW_PX = 820;

/** The measures of a plan in a pane so wide. */
export const planSize = (width) => (width < NARROW_PX ? NARROW : WIDE);

/**
 * Places for `nodes` ({id, is_lane, lane, called_by, kind}; siblings in order) joined by `edges` ({source, target, kind}),
 * at most `columns` beside one another unless plans go deeper. Gives {nodes: Map id → {x, y, w, h, column, isRoot},
 * lanes: [{id, x, y, w, h}], width, height}.
 */
export function layOutPlan(nodes, edges, columns = 4, size = WIDE) {
  const works = nodes.filter((node) => !node.is_lane);
  const families = familiesOf(works, edges);
  const left = edges.some(({ source }) => nodes.find((node) => node.id === source)?.is_lane) ? size.gutter : 0;
  const cells = new Map();
  const heights = [];
  const laneIds = [...new Set([...nodes.filter((node) => node.is_lane).map((node) => node.id), ...works.map((node) => node.lane)])];
  for (const lane of laneIds) {
    const roots = families.roots.filter((node) => node.lane === lane);
    heights.push({ lane, rows: roots.length ? placeGroup(roots, families, { column: 0, row: 0, columns }, cells) : 0 });
  }
  return toPixels(works, heights.filter(({ rows }) => rows > 0), cells, left, size);
}

/** Children of each node in order, and roots: what has no caller in its own lane. A ghost stands before what asks for it. */
function familiesOf(works, edges) {
  const byId = new Map(works.map((node) => [node.id, node]));
  const children = new Map();
  const roots = [];
  for (const node of askedForFirst(works, byId, edges)) {
    const caller = byId.get(node.called_by);
    if (!caller || caller.lane !== node.lane || leadsTo(byId, caller, node)) roots.push(node);
    else if (children.has(caller.id)) children.get(caller.id).push(node);
    else children.set(caller.id, [node]);
  }
  return { roots, children, edges: edges.filter(({ source, target }) => byId.has(source) && byId.has(target)) };
}

/** Hostile ids could make a circle of callers: it is cut where it would close. */
function leadsTo(byId, from, node) {
  const seen = new Set();
  for (let at = from; at && !seen.has(at.id); at = byId.get(at.called_by)) {
    if (at === node) return true;
    seen.add(at.id);
  }
  return false;
}

function askedForFirst(works, byId, edges) {
  const before = new Map();
  for (const { source, target } of edges) {
    const ghost = byId.get(source);
    if (ghost?.kind !== "ghost" || byId.get(target)?.called_by !== ghost.called_by || before.has(ghost)) continue;
    before.set(ghost, target);
  }
  const ghosts = new Map();
  for (const [ghost, target] of before) ghosts.set(target, [...(ghosts.get(target) ?? []), ghost]);
  return works.filter((node) => !before.has(node)).flatMap((node) => [...(ghosts.get(node.id) ?? []), node]);
}

/** Places one group of siblings and all below them; gives the rows they take. */
function placeGroup(group, families, { column, row, columns }, cells) {
  const spread = spreadOut(group, families, columns - column);
  if (spread) {
    for (const [id, at] of spread.places) cells.set(id, { column: column + at.rank, row: row + at.row });
    return spread.rows;
  }
  let used = 0;
  for (const node of group) {
    cells.set(node.id, { column, row: row + used });
    const own = families.children.get(node.id);
    used += own ? placeGroup(own, families, { column: column + 1, row: row + used, columns }, cells) : 1;
  }
  return used;
}

/** Siblings without children, from left to right as they hang together; null when they do not or there is no room. */
function spreadOut(group, { children, edges }, room) {
  if (group.length < 2 || room < 2 || group.some((node) => children.has(node.id))) return null;
  const order = new Map(group.map((node, i) => [node.id, i]));
  const inner = edges.filter(({ source, target }) => order.has(source) && order.get(source) < order.get(target));
  if (inner.length === 0) return null;
  const places = new Map();
  const taken = new Set();
  let [rows, most] = [1, 0];
  for (const { id } of group) {
    const before = inner.filter(({ target }) => target === id).map(({ source }) => places.get(source));
    const rank = 1 + Math.max(-1, ...before.map((at) => at.rank));
    let row = before.length ? Math.min(...before.map((at) => at.row)) : 0;
    while (taken.has(`${rank}:${row}`)) row += 1;
    taken.add(`${rank}:${row}`);
    places.set(id, { rank, row });
    [rows, most] = [Math.max(rows, row + 1), Math.max(most, rank)];
  }
  return most < room ? { places, rows } : null;
}

function toPixels(works, heights, cells, left, size) {
  const [w, h] = size.node;
  const [side, top, bottom] = size.padding;
  const last = Math.max(0, ...[...cells.values()].map((cell) => cell.column));
  const width = 2 * side + (last + 1) * w + last * size.gap[0] + size.labels;
  const placed = new Map();
  const lanes = [];
  let y = 0;
  for (const { lane, rows } of heights) {
    for (const node of works) {
      if (node.lane !== lane || !cells.has(node.id)) continue;
      const { column, row } = cells.get(node.id);
      placed.set(node.id, {
        x: left + side + column * (w + size.gap[0]), y: y + top + row * (h + size.gap[1]), w, h, column,
      });
    }
    const height = top + rows * h + (rows - 1) * size.gap[1] + bottom;
    if (lane !== null) lanes.push({ id: lane, x: left, y, w: width, h: height });
    y += height + size.laneGap;
  }
  return { nodes: placed, lanes, width: left + width, height: Math.max(0, y - size.laneGap) };
}
