// Draws a laid out graph: lanes and nodes as elements, edges as paths.

import { element, icon, svgElement } from "../dom.js";
import { edgePaths } from "./layout.js";
import { detailOf, findAwaited, titleOf } from "./node_words.js";
import { gutterPath, tiePath, treePath } from "./plan_edges.js";

const GLYPHS = {
  run: "kind-agent", agent: "kind-agent", step: "kind-step", llm: "kind-llm", tool: "kind-tool", human: "kind-human",
  queue: "kind-queue", ghost: "ghost",
};
const MADE = new Set(["replaced_by", "parent", "template"]);
const LABEL = 16;

export function drawGraph({ lanes, edges, nodes }, data, layout) {
  const byId = new Map(data.nodes.map((node) => [node.id, node]));
  const awaited = findAwaited(data.edges);
  lanes.replaceChildren(...layout.lanes.map((lane) => laneElement(lane, byId.get(lane.id))));
  edges.setAttribute("width", layout.width);
  edges.setAttribute("height", layout.height + 60);
  edges.replaceChildren(arrows(), ...edgeElements(data, layout));
  nodes.replaceChildren(...data.nodes.filter((node) => !node.is_lane).map((node) =>
    nodeElement(node, layout.nodes.get(node.id), awaited.get(node.id))));
}

function place(node, { x, y, w, h }) {
  node.style.transform = `translate(${x}px, ${y}px)`;
  node.style.width = `${w}px`;
  node.style.height = `${h}px`;
}

function laneElement(lane, { kind, label, status, count, detail, is_later: isLater }) {
  const css = `gr-lane status-${status || "gone"}${isLater ? " is-later" : ""}`;
  const about = detail ? element("span", { class: "gr-lane-about", title: detail }, detail) : null;
  const node = element("div", { class: css },
    element("div", { class: "gr-lane-head" }, icon(GLYPHS[kind] ?? "kind-other"), element("span", { title: label }, label),
      element("span", { class: "dim" }, `${count}`), about));
  place(node, lane);
  return node;
}

function nodeElement(node, box, awaited) {
  const glyph = node.status === "failed" && node.kind !== "ghost" ? "failed" : GLYPHS[node.kind] ?? "kind-other";
  const made = element("button", {
    class: classesOf(node), type: "button", "data-node": node.id, title: titleOf(node), tabindex: "-1",
  }, icon(glyph), element("span", { class: "gr-label" }, node.label, occurrenceOf(node)),
    element("span", { class: "gr-detail" }, detailOf(node, awaited)), toggleOf(node));
  place(made, box);
  return made;
}

function classesOf(node) {
  const tint = (GLYPHS[node.kind] ?? "kind-other").replace("ghost", "kind-other");
  const names = ["gr-node", tint, `is-${node.status || "gone"}`];
  const also = {
    "is-ghost": node.kind === "ghost", "is-fold": node.count > 1 || node.hidden > 0, "is-step": node.is_step,
    "is-planned": node.is_step && !node.has_begun, "is-replaced": node.is_replaced && node.status !== "failed",
    "is-circular": node.in_cycle, "is-absent": node.is_later,
  };
  return [...names, ...Object.keys(also).filter((name) => also[name])].join(" ");
}

/** Which of several steps with one id it is. */
function occurrenceOf({ occurrence, occurrences, count }) {
  return occurrences > 1 && count === 1 ? element("span", { class: "gr-occurrence" }, ` ${occurrence}/${occurrences}`) : null;
}

/** Opens what is folded into a node, or folds it again. */
function toggleOf(node) {
  if (!node.is_expandable && !node.is_expanded && !node.group) return null;
  const word = node.is_expandable ? "Show what is folded in here (])" : "Fold again ([)";
  return element("span", { class: "gr-toggle", "data-toggle": node.id, title: word }, icon(node.is_expandable ? "plus" : "minus"));
}

function arrows() {
  const marker = (id, css) =>
    svgElement("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 10, markerHeight: 10, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" },
      svgElement("path", { d: "M0,0.5 L7.5,4 L0,7.5 Z", class: css }));
  return svgElement("defs", {}, marker("gr-arrow", "gr-arrow"), marker("gr-arrow-full", "gr-arrow is-satisfied"),
    marker("gr-arrow-open", "gr-arrow is-unsatisfied"));
}

