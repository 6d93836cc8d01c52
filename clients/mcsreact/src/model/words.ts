// Statuses and kinds in a person's words. Pure.

import type { Mission, Status } from "../wire/types.js";
import { formatDuration, plural } from "./formats.js";

const STATUSES: readonly string[] = ["waiting", "active", "ok", "failed", "gone"];

/** A status we have a colour and a shape for; anything else counts as gone. */
export const statusOf = (text: string): Status => (STATUSES.includes(text) ? (text as Status) : "gone");

/** The same with the word for it; a step that became a plan has a look of its own. */
export const statusWord = (text: string): [look: string, word: string] =>
  text === "replaced" ? ["replaced", "plan"] : [statusOf(text), statusOf(text)];

const KINDS = new Map(Object.entries({
  agent: "agent", service: "service", run: "run of an agent", step: "step", llm: "model call", tool: "tool",
  human: "person", queue: "queue", span: "span", ghost: "never arrived", log: "log", snapshot: "state",
}));

export const kindWord = (kind: string): string => KINDS.get(kind) ?? kind;

/** Kinds that share a colour. */
export function kindTint(kind: string): string {
  if (kind === "run") return "agent";
  return ["agent", "llm", "tool", "step", "human", "queue"].includes(kind) ? kind : "other";
}

/** Will anything more come? */
export const isOver = (mission: Mission): boolean => !["waiting", "active"].includes(mission.status);

/** The verdict, or what can be said without one. */
export function verdictOf(mission: Mission): string {
  if (mission.verdict) return mission.verdict;
  const done = mission.step_count > 0 ? `${mission.step_done_count} of ${plural(mission.step_count, "step")} done` : plural(mission.span_count, "span");
  const work = `${done}, ${plural(mission.error_count, "error")}`;
  const took = mission.duration_ns === null ? "" : ` in ${formatDuration(mission.duration_ns)}`;
  if (mission.status === "ok") return `Went well: ${work}${took}.`;
  if (mission.status === "active") return `Working: ${work} so far.`;
  if (mission.status === "waiting") return `Waiting: ${work} so far.`;
  return `${mission.status === "failed" ? "Failed" : "Ended without a result"}: ${work}${took}.`;
}

/** What there is of a mission, in numbers: steps where it has a plan, spans where spans were sent. */
export function numbersOf(mission: Mission): string {
  const hasSpans = mission.span_count > 0 || mission.step_count === 0;
  const parts = hasSpans ? [plural(mission.span_count, "span"), plural(mission.llm_call_count, "model call")] : [];
  parts.push(plural(mission.error_count, "error"));
  if (mission.step_count > 0) parts.unshift(`${mission.step_done_count}/${mission.step_count} steps`);
  if (mission.duration_ns !== null) parts.push(formatDuration(mission.duration_ns));
  return parts.join(" · ");
}
