// Names the server leaves to the page: what a span is called, and what lies above it.

import { ancestors } from "./lib/tree.js";
import { took } from "./lib/clock.js";
import { element, setText } from "./dom.js";
import { nameOf } from "./timeline/names.js";

const LONGEST = 40;
const MOST_NOW = 3;

/** Links to spans that the server could only number read as the spans' names. */
export function nameEvidence(box, table) {
  const seen = new Map();
  for (const link of box.querySelectorAll("[data-evidence][data-span]")) {
    if (!/^span \d+$/.test(link.textContent)) continue;
    const row = table.rowOf(link.dataset.span);
    if (row < 0) continue;
    const name = nameOf(table, row);
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    link.title = name;
    const short = name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
    setText(link, times > 1 ? `${times}` : short);
  }
}

/** Says what a running mission is doing, in the place the head keeps for it. */
export function showNow(spans) {
  const place = document.querySelector("#mission-head [data-now]");
  if (!place) return;
  const leaves = spans.isRunning ? spans.openLeaves() : [];
  const names = new Map();
  for (const row of leaves) {
    const name = nameOf(spans.table, row);
    if (!names.has(name)) names.set(name, { row, count: 0 });
    names.get(name).count += 1;
  }
  const shown = [...names].slice(0, MOST_NOW).map(([name, { row, count }]) => {
    const times = count > 1 ? ` ×${count}` : "";
    const text = `${name}${times}, ${took(Math.max(0, spans.now() - spans.table.start[row]))}`;
    return element("a", { href: `?span=${spans.table.key(row)}`, "data-span": spans.table.key(row), "data-evidence": "", class: "ms-quiet-link" }, text);
  });
  if (shown.length < names.size) shown.push(element("span", {}, `and ${names.size - shown.length} more`));
  if (shown.length === 0 && spans.isRunning) shown.push(element("span", {}, "nothing is open"));
  place.replaceChildren(...shown);
}

/** The spans above the selected one, outermost first, each a way to it. */
export function showPath(box, table, key) {
  const place = box.querySelector("[data-span-path]");
  const row = table.rowOf(key);
  if (!place || row < 0) return;
  const above = ancestors(table.parent, row);
  const shown = above.length > 4 ? [above[0], -1, ...above.slice(-3)] : above;
  const steps = shown.map((each) =>
    each < 0 ? element("span", {}, "…") : element("a", { href: `?span=${table.key(each)}`, "data-span": table.key(each), class: "ms-quiet-link" }, nameOf(table, each)),
  );
  place.replaceChildren(...steps.flatMap((step, i) => (i ? [element("span", { "aria-hidden": "true" }, "›"), step] : [step])));
}
