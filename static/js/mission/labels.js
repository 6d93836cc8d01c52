// Names the server leaves to the page: what a span is called, and what lies above it.

import { ancestors } from "./lib/tree.js";
import { clock, took } from "./lib/clock.js";
import { evidenceLabels, placeOf } from "./lib/evidence.js";
import { element, setText } from "./dom.js";
import { nameOf } from "./timeline/names.js";

const MOST_NOW = 3;

/** Links to spans that the server could only number read as the spans' names; those cited together are told apart. */
export function nameEvidence(box, table) {
  const groups = new Map();
  for (const link of box.querySelectorAll("[data-evidence][data-span]")) {
    if (!/^(span|step|agent) \d+$/.test(link.textContent) || table.rowOf(link.dataset.span) < 0) continue;
    const group = link.closest(".ms-evidence") ?? link.parentElement;
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(link);
  }
  for (const links of groups.values()) nameTogether(links, links.map((link) => table.rowOf(link.dataset.span)), table);
}

/** Names links to rows that are cited together; the title has the whole name and when it began. */
export function nameTogether(links, rows, table) {
  const names = rows.map((row) => nameOf(table, row));
  const labels = evidenceLabels(names, (i) => placeOf(table, rows[i]));
  links.forEach((link, i) => {
    const start = table.start[rows[i]];
    link.title = Number.isNaN(start) ? names[i] : `${names[i]} · ${clock(table.absolute(start), { millis: true })}`;
    setText(link, labels[i]);
  });
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
    return element("a", { href: `?span=${spans.table.key(row)}`, "data-span": spans.table.key(row), "data-evidence": "", class: "ms-quiet-link", title: name }, text);
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
    each < 0 ? element("span", {}, "…") : element("a", { href: `?span=${table.key(each)}`, "data-span": table.key(each), class: "ms-quiet-link", title: nameOf(table, each) }, nameOf(table, each)),
  );
  place.replaceChildren(...steps.flatMap((step, i) => (i ? [element("span", { "aria-hidden": "true" }, "›"), step] : [step])));
}
