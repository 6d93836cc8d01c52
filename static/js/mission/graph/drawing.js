// Draws a laid out graph: lanes and nodes as elements, edges as paths.

import { element, icon, svgElement } from "../dom.js";
import { took } from "../lib/clock.js";
import { edgePaths } from "./layout.js";

const GLYPHS = {
  run: "kind-agent", agent: "kind-agent", step: "kind-step", llm: "kind-llm", tool: "kind-tool", human: "kind-human",
  queue: "kind-queue", ghost: "ghost",
};

export function drawGraph({ lanes, edges, nodes }, data, layout) {
  const byId = new Map(data.nodes.map((node) => [node.id, node]));
  lanes.replaceChildren(...layout.lanes.map((lane) => laneElement(lane, byId.get(lane.id))));
  edges.setAttribute("width", layout.width);
  edges.setAttribute("height", layout.height + 60);
  edges.replaceChildren(arrows(), ...edgeElements(data.edges, layout));
  nodes.replaceChildren(...data.nodes.filter((node) => !node.is_lane).map((node) => nodeElement(node, layout.nodes.get(node.id))));
}

function place(node, { x, y, w, h }) {
  node.style.transform = `translate(${x}px, ${y}px)`;
  node.style.width = `${w}px`;
  node.style.height = `${h}px`;
}

function laneElement(lane, { kind, label, status, count }) {
  const node = element("div", { class: `gr-lane status-${status || "gone"}` },
    element("div", { class: "gr-lane-head" }, icon(GLYPHS[kind] ?? "kind-other"), element("span", { title: label }, label),
      element("span", { class: "dim" }, `${count}`)));
  place(node, lane);
  return node;
}

function nodeElement(node, box) {
  const tint = (GLYPHS[node.kind] ?? "kind-other").replace("ghost", "kind-other");
  const css = ["gr-node", tint, `is-${node.status || "gone"}`, node.kind === "ghost" ? "is-ghost" : "", node.count > 1 ? "is-fold" : ""];
  const glyph = node.status === "failed" && node.kind !== "ghost" ? "failed" : GLYPHS[node.kind] ?? "kind-other";
  const made = element("button", {
    class: css.filter(Boolean).join(" "), type: "button", "data-node": node.id, title: titleOf(node), tabindex: "-1",
  }, icon(glyph), element("span", { class: "gr-label" }, node.label), element("span", { class: "gr-detail" }, detailOf(node)));
  place(made, box);
  return made;
}

function titleOf(node) {
  return [node.label, node.kind, node.status, node.agent].filter(Boolean).join(" · ");
}

function detailOf(node) {
  if (node.kind === "ghost") return "never arrived";
  const parts = [];
  if (node.start_ns !== null && node.end_ns !== null) parts.push(took(Number(BigInt(node.end_ns) - BigInt(node.start_ns))));
  if (node.status !== "ok") parts.push(node.status);
  return parts.join(" · ");
}

function arrows() {
  const marker = (id, css) =>
    svgElement("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 10, markerHeight: 10, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" },
      svgElement("path", { d: "M0,0.5 L7.5,4 L0,7.5 Z", class: css }));
  return svgElement("defs", {}, marker("gr-arrow", "gr-arrow"));
}

function* edgeElements(edges, layout) {
  for (const [i, edge] of edges.entries()) {
    const [from, to] = [layout.nodes.get(edge.source), layout.nodes.get(edge.target)];
    if (!from || !to) continue;
    const css = `gr-edge is-${edge.kind}${edge.is_inferred ? " is-inferred" : ""}`;
    const lines = edgePaths(from, to).flatMap((d) => edgeLines(d, css, edge.kind));
    const data = { "data-edge": i, class: "gr-edge-group", "data-source": edge.source, "data-target": edge.target };
    yield svgElement("g", data, ...lines);
  }
}

function edgeLines(d, css, kind) {
  const core = kind === "handoff" ? [svgElement("path", { d, class: "gr-edge-core" })] : [];
  const line = svgElement("path", { d, class: css, "marker-end": "url(#gr-arrow)" });
  return [line, ...core, svgElement("path", { d, class: "gr-edge-hit" })];
}

/** Marks selection and its edges, and what had not happened or was still open at `at` (absolute, or null). */
export function markNodes({ nodes, edges }, byId, selected, at) {
  for (const made of nodes.children) {
    const node = byId.get(made.dataset.node);
    const isSelected = made.dataset.node === selected;
    made.classList.toggle("is-selected", isSelected);
    made.tabIndex = isSelected ? 0 : -1;
    made.classList.toggle("is-later", at !== null && node.start_ns !== null && BigInt(node.start_ns) > at);
    made.classList.toggle("is-then-open", at !== null && (node.end_ns === null || BigInt(node.end_ns) > at));
  }
  for (const group of edges.querySelectorAll(".gr-edge-group")) {
    const { source, target } = group.dataset;
    group.classList.toggle("is-near", selected !== null && (source === selected || target === selected));
    const started = byId.get(target)?.start_ns;
    group.classList.toggle("is-later", at !== null && started != null && BigInt(started) > at);
  }
}
