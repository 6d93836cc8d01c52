// One line opened: below its line, or (log-line) on a page of its own; and the lines around it.

import { element } from "../lib/dom.js";
import { connect, disconnect, register } from "../lib/registry.js";

/** Opens a line below itself, or closes it. */
export async function toggleLine(row) {
  const open = row.nextElementSibling?.matches("[data-detail]") ? row.nextElementSibling : null;
  if (open) {
    closeDetail(open);
    return;
  }
  if (row.classList.contains("is-open")) return;
  row.classList.add("is-open");
  const found = await fetchPart(row.querySelector("[data-open]").getAttribute("href"));
  if (!row.classList.contains("is-open") || !row.isConnected) return;
  row.after(found);
  connect(found);
  found.scrollIntoView({ block: "nearest" });
}

function closeDetail(detail) {
  detail.previousElementSibling?.classList.remove("is-open");
  disconnect(detail);
  detail.remove();
}

/** Puts the lines around a line where its detail has a place for them. True when the click was for that. */
export function takeAround(event) {
  const button = event.target.closest("[data-around]");
  if (!button) return false;
  const detail = button.closest("[data-detail]") ?? button.closest("[data-behaviour=log-line]");
  const place = button.closest(".log-page")?.querySelector("[data-context-shown]") ?? detail.querySelector("[data-context]");
  showAround(button, place);
  return true;
}

async function showAround(button, place) {
  button.setAttribute("aria-busy", "true");
  place.replaceChildren(await fetchPart(button.dataset.around));
  button.removeAttribute("aria-busy");
}

/** A fragment of the server, as one element; what went wrong as a note. */
export async function fetchPart(path) {
  try {
    const answer = await fetch(path, { headers: { "HX-Request": "true" } });
    if (answer.ok) return parsePart(await answer.text());
    return problem(answer.status === 404 ? "It is gone, or not yours to see." : `The server answered ${answer.status}.`);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // a TypeError is a lost connection
    return problem("The server cannot be reached.");
  }
}

export function parsePart(html) {
  return new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
}

function problem(text) {
  return element("div", { class: "note status-failed problem", role: "alert", "data-detail": "" }, `This could not be loaded. ${text}`);
}

register("log-line", (page) => {
  page.addEventListener("click", takeAround);
  return () => page.removeEventListener("click", takeAround);
});
