// The elements of the timeline, made once.

import { element, icon } from "../dom.js";

function iconButton(glyph, label, command) {
  const button = element(
    "button",
    { class: "button button-quiet button-icon", type: "button", title: label, "aria-label": label, "data-command": command },
    icon(glyph),
  );
  return button;
}

export function buildStage(box) {
  const filter = element("input", {
    class: "tl-filter", type: "search", placeholder: "Find in names…", "aria-label": "Find spans by name", spellcheck: "false",
  });
  const errors = element("button", {
    class: "tl-errors", type: "button", "aria-pressed": "false", title: "Only failed spans and what is above them",
  }, icon("failed"));
  const tools = element("div", { class: "tl-tools" },
    element("span", { class: "tl-find" }, icon("search"), filter),
    errors,
    iconButton("collapse", "Collapse all", "collapse-all"),
    iconButton("expand", "Expand all", "expand-all"),
    iconButton("fit", "Show the whole mission (double click on the minimap)", "fit"),
  );
  const ruler = element("canvas");
  const handle = element("div", {
    class: "tl-handle", role: "slider", tabindex: "0", "aria-label": "Playhead", "aria-valuemin": "0",
  });
  const rulerBox = element("div", { class: "tl-ruler" }, ruler, handle);
  const minimap = element("div", { class: "tl-minimap", "aria-hidden": "true" });
  const tree = element("div", { class: "tl-tree", role: "tree", tabindex: "0", "aria-label": "Spans" });
  const names = element("div", { class: "tl-names" }, tree);
  const splitter = element("div", { class: "tl-splitter", "aria-hidden": "true" });
  const bars = element("canvas", { class: "tl-bars" });
  const notice = element("div", { class: "tl-notice", hidden: true });
  const stage = element("div", { class: "tl-stage" }, names, splitter, bars, notice);
  const space = element("div", { class: "tl-space" }, stage);
  const scroller = element("div", { class: "tl-scroll" }, space);
  const above = element("div", { class: "tl-above", "aria-hidden": "true" });
  const body = element("div", { class: "tl-body" }, scroller, above);
  box.append(minimap, element("div", { class: "tl-head" }, tools, rulerBox), body);
  return { box, minimap, tools, filter, errors, ruler, rulerBox, handle, scroller, space, stage, names, tree, splitter, bars, notice, above, body };
}
