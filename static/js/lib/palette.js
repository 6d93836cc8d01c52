// What the palette offers for a text: pure, so that it can be tested without a page.

/** How well `text` answers `query`: 0 not at all; whole words and beginnings before scattered letters. */
export function score(text, query) {
  const [hay, needle] = [text.toLowerCase(), query.trim().toLowerCase()];
  if (!needle) return 1;
  const at = hay.indexOf(needle);
  if (at === 0) return 100;
  if (at > 0) return /[\s/_.:-]/.test(hay[at - 1]) ? 80 : 60;
  return isScattered(hay, needle) ? 20 : 0;
}

/** The entries that answer the query, best first; entries of the same worth keep their order. */
export function rank(entries, query, most = 8) {
  return entries
    .map((entry, order) => ({ entry, order, worth: score(entry.label, query) }))
    .filter(({ worth }) => worth > 0)
    .sort((a, b) => b.worth - a.worth || a.order - b.order)
    .slice(0, most)
    .map(({ entry }) => entry);
}

/** The index after moving `by` in a list of `count`, around the ends; -1 in an empty list. */
export function move(index, by, count) {
  return count ? (index + by + count) % count : -1;
}

function isScattered(hay, needle) {
  let from = 0;
  for (const letter of needle) {
    if (letter === " ") continue;
    from = hay.indexOf(letter, from) + 1;
    if (!from) return false;
  }
  return true;
}
