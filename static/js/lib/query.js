// Query strings of filters. Pure.

/** Does the query narrow the list? The order of rows does not. */
export function isFiltered(search) {
  return [...new URLSearchParams(search)].some(([name, value]) => name !== "sort" && name !== "cursor" && value !== "");
}

/** What a menu's button says: `Status`, or `Status: failed, waiting`. */
export function menuSummary(label, chosen) {
  return chosen.length ? `${label}: ${chosen.join(", ")}` : label;
}
