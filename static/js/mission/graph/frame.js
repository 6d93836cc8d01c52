// The elements of the graph pane, made once.

import { element, icon, svgElement } from "../dom.js";

function button(glyph, label, command) {
  return element("button", {
    class: "button button-quiet button-icon", type: "button", title: label, "aria-label": label, "data-command": command,
  }, icon(glyph));
}

export function buildFrame(box) {
  const detail = element("button", {
    class: "button", type: "button", "data-command": "detail", "aria-pressed": "false", title: "Unfold what is folded",
  }, "More detail");
  const note = element("span", { class: "dim" });
  const tools = element("div", { class: "gr-tools" }, note, element("span", { class: "spread" }), legend(), detail,
    button("minus", "Further away", "further"), button("plus", "Closer", "closer"), button("fit", "All of it (0)", "fit"));
  const edges = svgElement("svg", { class: "gr-edges", "aria-hidden": "true" });
  const lanes = element("div", { class: "gr-lanes" });
  const nodes = element("div", { class: "gr-nodes", role: "group", "aria-label": "Graph" });
  const world = element("div", { class: "gr-world" }, lanes, edges, nodes);
  const why = element("div", { class: "gr-why", role: "dialog", "aria-label": "Evidence of this edge", hidden: true });
  const message = element("div", { class: "gr-message" });
  const canvas = element("div", { class: "gr-canvas" }, world, why, message);
  box.append(tools, canvas);
  return { tools, detail, note, canvas, world, lanes, edges, nodes, why, message };
}

function legend() {
  const item = (css, word) => {
    const line = svgElement("svg", { width: 26, height: 8, "aria-hidden": "true", class: "gr-legend-line" },
      svgElement("path", { d: "M1,4 H25", class: `gr-edge ${css}` }));
    return element("span", { class: "gr-legend-item" }, line, word);
  };
  const spans = element("span", { class: "gr-legend gr-legend-spans" }, item("is-parent", "called"), item("is-handoff", "handed off"),
    item("is-link", "linked"), item("is-inferred", "inferred"));
  const plan = element("span", { class: "gr-legend gr-legend-plan" }, item("is-replaced_by", "its plan"),
    item("is-data is-satisfied", "data, there"), item("is-data is-unsatisfied", "data, missing"), item("is-signal", "signal"),
    item("is-handoff", "handed over"), item("is-mention is-inferred", "inferred"));
  return element("span", {}, spans, plan);
}
