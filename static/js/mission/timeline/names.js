// The names at the left: a WAI-ARIA tree of which only the visible rows are in the page.

import { MISSING, REPLACED, SILENT, WAITING, WARNED } from "../lib/flags.js";
import { kindWord, tintOf } from "../lib/kinds.js";
import { element, icon, setText, swapIcon } from "../dom.js";
import { hasFailed, isLater } from "./then.js";

const INDENT = 14;
const DEEPEST = 14;

export class Names {
  /** `tree` is the focusable role=tree element. */
  constructor(tree) {
    this.tree = tree;
    this.pool = [];
  }

  /** Shows the rows of a frame (Timeline.frame()). */
  draw(frame) {
    const shown = frame.last - frame.first;
    while (this.pool.length < shown) this.pool.push(this.#makeRow());
    this.pool.forEach((row, k) => {
      row.node.hidden = k >= shown;
      if (k < shown) this.#fill(row, frame, frame.rows[frame.first + k], k);
      else empty(row);
    });
    this.tree.style.transform = `translateY(${-frame.shift}px)`;
    const selected = frame.selected >= 0 && this.pool.some((row) => row.row === frame.selected && !row.node.hidden);
    if (selected) this.tree.setAttribute("aria-activedescendant", rowId(frame.selected));
    else this.tree.removeAttribute("aria-activedescendant");
  }

  #makeRow() {
    const toggle = element("span", { class: "tl-toggle", "aria-hidden": "true" });
    const indent = element("span", { class: "tl-indent" });
    const glyph = icon("kind-other");
    const name = element("span", { class: "tl-name" });
    const detail = element("span", { class: "tl-detail" });
    const badge = element("span", { class: "tl-badge" });
    const node = element("div", { role: "treeitem" }, indent, toggle, glyph, name, detail, badge);
    this.tree.append(node);
    return { node, indent, toggle, glyph, glyphName: "kind-other", name, detail, badge, row: -1, seen: "" };
  }

  #fill(item, frame, row, k) {
    const { table, size, depth } = frame;
    const later = isLater(frame, row);
    const open = size[row] > 1 ? !frame.collapsed.has(row) : null;
    const seen = [
      row, frame.version, open, row === frame.selected, row === frame.hovered, later, hasFailed(frame, row),
      frame.playhead === null,
    ].join();
    if (item.seen === seen) return;
    item.seen = seen;
    item.row = row;
    const tint = table.has(row, MISSING) ? "missing" : tintOf(table.kindOf(row));
    const { node } = item;
    node.id = rowId(row);
    node.dataset.row = row;
    node.className = classes(frame, row, later, tint);
    item.indent.style.width = `${indentOf(depth[row])}px`;
    item.toggle.className = `tl-toggle${open === null ? "" : open ? " is-open" : " is-closed"}`;
    const glyph = glyphOf(frame, row, tint);
    if (glyph !== item.glyphName) item.glyph = swapIcon(item.glyph, glyph);
    item.glyphName = glyph;
    const verb = table.verbs.get(row);
    item.name.classList.toggle("is-verb", verb > 0);
    setText(item.name, verb ? nameOf(table, row).slice(0, verb) : nameOf(table, row));
    setText(item.detail, detailOf(frame, row));
    node.title = [item.name.textContent, item.detail.textContent].filter(Boolean).join(" · ");
    setText(item.badge, badgeOf(frame, row, open));
    item.badge.classList.toggle("is-failed", frame.failedBelow[row] > 0 && frame.playhead === null);
    describe(node, frame, row, open, k);
  }
}

/** A spare row stands for no span, so that no two rows have one id. */
function empty(item) {
  if (item.row < 0) return;
  item.row = -1;
  item.seen = "";
  item.node.removeAttribute("id");
  item.node.className = "tl-row";
}

const rowId = (row) => `span-row-${row}`;

function classes(frame, row, later, tint) {
  const names = ["tl-row", `kind-${tint}`];
  if (row === frame.selected) names.push("is-selected");
  if (row === frame.hovered) names.push("is-hovered");
  if (later) names.push("is-later");
  if (hasFailed(frame, row)) names.push("has-failed");
  if (frame.table.has(row, WAITING)) names.push("is-waiting-step");
  if (frame.table.has(row, REPLACED)) names.push("is-replaced");
  return names.join(" ");
}

function glyphOf(frame, row, tint) {
  if (tint === "missing") return "ghost";
  return hasFailed(frame, row) && frame.size[row] === 1 ? "failed" : `kind-${tint}`;
}

/** Deep levels move closer together, so that a chain of 10,000 keeps its names on the screen. */
function indentOf(depth) {
  return depth <= DEEPEST ? depth * INDENT : DEEPEST * INDENT + Math.min(60, Math.log2(depth - DEEPEST + 1) * 6);
}

/** The span's own name; blank ones get a word. */
export function nameOf(table, row) {
  if (table.has(row, MISSING)) return "missing parent";
  return table.nameOf(row).trim() || "(unknown)";
}

function detailOf({ table, parent, depth }, row) {
  if (table.has(row, MISSING)) return table.id[row].slice(0, 8);
  const agent = table.agentOf(row);
  const above = parent[row] >= 0 ? table.agentOf(parent[row]) : "";
  const parts = [];
  const verb = table.verbs.get(row);
  if (verb) parts.push(nameOf(table, row).slice(verb).trim());
  if (agent && agent !== above && !table.nameOf(row).includes(agent)) parts.push(agent);
  if (depth[row] > DEEPEST) parts.push(`depth ${depth[row]}`);
  if (table.has(row, SILENT)) parts.unshift(verb ? "says done" : "says ok");
  if (table.has(row, WARNED)) parts.push("⚠");
  return parts.filter(Boolean).join(" · ");
}

function badgeOf({ size, failedBelow, playhead }, row, open) {
  if (open !== false) return "";
  return failedBelow[row] > 0 && playhead === null ? `${size[row] - 1} · ${failedBelow[row]} failed` : String(size[row] - 1);
}

function describe(node, frame, row, open, k) {
  const { table } = frame;
  node.setAttribute("aria-level", frame.depth[row] + 1);
  node.setAttribute("aria-posinset", frame.position[row]);
  node.setAttribute("aria-setsize", frame.siblings[row]);
  node.setAttribute("aria-selected", row === frame.selected);
  if (open === null) node.removeAttribute("aria-expanded");
  else node.setAttribute("aria-expanded", open);
  const status = table.has(row, MISSING) ? "has not arrived" : table.statusOf(row);
  node.setAttribute("aria-label", `${nameOf(table, row)}, ${kindWord(table.kindOf(row))}, ${status}`);
  node.style.top = `${k * frame.rowHeight}px`;
}
