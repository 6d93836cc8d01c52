// The order of lines and which of them are new. Pure. A line is {pk, ns}: decimal texts; the latest comes first.

/** Negative when `a` stands above `b`. */
export function compareLines(a, b) {
  const [first, second] = a.ns === b.ns ? [BigInt(a.pk), BigInt(b.pk)] : [BigInt(a.ns), BigInt(b.ns)];
  return first > second ? -1 : first < second ? 1 : 0;
}

/** Where a line goes among `lines`, which are in order: before the line at this index. */
export function placeOf(line, lines) {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareLines(lines[middle], line) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The lines of an answer that are to be shown: not `known` (a set of keys), and, when earlier pages are still to be
 * fetched (`isPaged`), not below the last line that is shown: there they come with their page.
 */
export function pickNew(lines, known, last, isPaged) {
  return lines.filter((line) => !known.has(line.pk) && !(isPaged && last && compareLines(line, last) > 0));
}

/** The piece of time between two bars of the histogram, in either order: [since, until] as decimal texts. */
export function pieceOf(first, second) {
  const starts = [BigInt(first.start), BigInt(second.start)];
  const ends = [BigInt(first.end), BigInt(second.end)];
  return [String(starts[0] < starts[1] ? starts[0] : starts[1]), String(ends[0] > ends[1] ? ends[0] : ends[1])];
}
