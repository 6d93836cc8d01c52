// Moving through the visible rows by keyboard, as in the WAI-ARIA tree pattern. Pure.

/**
 * What a key does at `row`: {select} another row, {toggle} collapse or expand one, or null.
 * `rows` are the visible rows, `at` maps a row to its place in them (-1: hidden).
 */
export function walkTree(key, row, { rows, at, parents, size, collapsed }) {
  if (rows.length === 0) return null;
  const place = row < 0 ? -1 : at(row);
  if (place < 0) return { select: key === "End" ? rows[rows.length - 1] : rows[0] };
  const isParent = size[row] > 1;
  switch (key) {
    case "ArrowDown":
    case "j":
      return { select: rows[Math.min(place + 1, rows.length - 1)] };
    case "ArrowUp":
    case "k":
      return { select: rows[Math.max(place - 1, 0)] };
    case "Home":
      return { select: rows[0] };
    case "End":
      return { select: rows[rows.length - 1] };
    case "ArrowRight":
      if (isParent && collapsed.has(row)) return { toggle: row };
      return isParent ? { select: rows[place + 1] } : null;
    case "ArrowLeft":
      if (isParent && !collapsed.has(row)) return { toggle: row };
      return parents[row] >= 0 ? { select: parents[row] } : null;
    case "[":
      return isParent && !collapsed.has(row) ? { toggle: row } : collapseParent(row, parents);
    case "]":
      return isParent && collapsed.has(row) ? { toggle: row } : null;
    default:
      return null;
  }
}

function collapseParent(row, parents) {
  return parents[row] >= 0 ? { toggle: parents[row], select: parents[row] } : null;
}

/** The next row after `row` in drawing order for which `isError` holds, from the top again at the end; -1 if none. */
export function nextError(order, placeOf, row, isError, direction = 1) {
  const n = order.length;
  const from = row < 0 ? (direction > 0 ? -1 : 0) : placeOf(row);
  for (let step = 1; step <= n; step += 1) {
    const candidate = order[(((from + direction * step) % n) + n) % n];
    if (isError(candidate)) return candidate;
  }
  return -1;
}
