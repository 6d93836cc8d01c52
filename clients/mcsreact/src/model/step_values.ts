// Inputs and results of a step as lines, whichever way they are told: as previews, or as the sender sent them. Pure.

import type { StepDetail } from "../wire/types.js";

export interface ValueLine {
  name: string;
  /** A value as text, cut; empty when there is none. */
  text: string;
  /** The output that an input takes; empty for a value. */
  takes: string;
  isFailed: boolean;
}

const LONGEST = 400;
const MOST = 12;

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** What goes into a step; also of steps that are spans, whose input may be any value. */
export function inputLines({ inputs }: StepDetail): ValueLine[] {
  if (!isFields(inputs)) return inputs === null || inputs === undefined ? [] : [line("input", inputs)];
  return Object.entries(inputs).slice(0, MOST).map(([name, input]) => {
    if (!isFields(input)) return line(name, input);
    const takes = textOf(input.output_name ?? input.outputName ?? null);
    return { ...line(name, "value" in input ? input.value : null), takes };
  });
}

/** What came out of it. A plan is told by its size. */
export function resultLines({ result }: StepDetail): ValueLine[] {
  const outputs = Array.isArray(result) ? result : result === null || result === undefined ? [] : [result];
  return outputs.slice(0, MOST).map((output: unknown) => {
    if (!isFields(output)) return line("result", output);
    const name = textOf(output.name ?? "result");
    const tasks = tasksOf(output);
    const shown = tasks > 0 ? `a plan of ${tasks}` : (output.error || undefined) ?? ("result" in output ? output.result : output);
    return { ...line(name, shown), isFailed: output.success === false };
  });
}

function tasksOf(output: Fields): number {
  if (typeof output.task_count === "number" && output.task_count > 0) return output.task_count;
  const isPlan = (output.resultType ?? output.result_type) === "plan";
  return isPlan && Array.isArray(output.result) ? output.result.length : 0;
}

const line = (name: string, value: unknown): ValueLine => ({ name, text: cut(textOf(value)), takes: "", isFailed: false });

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
