// Text of the live socket to frames. Pure. What is no frame we know is null: it is passed over.

import type { Frame, LiveRecord } from "./types.js";

const CURSOR = /^\d{1,19}$/;

export function readFrame(text: unknown): Frame | null {
  const frame = typeof text === "string" ? parse(text) : null;
  if (!isObject(frame)) return null;
  if (frame.type === "ping") return { type: "ping" };
  if (!isCursor(frame.cursor)) return null;
  if (frame.type === "hello" || frame.type === "resync") return { type: frame.type, cursor: frame.cursor };
  if (frame.type !== "delta" || !Array.isArray(frame.records)) return null;
  return { type: "delta", cursor: frame.cursor, records: frame.records.filter(isRecord) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isCursor = (value: unknown): value is string => typeof value === "string" && CURSOR.test(value);

const isRecord = (value: unknown): value is LiveRecord =>
  isObject(value) && typeof value.type === "string" && isCursor(value.change_seq);
