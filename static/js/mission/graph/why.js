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
};

export function showWhy({ parts, spans, state, byId }, edge, event) {
  const { why, canvas } = parts;
  const name = (id) => byId.get(id)?.label ?? id;
  why.replaceChildren(
    element("p", {}, element("strong", {}, name(edge.source)), " → ", element("strong", {}, name(edge.target)),
      edge.count > 1 ? element("span", { class: "dim" }, ` ×${edge.count}`) : null),
    element("p", {}, WORDS[edge.kind] ?? edge.label),
    edge.is_inferred ? element("p", { class: "is-waiting" }, "Inferred from order and names; no record says it.") : null,
    evidence(edge.evidence, spans, state, why),
  );
  const box = canvas.getBoundingClientRect();
  why.hidden = false;
  why.style.left = `${Math.min(event.clientX - box.left + 8, canvas.clientWidth - why.offsetWidth - 8)}px`;
  why.style.top = `${Math.min(event.clientY - box.top + 8, canvas.clientHeight - why.offsetHeight - 8)}px`;
}

function evidence(keys, spans, state, why) {
  const list = element("p", { class: "gr-evidence" }, element("span", { class: "dim" }, "evidence "));
  const links = keys.map((key) => {
    const link = element("button", { class: "link-button", type: "button" }, `span ${key.slice(33, 41)}`);
    link.addEventListener("click", () => {
      why.hidden = true;
      state.set({ span: key });
    });
    return [link, spans.table?.rowOf(key) ?? -1];
  });
  const known = links.filter(([, row]) => row >= 0);
  nameTogether(known.map(([link]) => link), known.map(([, row]) => row), spans.table);
  list.append(...links.map(([link]) => link));
  if (keys.length === 0) list.append(element("span", { class: "dim" }, "none kept"));
  return list;
}
