// The order and depth of rows from parent pointers, and what is visible when some are collapsed. Pure.
// Everything walks with a loop: a chain of 10,000 spans must not meet the recursion limit.

/**
 * Rows in drawing order. `parents[i]` is a row or -1; siblings come by start time (unknown last), then by id.
 * Gives {order, depth, size, position, siblings}, all but `order` indexed by row; `size` counts the row and all below.
 */
export function arrange(parents, starts, ids = null) {
  const n = parents.length;
  const children = childLists(parents);
  const tie = ids ? (a, b) => (ids[a] < ids[b] ? -1 : 1) : (a, b) => a - b;
  const byStart = (a, b) => startOf(starts[a]) - startOf(starts[b]) || tie(a, b);
  const laid = {
    order: new Int32Array(n),
    depth: new Int32Array(n),
    size: new Int32Array(n),
    position: new Int32Array(n),
    siblings: new Int32Array(n),
  };
  const stack = [];
  const push = (rows, depth) => {
    if (rows.length > 1) rows.sort(byStart);
    for (let k = rows.length - 1; k >= 0; k -= 1) {
      laid.depth[rows[k]] = depth;
      laid.position[rows[k]] = k + 1;
      laid.siblings[rows[k]] = rows.length;
      stack.push(rows[k]);
    }
  };
  push(children.roots, 0);
  let at = 0;
  while (stack.length) {
    const row = stack.pop();
    laid.order[at++] = row;
    const below = children.of.get(row);
    if (below) push(below, laid.depth[row] + 1);
  }
  laid.order = laid.order.subarray(0, at);
  sumSizes(laid, parents);
  return laid;
}

const startOf = (value) => (Number.isNaN(value) || value === null ? Number.MAX_VALUE : value);

function childLists(parents) {
  const of = new Map();
  const roots = [];
  for (let i = 0; i < parents.length; i += 1) {
    const parent = parents[i];
    if (parent < 0) roots.push(i);
    else if (of.has(parent)) of.get(parent).push(i);
    else of.set(parent, [i]);
  }
  return { of, roots };
}

function sumSizes({ order, size }, parents) {
  for (let k = order.length - 1; k >= 0; k -= 1) {
    const row = order[k];
    size[row] += 1;
    if (parents[row] >= 0) size[parents[row]] += size[row];
  }
}

/** True when hanging `row` under `parent` would close a circle. */
export function wouldCycle(parents, row, parent) {
  for (let at = parent; at >= 0; at = parents[at]) if (at === row) return true;
  return false;
}

/** Rows that are drawn, in order, when the rows of `collapsed` (a Set) hide what is below them. */
export function visibleRows({ order, size }, collapsed) {
  if (collapsed.size === 0) return order;
  const rows = new Int32Array(order.length);
  let n = 0;
  for (let k = 0; k < order.length; ) {
    const row = order[k];
    rows[n++] = row;
    k += collapsed.has(row) ? size[row] : 1;
  }
  return rows.subarray(0, n);
}

/** The rows above `row`, outermost first. */
export function ancestors(parents, row) {
  const path = [];
  for (let at = parents[row]; at >= 0; at = parents[at]) path.push(at);
  return path.reverse();
}

/** Every row at `level` or deeper that has children: what to collapse to show only `level` levels. */
export function rowsToCollapse({ order, depth, size }, level) {
  const found = [];
  for (const row of order) if (depth[row] >= level && size[row] > 1) found.push(row);
  return found;
}

/** For each row how many of the rows below it (itself left out) `matches`. */
export function countBelow({ order }, parents, matches) {
  const below = new Int32Array(parents.length);
  for (let k = order.length - 1; k >= 0; k -= 1) {
    const row = order[k];
    if (parents[row] >= 0) below[parents[row]] += below[row] + (matches(row) ? 1 : 0);
  }
  return below;
}

/** Rows that match, and every row above one that does, in drawing order. */
export function withAncestors({ order }, parents, matches) {
  const keep = new Uint8Array(parents.length);
  for (const row of order) {
    if (!matches(row)) continue;
    for (let at = row; at >= 0 && !keep[at]; at = parents[at]) keep[at] = 1;
  }
  return order.filter((row) => keep[row]);
}
