// Where the nodes of a graph go. What led to what runs from left to right, agents are lanes; a graph that is longer
// than the page is broken into systems, one below the other, like lines of music. Pure.

export const SIZE = { node: [176, 46], gap: [52, 12], padding: [20, 34, 14], laneGap: 10, systemGap: 34 };

/**
 * Lanes stand in the order of their first work. Places for `nodes` ({id, is_lane, lane, called_by}; by start) joined by `edges` ({source, target}), at most `columns`
 * beside one another. Gives {nodes: Map id → {x, y, w, h, system}, lanes: [{id, x, y, w, h}], width, height}.
 */
export function layOut(nodes, edges, columns = 6) {
  const works = inCallOrder(nodes.filter((node) => !node.is_lane));
  const ranks = rankNodes(works, edges);
  const laneIds = [...new Set(works.map((node) => node.lane))];
  const placed = new Map();
  const lanes = [];
  const systems = Math.floor(Math.max(0, ...ranks.values()) / columns) + 1;
  const width = rowWidth(Math.min(columns, Math.max(0, ...ranks.values()) + 1));
  let y = 0;
  for (let system = 0; system < systems; system += 1) {
    const inside = works.filter((node) => Math.floor(ranks.get(node.id) / columns) === system);
    if (inside.length === 0) continue;
    const rows = placeRows(inside, edges, ranks);
    for (const lane of laneIds) {
      const own = inside.filter((node) => node.lane === lane);
      if (own.length === 0) continue;
      y = placeLane({ own, lane, system, columns, ranks, rows, width, y, placed, lanes });
    }
    y += SIZE.systemGap - SIZE.laneGap;
  }
  return { nodes: placed, lanes, width, height: Math.max(0, y - SIZE.systemGap) };
}

const rowWidth = (columns) => SIZE.padding[0] * 2 + columns * SIZE.node[0] + (columns - 1) * SIZE.gap[0];

function placeLane({ own, lane, system, columns, ranks, rows, width, y, placed, lanes }) {
  const [w, h] = SIZE.node;
  const [left, top, bottom] = lane === null ? [SIZE.padding[0], 0, 0] : SIZE.padding;
  for (const node of own) {
    placed.set(node.id, {
      x: left + (ranks.get(node.id) % columns) * (w + SIZE.gap[0]),
      y: y + top + rows.get(node.id) * (h + SIZE.gap[1]),
      w, h, system,
    });
  }
  const count = Math.max(...own.map((node) => rows.get(node.id))) + 1;
  const height = top + count * h + (count - 1) * SIZE.gap[1] + bottom;
  if (lane !== null) lanes.push({ id: lane, x: 0, y, w: width, h: height });
  return y + height + SIZE.laneGap;
}

/** Callers before what they called, else as they came: two that start in the same moment keep their sense. */
export function inCallOrder(works) {
  const byId = new Map(works.map((node) => [node.id, node]));
  const seen = new Set();
  const ordered = [];
  for (const node of works) {
    const chain = [];
    for (let at = node; at && !seen.has(at.id); at = byId.get(at.called_by)) {
      seen.add(at.id);
      chain.push(at);
    }
    ordered.push(...chain.reverse());
  }
  return ordered;
}

/** The column of each node: one past the furthest of those that led to it. What points back in order does not count. */
export function rankNodes(works, edges) {
  const order = new Map(works.map((node, i) => [node.id, i]));
  const before = new Map();
  const add = (source, target) => {
    if (!order.has(source) || !order.has(target) || order.get(source) >= order.get(target)) return;
    if (!before.has(target)) before.set(target, []);
    before.get(target).push(source);
  };
  for (const { source, target } of edges) add(source, target);
  for (const node of works) if (node.called_by) add(node.called_by, node.id);
  const ranks = new Map();
  for (const node of works) {
    const sources = before.get(node.id) ?? [];
    ranks.set(node.id, 1 + sources.reduce((most, id) => Math.max(most, ranks.get(id)), -1));
  }
  return ranks;
}

/** The row of each node in its lane: that of its forerunner in the lane when it is free, else the nearest below. */
function placeRows(works, edges, ranks) {
  const laneOf = new Map(works.map((node) => [node.id, node.lane]));
  const forerunner = new Map();
  for (const { source, target } of edges) {
    const isSameLane = laneOf.has(source) && laneOf.has(target) && laneOf.get(source) === laneOf.get(target);
    if (isSameLane && ranks.get(source) < ranks.get(target)) forerunner.set(target, source);
  }
  const taken = new Set();
  const rows = new Map();
  for (const node of [...works].sort((a, b) => ranks.get(a.id) - ranks.get(b.id))) {
    const cell = (row) => `${node.lane}\n${ranks.get(node.id)}\n${row}`;
    let row = rows.get(forerunner.get(node.id)) ?? 0;
    while (taken.has(cell(row))) row += 1;
    taken.add(cell(row));
    rows.set(node.id, row);
  }
  return rows;
}

/** The ways of an edge as SVG paths: one, or two stubs when it goes on in another system. */
export function edgePaths(from, to) {
  const [x1, y1] = [from.x + from.w, from.y + from.h / 2];
  const [x2, y2] = [to.x, to.y + to.h / 2];
  if (to.system > from.system) return [`M${x1},${y1} h34`, `M${x2 - 34},${y2} H${x2}`];
  if (x2 > x1) {
    const bend = Math.max(22, Math.min(80, (x2 - x1) / 2));
    return [`M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`];
  }
  const low = Math.max(from.y + from.h, to.y + to.h) + 24;
  const [fx, tx] = [from.x + from.w / 2, to.x + to.w / 2];
  return [`M${fx},${from.y + from.h} C${fx},${low} ${tx},${low} ${tx},${to.y + to.h}`];
}

/** The node nearest to `from` in a direction (dx, dy), or null. */
export function neighbour(placed, from, dx, dy) {
  let best = null;
  let least = Infinity;
  const start = placed.get(from);
  for (const [id, box] of placed) {
    const [x, y] = [box.x - start.x, box.y - start.y];
    const ahead = x * dx + y * dy;
    if (id === from || ahead <= 0) continue;
    const distance = ahead + 3 * Math.abs(x * dy + y * dx);
    if (distance < least) [best, least] = [id, distance];
  }
  return best;
}
