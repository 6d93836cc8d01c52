// Another question in the place of this one: the address and the results change, the page stays.

/** Fetch the results of a list's address; it becomes the page's. The state is what htmx knows its own entries by. */
export function swapTo(path) {
  history.replaceState({ htmx: true }, "");
  history.pushState({ htmx: true }, "", path);
  document.dispatchEvent(new CustomEvent("asked"));
  return refetch();
}

/** Fetch the results of the page's address anew. */
export function refetch() {
  const query = new URLSearchParams(location.search);
  query.delete("cursor");
  const path = query.size ? `${location.pathname}?${query}` : location.pathname;
  return globalThis.htmx.ajax("GET", path, { source: "#results", target: "#results", swap: "innerHTML" });
}
