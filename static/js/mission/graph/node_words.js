// What a node says of itself: the line below its label, and all of it when one points at it. Pure.

import { took } from "../lib/clock.js";

const GHOSTS = {
  never_created: "planned, never made",
  unknown_step: "no step has this id",
  undeclared_output: "declared by nobody",
  not_received: "never arrived",
};
const MOST_NAMES = 3;

const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** `awaited` are the names of outputs that it waits for and that are not there. */
export function detailOf(node, awaited = []) {
  if (node.is_later) return "later";
  if (node.kind === "ghost") return GHOSTS[node.ghost] ?? GHOSTS.not_received;
  if (node.is_step) return wordsOfStep(node, awaited).filter(Boolean).join(" · ");
  return [lengthOf(node), node.status === "ok" ? "" : node.status].filter(Boolean).join(" · ");
}

function lengthOf({ start_ns: start, end_ns: end }) {
  return start === null || end === null ? "" : took(Number(BigInt(end) - BigInt(start)));
}

function wordsOfStep(node, awaited) {
  const parts = [];
  if (node.status === "failed" || node.status === "active") parts.push(node.is_silent ? "failed, says ok" : node.status);
  if (node.has_begun) parts.push(lengthOf(node));
  if (!node.has_begun) parts.push(awaited.length ? `waits for ${listed(awaited)}` : node.status === "waiting" ? "not begun" : "never began");
  if (node.kind === "human" && node.status === "waiting") parts.push("waits for a person");
  if (node.hidden) parts.push(`${node.hidden} folded${node.hidden_failed ? `, ${node.hidden_failed} failed` : ""}`);
  else if (node.plan_size) parts.push(node.is_replaced ? `plan of ${node.plan_size}` : `${node.plan_size} made`);
  if (node.llm_calls) parts.push(counted(node.llm_calls, "call"));
  if (node.tool_calls) parts.push(counted(node.tool_calls, "tool"));
  return parts;
}

function listed(names) {
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return names.length > MOST_NAMES ? `${shown} +${names.length - MOST_NAMES}` : shown;
}

export function titleOf(node) {
  const occurrence = node.occurrences > 1 && node.count === 1 ? `${node.occurrence} of ${node.occurrences} with this id` : "";
  const status = node.reported && node.is_step ? `${node.status} (reported: ${node.reported})` : node.status;
  const cycle = node.in_cycle ? "waits, by way of others, for itself" : "";
  return [node.label, node.detail, node.kind, status, occurrence, cycle, node.agent].filter(Boolean).join(" · ");
}

/** By node: the names of outputs that it waits for and that have not come. */
export function findAwaited(edges) {
  const awaited = new Map();
  for (const { target, label, satisfied } of edges) {
    if (satisfied === false) awaited.set(target, [...new Set([...(awaited.get(target) ?? []), label])]);
  }
  return awaited;
}
