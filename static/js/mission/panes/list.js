// What all lists of server-rendered items share: selection, playhead, folding, more rows. Items carry
// data-span (a span key) and data-start (nanoseconds, decimal).

import { failureNote, parsePartial } from "../dom.js";
import { fetchHtml } from "../fetching.js";

const MARGIN = 44;

/** Marks the item of the selected span; `scroll` brings it into view. */
export function markSelected(box, span, scroll) {
  let first = null;
  for (const item of box.querySelectorAll("[data-span].is-selected")) item.classList.remove("is-selected");
  if (!span) return null;
  for (const item of box.querySelectorAll(`[data-span="${CSS.escape(span)}"]`)) {
    item.classList.add("is-selected");
    first ??= item;
  }
  if (first && scroll) bringIntoView(first);
  return first;
}

/** Scrolls the list, and only the list, as little as is needed; what is taller than the list shows its head. */
export function bringIntoView(item) {
  const scroller = item.closest(".ms-scroll");
  if (!scroller) return;
  const box = scroller.getBoundingClientRect();
  const { top, bottom, height } = item.getBoundingClientRect();
  const [above, below] = [top - box.top - MARGIN, bottom - box.bottom + MARGIN];
  if (above < 0 || height > box.height - 2 * MARGIN) scroller.scrollTop += above;
  else if (below > 0) scroller.scrollTop += below;
}

/** Veils the items that start after the playhead (an absolute time as BigInt, or null). */
export function markLater(box, at) {
  for (const item of box.querySelectorAll("[data-start]")) {
    item.classList.toggle("is-later", at !== null && item.dataset.start !== "" && BigInt(item.dataset.start) > at);
  }
}

/** Clicks that mean the same in every list; tells whether this was one. */
export function handleClick(event, box, state) {
  const button = event.target.closest("[data-command], [data-more], [data-load]");
  if (button) {
    if (button.dataset.command === "unfold") unfold(button);
    else if (button.dataset.more !== undefined) loadMore(button, box);
    else if (button.dataset.load !== undefined) loadInto(button);
    else return false;
    event.preventDefault();
    return true;
  }
  const toPane = event.target.closest("a[data-pane]:not([data-span]), a[data-pane][data-span='']");
  if (toPane) {
    event.preventDefault();
    state.set({ pane: toPane.dataset.pane });
    return true;
  }
  const toLog = event.target.closest("a[data-log]");
  if (toLog) {
    event.preventDefault();
    state.set({ log: toLog.dataset.log, pane: "logs" });
    return true;
  }
  const item = event.target.closest("[data-span]");
  if (!item || !box.contains(item) || wantsText(event)) return false;
  const link = event.target.closest("a");
  if (link && link.dataset.span === undefined) return false;
  if (link) event.preventDefault();
  state.set({ span: item.dataset.span, ...(link?.dataset.pane ? { pane: link.dataset.pane } : {}) });
  return true;
}

/** Someone who marks text or opens a fold does not mean to select the row. */
function wantsText(event) {
  return Boolean(event.target.closest("summary, input, button")) || String(getSelection()) !== "";
}

function unfold(button) {
  const folded = button.parentElement.querySelector(".ms-fold");
  const isOpen = folded.classList.toggle("is-open");
  button.setAttribute("aria-expanded", isOpen);
  button.querySelector("[data-open-word]").hidden = isOpen;
  button.querySelector("[data-close-word]").hidden = !isOpen;
}

/** Replaces a "show more" row by what comes after it. */
export async function loadMore(button, box) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const row = button.closest("[data-more-row]");
  try {
    const page = parsePartial(await fetchHtml(button.dataset.more));
    const more = page.querySelector("[data-more-row]");
    box.querySelector("[data-items]").append(...page.querySelector("[data-items]").children);
    row.replaceWith(...(more ? [more] : []));
    box.dispatchEvent(new CustomEvent("items", { bubbles: true }));
  } catch (error) {
    button.removeAttribute("aria-busy");
    row.append(failureNote(error.message, (event) => {
      event.target.closest(".ms-failure").remove();
      loadMore(button, box);
    }));
  }
}

/** Puts a fragment that is fetched when wanted where its button stands. */
export async function loadInto(button) {
  button.setAttribute("aria-busy", "true");
  const place = button.closest("[data-load-place]");
  const around = place.parentElement;
  try {
    place.replaceWith(parsePartial(await fetchHtml(button.dataset.load)));
    around.dispatchEvent(new CustomEvent("items", { bubbles: true }));
  } catch (error) {
    button.removeAttribute("aria-busy");
    button.after(failureNote(error.message, (event) => {
      event.target.closest(".ms-failure").remove();
      loadInto(button);
    }));
  }
}
