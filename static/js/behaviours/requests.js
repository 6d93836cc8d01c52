// What htmx's requests look like while they last and when they fail. Importing it is enough: it listens on the document.
// The target is dimmed after DIM_MS and, when it names one by data-skeleton, replaced by its skeleton after SKELETON_MS.

import { element, icon } from "../lib/dom.js";
import { connect, disconnect } from "../lib/registry.js";

const DIM_MS = 120;
const SKELETON_MS = 450;

const waiting = new Map();

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const { target, xhr } = detail;
  removeProblem(target);
  const state = { target, kept: null };
  state.dim = setTimeout(() => target.setAttribute("aria-busy", "true"), DIM_MS);
  if (target.dataset.skeleton) state.skeleton = setTimeout(() => showSkeleton(state), SKELETON_MS);
  waiting.set(xhr, state);
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => settle(detail.xhr, false));
document.addEventListener("htmx:afterRequest", ({ detail }) => settle(detail.xhr, !detail.successful));
document.addEventListener("htmx:responseError", ({ detail }) => {
  showProblem(detail, problemOf(detail.xhr));
});
document.addEventListener("htmx:sendError", ({ detail }) => {
  showProblem(detail, "The server cannot be reached. What was sent to it before is stored.");
});
document.addEventListener("htmx:timeout", ({ detail }) => showProblem(detail, "The server did not answer in time."));

function settle(xhr, restore) {
  const state = waiting.get(xhr);
  if (!state) return;
  waiting.delete(xhr);
  clearTimeout(state.dim);
  clearTimeout(state.skeleton);
  state.target.removeAttribute("aria-busy");
  if (restore && state.kept) {
    state.target.replaceChildren(...state.kept);
    connect(state.target);
  }
}

function showSkeleton(state) {
  const template = document.querySelector(state.target.dataset.skeleton);
  state.kept = [...state.target.childNodes];
  for (const child of state.target.children) disconnect(child);
  state.target.replaceChildren(template.content.cloneNode(true));
}

function showProblem(detail, text) {
  settle(detail.xhr, true);
  const { target, elt } = detail;
  removeProblem(target);
  const again = element("button", { class: "button", type: "button" }, "Try again");
  again.addEventListener("click", () => retry(detail, elt));
  const note = element(
    "div",
    { class: "note status-failed problem", role: "alert" },
    icon("warning"),
    element("div", { class: "spread" }, element("b", {}, "This could not be loaded. "), text),
    again,
  );
  if (target.tagName === "TR") target.cells[0].prepend(note);
  else target.prepend(note);
}

function retry({ requestConfig, target }, elt) {
  const { verb, path, parameters } = requestConfig;
  const swap = elt.getAttribute("hx-swap") ?? "innerHTML";
  globalThis.htmx.ajax(verb, path, { source: elt, target, values: parameters, swap });
}

function removeProblem(target) {
  for (const note of target.querySelectorAll(":scope > .problem, :scope > td > .problem")) note.remove();
}

function problemOf(xhr) {
  if (xhr.status === 404) return "It is gone, or not yours to see.";
  if (xhr.status === 403) return "Your role does not allow this.";
  return `The server answered ${xhr.status}.`;
}
