// Moments and distances on the time axis, in UTC as everywhere on the pages. Pure.

import { formatDuration } from "../../lib/formats.js";

const MS = 1e6;
const SECOND = 1e9;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const pad = (n, width = 2) => String(n).padStart(width, "0");
const plain = (value) => String(Number(value.toFixed(3)));

/** How long, from a number of nanoseconds: `1.24 s`; NaN reads as unknown. */
export const took = (ns) => formatDuration(Number.isNaN(ns) ? null : Math.round(Math.max(0, ns)));

/** A distance on the axis: `+1 m`, `+2.5 s`, `0`. `step` is the distance of two ticks. */
export function tickLabel(ns, step) {
  if (ns === 0) return "0";
  const n = Math.abs(ns);
  return (ns < 0 ? "−" : "+") + distance(n, step);
}

function distance(n, step) {
  if (n >= DAY) return `${Math.floor(n / DAY)} d${rest(n % DAY, HOUR, "h")}`;
  if (n >= HOUR) return `${Math.floor(n / HOUR)} h${rest(n % HOUR, MINUTE, "m")}`;
  if (n >= MINUTE) return `${Math.floor(n / MINUTE)} m${fineRest(n % MINUTE, step)}`;
  if (n >= SECOND) return `${plain(n / SECOND)} s`;
  if (n >= MS) return `${plain(n / MS)} ms`;
  return n >= 1e3 ? `${plain(n / 1e3)} µs` : `${plain(n)} ns`;
}

function rest(n, unit, name) {
  const amount = Math.round(n / unit);
  return amount ? ` ${pad(amount)} ${name}` : "";
}

function fineRest(n, step) {
  if (step >= SECOND) return rest(n, SECOND, "s");
  const seconds = (n / SECOND).toFixed(step >= MS ? 3 : 6).replace(/0+$/, "").replace(/\.$/, "");
  return seconds === "0" ? "" : ` ${seconds} s`;
}

/** Wall clock of an absolute time: `09:41:07`, with milliseconds when asked. */
export function clock(ns, { millis = false } = {}) {
  const at = new Date(Number(BigInt(ns) / 1000000n));
  if (Number.isNaN(at.getTime())) return `${ns} ns`;
  const text = `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}:${pad(at.getUTCSeconds())}`;
  return millis ? `${text}.${pad(at.getUTCMilliseconds(), 3)}` : text;
}