function* edgeElements(data, layout) {
  const boxes = new Map([...layout.nodes, ...layout.lanes.map((lane) => [lane.id, lane])]);
  const lanes = new Set(layout.lanes.map((lane) => lane.id));
  const byId = new Map(data.nodes.map((node) => [node.id, node]));
  for (const [i, edge] of data.edges.entries()) {
    const [from, to] = [boxes.get(edge.source), boxes.get(edge.target)];
    if (!from || !to) continue;
    const { paths, label } = data.has_plan ? planWay(edge, from, to, lanes, i) : { paths: edgePaths(from, to) };
    const lines = paths.flatMap((d) => edgeLines(d, edgeClasses(edge), edge));
    const attributes = { "data-edge": i, class: "gr-edge-group", "data-source": edge.source, "data-target": edge.target };
    const group = svgElement("g", attributes, ...lines);
    if (edge.is_later) group.classList.add("is-absent");
    if (label && edge.label) group.append(labelElement(label, edge.label));
    if (isTold(edge, byId)) group.classList.add("is-told");
    yield group;
  }
}

/** The step that waits for it names the output itself. */
const isTold = ({ target, satisfied }, byId) => satisfied === false && byId.get(target).has_begun === false;

function planWay(edge, from, to, lanes, i) {
  if (lanes.has(edge.source)) return { paths: [gutterPath(from, to, lanes.has(edge.target), i)] };
  const isTree = MADE.has(edge.kind) && to.x > from.x;
  if (isTree) return { paths: [treePath(from, to)] };
  const { d, label } = tiePath(from, to);
  return { paths: [d], label };
}

function labelElement({ x, y, anchor }, text) {
  const short = text.length > LABEL ? `${text.slice(0, LABEL - 1)}…` : text;
  return svgElement("text", { x, y, "text-anchor": anchor, class: "gr-edge-label" }, short);
}

function edgeClasses(edge) {
  const names = ["gr-edge", `is-${edge.kind}`];
  if (edge.is_inferred) names.push("is-inferred");
  if (edge.satisfied !== null) names.push(edge.satisfied ? "is-satisfied" : "is-unsatisfied");
  if (edge.in_cycle) names.push("is-circular");
  return names.join(" ");
}

function edgeLines(d, css, { kind, satisfied }) {
  const core = kind === "handoff" ? [svgElement("path", { d, class: "gr-edge-core" })] : [];
  const arrow = satisfied === false ? "gr-arrow-open" : satisfied ? "gr-arrow-full" : "gr-arrow";
  const line = svgElement("path", { d, class: css, "marker-end": `url(#${arrow})` });
  return [line, ...core, svgElement("path", { d, class: "gr-edge-hit" })];
}

/**
 * Marks the selected node with its edges and its kin, and what had not happened or was still open at `at` (absolute, or
 * null).
 */
export function markNodes({ nodes, edges }, byId, selected, at, kin) {
  for (const made of nodes.children) {
    const node = byId.get(made.dataset.node);
    const isSelected = made.dataset.node === selected;
    made.classList.toggle("is-selected", isSelected);
    made.classList.toggle("is-kin", kin.has(made.dataset.node) && !isSelected);
    made.tabIndex = isSelected ? 0 : -1;
    made.classList.toggle("is-later", at !== null && node.start_ns !== null && BigInt(node.start_ns) > at);
    made.classList.toggle("is-then-open", at !== null && (node.end_ns === null || BigInt(node.end_ns) > at) && !node.is_step);
  }
  for (const group of edges.querySelectorAll(".gr-edge-group")) {
    const { source, target } = group.dataset;
    group.classList.toggle("is-near", selected !== null && (source === selected || target === selected));
    group.classList.toggle("is-kin", kin.has(source) && kin.has(target) && byId.get(target)?.called_by === source);
    const started = byId.get(target)?.start_ns;
    group.classList.toggle("is-later", at !== null && started != null && BigInt(started) > at);
  }
}
