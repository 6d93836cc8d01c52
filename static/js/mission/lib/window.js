// Which rows of a long list are on the screen. Pure.

/** Rows [first, last) that a viewport of `height` shows at `scrollTop`, and how far the first is cut off above. */
export function windowOf({ scrollTop, height, rowHeight, count }) {
  const top = Math.min(Math.max(scrollTop, 0), Math.max(0, count * rowHeight - height));
  const first = Math.min(Math.floor(top / rowHeight), Math.max(0, count - 1));
  const last = Math.min(count, Math.ceil((top + height) / rowHeight));
  return { first, last, shift: top - first * rowHeight };
}

/** The scrollTop that brings row `index` into view, moving as little as possible; `margin` rows stay around it. */
export function scrollTo({ scrollTop, height, rowHeight, index, margin = 2 }) {
  const top = Math.max(0, (index - margin) * rowHeight);
  const bottom = (index + 1 + margin) * rowHeight - height;
  if (scrollTop > top) return top;
  if (scrollTop < bottom) return bottom;
  return scrollTop;
}
