// live-errors: the list of errors stays true while it is read. Shown rows change in place; new ones and another order
// wait behind a bar while somebody reads.

import { fetchPart, followHints } from "../lib/hints.js";
import { compareRows } from "../lib/rows.js";
import { connect, disconnect, register } from "../lib/registry.js";

class LiveErrors {
  constructor(section) {
    this.section = section;
    this.isPointedAt = false;
    this.drawings = 0;
  }

  connect() {
    const hints = followHints(this.section, () => this.ask());
    const listeners = [
      [this.section, "htmx:beforeSwap", () => (this.drawings += 1)],
      [this.section, "click", (event) => event.target.closest("[data-new-rows]") && this.refresh()],
      [this.section, "pointerenter", () => (this.isPointedAt = true)],
      [this.section, "pointerleave", () => (this.isPointedAt = false)],
      [document, "key", (event) => this.pressed(event)],
    ];
    for (const [target, name, listen] of listeners) target.addEventListener(name, listen);
    return () => {
      for (const [target, name, listen] of listeners) target.removeEventListener(name, listen);
      hints.stop();
    };
  }

  async ask() {
    const { drawings } = this;
    const fresh = await fetchPart(address());
    if (fresh && drawings === this.drawings) this.take(fresh);
  }

  take(fresh) {
    const [old, now] = [this.rows(this.section), this.rows(fresh)];
    const { changed, added, isSame } = compareRows(old.map(stampOf), now.map(stampOf), !fresh.querySelector(".more-row"));
    for (const id of changed) replaceRow(find(old, id), find(now, id));
    this.redrawStrip(fresh.querySelector("#strip"));
    if (isSame) this.offer("");
    else if (this.mayMove()) this.redraw(fresh);
    else this.offer(added.length ? `${added.length} new` : "The order has changed");
  }

  /** The fresh rows in their order; those that are shown already stay the elements they are. */
  redraw(fresh) {
    const [body, freshBody] = [this.section.querySelector("[data-rows]"), fresh.querySelector("[data-rows]")];
    if (!body || !freshBody) return this.refresh();
    const shown = new Map(this.rows(body).map((row) => [row.dataset.id, row]));
    const rows = [...freshBody.children].map((row) => shown.get(row.dataset.id) ?? row);
    for (const row of body.children) if (!rows.includes(row)) disconnect(row);
    body.replaceChildren(...rows);
    for (const row of rows) if (!shown.has(row.dataset.id)) globalThis.htmx.process(row), connect(row);
    this.offer("");
  }

  redrawStrip(fresh) {
    const strip = this.section.querySelector("#strip");
    if (strip.contains(document.activeElement)) return;
    strip.replaceChildren(...fresh.childNodes);
    globalThis.htmx.process(strip);
  }

  /** May rows move? Not while somebody points at the list, has chosen a row or has scrolled down. */
  mayMove() {
    const isBusy = this.isPointedAt || this.section.querySelector('[aria-selected="true"]') || this.section.contains(document.activeElement);
    return !isBusy && window.scrollY < 8 && !new URLSearchParams(location.search).has("cursor");
  }

  offer(words) {
    const bar = this.section.querySelector("[data-new-rows]");
    bar.hidden = !words;
    bar.querySelector("span").textContent = words;
  }

  refresh() {
    window.scrollTo({ top: 0 });
    globalThis.htmx.ajax("GET", address(), { source: this.section, target: this.section, swap: "innerHTML" });
  }

  pressed(event) {
    if (event.detail.name !== "." || this.section.querySelector("[data-new-rows]").hidden) return;
    event.preventDefault();
    this.refresh();
  }

  rows(root) {
    return [...root.querySelectorAll("[data-row]")];
  }
}

function address() {
  const query = new URLSearchParams(location.search);
  query.delete("cursor");
  return query.size ? `${location.pathname}?${query}` : location.pathname;
}

const stampOf = ({ dataset }) => ({ id: dataset.id, stamp: dataset.stamp });
const find = (rows, id) => rows.find((row) => row.dataset.id === id);

/** The new row in place of the old, with its selection and focus. */
function replaceRow(old, fresh) {
  const hadFocus = old.contains(document.activeElement);
  disconnect(old);
  const row = fresh.cloneNode(true);
  if (old.ariaSelected) row.ariaSelected = old.ariaSelected;
  old.replaceWith(row);
  connect(row);
  if (hadFocus) row.querySelector("[data-open]").focus({ preventScroll: true });
}

register("live-errors", (section) => new LiveErrors(section).connect());
