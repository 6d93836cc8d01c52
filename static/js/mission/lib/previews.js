// Which rows want a preview, and how much of one fits. Pure.

import { FAILED, MISSING, OPEN, REPLACED } from "./flags.js";

const KINDS = new Set(["LLM", "TOOL", "AGENT", "CHAIN", "STEP", "HUMAN"]);
const LEAST_PX = 60;

/** May the row show what was said or done: it ended or became a plan, and its label has nothing graver to say. */
export function mayPreview(table, row) {
  return KINDS.has(table.kindOf(row)) && (!table.has(row, OPEN) || table.has(row, REPLACED)) && !table.has(row, MISSING) && !(table.has(row, FAILED) && table.notes.has(row));
}

/** The rows in view whose preview is not known, at most `most`. */
export function wantedRows({ table, rows, first, last }, known, most) {
  const wanted = [];
  for (let k = first; k < last && wanted.length < most; k += 1) {
    if (mayPreview(table, rows[k]) && !known.has(table.key(rows[k]))) wanted.push(rows[k]);
  }
  return wanted;
}

/** The beginning of a text that fits into `room` pixels; empty where too little would. */
export function clipTo(text, room, measure) {
  if (!text || room < LEAST_PX) return "";
  const whole = measure(text);
  if (whole <= room) return text;
  let length = Math.floor((text.length * room) / whole);
  let cut = "";
  do {
    cut = `${text.slice(0, length).trimEnd()}…`;
    length -= 1;
  } while (length > 0 && measure(cut) > room);
  return cut;
}
