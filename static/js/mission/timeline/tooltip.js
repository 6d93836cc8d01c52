// What the pointer is over, in words, beside the pointer and out of its way.

import { FAILED, MISSING, NO_START, OPEN, SILENT, WARNED } from "../lib/flags.js";
import { clock, tickLabel, took } from "../lib/clock.js";
import { kindWord } from "../lib/kinds.js";
import { formatCost, formatTokens } from "../../lib/formats.js";
import { element } from "../dom.js";
import { nameOf } from "./names.js";

const CLASS_WORDS = {
  llm: "a model worked",
  tool: "a tool worked",
  queue: "waited in a queue",
  human: "waited for a person",
  retry: "tried again",
  agent: "the agent's own work",
  idle: "nothing recorded",
};

export class Tooltip {
  constructor(box) {
    this.node = element("div", { class: "tl-tip", role: "tooltip", hidden: true });
    box.append(this.node);
    this.box = box;
  }

  hide() {
    this.node.hidden = true;
  }

  /** Shows row `row` of a frame; `t` is the time under the pointer, `point` the pointer in the box. */
  show(frame, row, t, point) {
    this.node.replaceChildren(...lines(frame, row, t));
    this.node.hidden = false;
    const { offsetWidth: w, offsetHeight: h } = this.node;
    const right = point.x + 16 + w > this.box.clientWidth;
    const below = point.y + 22 + h > this.box.clientHeight;
    this.node.style.left = `${Math.max(4, right ? point.x - w - 12 : point.x + 16)}px`;
    this.node.style.top = `${Math.max(4, below ? point.y - h - 12 : point.y + 22)}px`;
  }
}

function lines(frame, row, t) {
  const { table, now } = frame;
  const head = element("div", { class: "tl-tip-head" }, nameOf(table, row));
  if (table.has(row, MISSING)) {
    return [head, line(`Other spans name ${table.id[row]} as their parent; it has not arrived.`)];
  }
  const [start, end] = table.extent(row, now);
  const facts = [kindWord(table.kindOf(row)), table.agentOf(row), table.serviceOf(row)].filter(Boolean).join(" · ");
  const found = [head, line(facts, "dim")];
  if (table.has(row, NO_START)) found.push(line("The sender gave no start."));
  else found.push(line(`${took(end - start)}${table.has(row, OPEN) ? ", still running" : ""}  ·  ${tickLabel(start, 1e6)}  ·  ${clock(table.absolute(start), { millis: true })}`, "mono"));
  const call = table.calls.get(row);
  if (call) found.push(line(callText(call), "mono"));
  if (table.has(row, FAILED)) found.push(line(table.notes.get(row) || "failed", "is-failed"));
  if (table.has(row, SILENT)) found.push(line("Reported as fine; the outcome says otherwise.", "is-failed"));
  if (table.has(row, WARNED)) found.push(line("⚠ Repaired or moved: see its warnings.", "is-waiting"));
  const preview = frame.previewOf(row);
  if (preview) found.push(line(preview));
  const segment = segmentAt(frame, row, t);
  if (segment) found.push(line(`Critical here: ${CLASS_WORDS[segment.class] ?? segment.class} for ${took(segment.end - segment.start)}`, "dim"));
  return found;
}

function callText({ ttft, input, output, cost, model }) {
  const parts = [model];
  if (input !== null || output !== null) parts.push(`${formatTokens(input)} in, ${formatTokens(output)} out`);
  if (ttft !== null) parts.push(`first token ${took(ttft)}`);
  if (cost !== null) parts.push(formatCost(cost));
  return parts.filter(Boolean).join("  ·  ");
}

function segmentAt(frame, row, t) {
  return frame.segments.find((segment) => segment.row === row && t >= segment.start && t <= segment.end);
}

const line = (text, css = "") => element("div", { class: css || null }, text);
