// Binds behaviours to elements: <button data-behaviour="copy"> gets what register("copy", connect) gave.
// connect(element) may return a function that undoes it; it runs when the element leaves the page.

const behaviours = new Map();
const bound = new WeakMap();
let started = null;

/** Make a behaviour known, at any time. A name is given once. */
export function register(name, connectOne) {
  if (behaviours.has(name)) throw new Error(`behaviour ${name} exists`);
  behaviours.set(name, connectOne);
  if (started) connect(started.documentElement);
}

/** Bind everything below and including `root`. Safe to repeat. */
export function connect(root) {
  for (const element of withBehaviour(root)) {
    const undo = bound.get(element) ?? new Map();
    bound.set(element, undo);
    for (const name of element.dataset.behaviour.split(/\s+/)) {
      if (!name || undo.has(name) || !behaviours.has(name)) continue;
      undo.set(name, behaviours.get(name)(element) ?? null);
    }
  }
}

/** Undo everything below and including `root`. */
export function disconnect(root) {
  for (const element of withBehaviour(root)) {
    for (const undo of bound.get(element)?.values() ?? []) undo?.();
    bound.delete(element);
  }
}

/** Bind the page as it is, and whatever htmx brings and takes. */
export function start(page = document) {
  started = page;
  connect(page.documentElement);
  page.addEventListener("htmx:load", (event) => connect(event.detail.elt));
  page.addEventListener("htmx:beforeCleanupElement", (event) => disconnect(event.detail.elt));
}

function withBehaviour(root) {
  if (root.nodeType !== 1) return []; // htmx also names pieces of text
  const found = [...root.querySelectorAll("[data-behaviour]")];
  return root.matches("[data-behaviour]") ? [root, ...found] : found;
}
