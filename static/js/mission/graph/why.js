// What proves an edge: its kind in words and the spans it rests on.

import { element } from "../dom.js";
import { nameTogether } from "../labels.js";

const WORDS = {
  parent: "The first called the second.",
  link: "A span link joins them.",
  handoff: "The first handed its work to the second.",
  tool_call: "The model asked for this tool run by its call id.",
  retry: "The second is another try of the first.",
  sequence: "They follow each other below the same caller.",
  data: "The second takes an output of the first.",
  signal: "The second waits for the first to be done.",
  wait_for_all: "The second waits for everything to be done.",
  replaced_by: "The first returned a plan; the second is a step of it.",
  template: "The first made the second of a task that it repeats.",
  mention: "A text of the second speaks of the first.",
  nearest: "The first declares what was asked for.",
  agent: "The first made the second.",
};
const WAITS = { true: "What it waits for is there.", false: "What it waits for has not come." };

export function showWhy(graph, edge, event) {
  const name = (id) => graph.byId.get(id)?.label ?? id;
  show(graph, event, [
    element("p", {}, element("strong", {}, name(edge.source)), " → ", element("strong", {}, name(edge.target)),
      edge.count > 1 ? element("span", { class: "dim" }, ` ×${edge.count}`) : null),
    element("p", {}, WORDS[edge.kind] ?? edge.label),
    edge.why ? element("p", { class: "dim" }, edge.why) : null,
    edge.satisfied === null ? null : element("p", { class: edge.satisfied ? "is-ok" : "is-waiting" }, WAITS[edge.satisfied]),
    edge.in_cycle ? element("p", { class: "is-failed" }, "It is part of a circle: none of these steps can ever begin.") : null,
    edge.is_inferred ? element("p", { class: "is-waiting" }, `Inferred; no record says it.`) : null,
    evidence(edge, graph),
  ]);
}

/** What is known of something that is not there. */
export function showGhost(graph, node, event) {
  show(graph, event, [
    element("p", {}, element("strong", {}, node.label)),
    element("p", { class: "is-failed" }, node.detail || "It was referred to and has not arrived."),
    evidence({ evidence: node.spans, logs: node.logs }, graph),
  ]);
}

function show({ parts: { why, canvas } }, event, content) {
  why.replaceChildren(...content.filter(Boolean));
  const box = canvas.getBoundingClientRect();
  why.hidden = false;
  why.style.left = `${Math.max(8, Math.min(event.clientX - box.left + 8, canvas.clientWidth - why.offsetWidth - 8))}px`;
  why.style.top = `${Math.max(8, Math.min(event.clientY - box.top + 8, canvas.clientHeight - why.offsetHeight - 8))}px`;
}

function evidence({ evidence: keys, logs }, { spans, state, parts: { why } }) {
  const list = element("p", { class: "gr-evidence" }, element("span", { class: "dim" }, "evidence "));
  const link = (word, patch) => {
    const made = element("button", { class: "link-button", type: "button" }, word);
    made.addEventListener("click", () => {
      why.hidden = true;
      state.set(patch);
    });
    return made;
  };
  const links = keys.map((key) => [link(`span ${key.slice(33, 41)}`, { span: key }), spans.table?.rowOf(key) ?? -1]);
  const known = links.filter(([, row]) => row >= 0);
  nameTogether(known.map(([made]) => made), known.map(([, row]) => row), spans.table);
  list.append(...links.map(([made]) => made), ...logs.map((key) => link(`record ${key}`, { log: key, pane: "logs" })));
  if (keys.length + logs.length === 0) list.append(element("span", { class: "dim" }, "none kept"));
  return list;
}
