// How times and lengths of time read: as on MissionScope's pages. Pure.

const [US, MS, S] = [1_000n, 1_000_000n, 1_000_000_000n] as const;
const [MINUTE, HOUR, DAY] = [60n, 3_600n, 86_400n] as const;
export const UNKNOWN = "–";

/** A length in nanoseconds: `1.24 s`, `3 m 12 s`, `2 h 05 m`. */
export function formatDuration(value: string | bigint | null): string {
  const ns = toNs(value);
  if (ns === null) return UNKNOWN;
  if (ns < 0n) return `-${formatDuration(-ns)}`;
  if (ns === 0n) return "0 ms";
  if (ns < US) return `${ns} ns`;
  const units = [[US, "µs", 1000], [MS, "ms", 1000], [S, "s", 60]] as const;
  for (const [unit, name, top] of units) {
    const text = threeFigures(ns, unit, top);
    if (text !== null) return `${text} ${name}`;
  }
  return longDuration((ns + S / 2n) / S);
}

/** The value in a unit with three figures; null when it is `top` or more after rounding. */
function threeFigures(ns: bigint, unit: bigint, top: number): string | null {
  for (const places of [2, 1, 0]) {
    const scale = 10n ** BigInt(places);
    const scaled = (ns * scale + unit / 2n) / unit;
    if (scaled >= BigInt(top) * scale) continue;
    if (places > 0 && scaled >= 1000n) continue;
    if (places === 0 && top === 60) return null;
    return decimal(scaled, places);
  }
  return null;
}

function decimal(scaled: bigint, places: number): string {
  const digits = scaled.toString().padStart(places + 1, "0");
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function longDuration(seconds: bigint): string {
  if (seconds < HOUR) return `${seconds / MINUTE} m ${seconds % MINUTE} s`;
  if (seconds < DAY) return `${seconds / HOUR} h ${two((seconds % HOUR) / MINUTE)} m`;
  return `${grouped(seconds / DAY)} d ${two((seconds % DAY) / HOUR)} h`;
}

const two = (value: bigint): string => value.toString().padStart(2, "0");
const grouped = (value: bigint): string => value.toString().replace(/\B(?=(\d{3})+$)/g, ",");

/** How long something took that has both ends; null while it has not. */
export function tookOf(startNs: string | null, endNs: string | null): string | null {
  const [start, end] = [toNs(startNs), toNs(endNs)];
  return start === null || end === null ? null : formatDuration(end - start);
}

/** A moment as the time of its day in UTC: `05:34:11.328`. */
export function formatClock(ns: string | null): string {
  const moment = toDate(ns);
  return moment === null ? UNKNOWN : moment.toISOString().slice(11, 23);
}

/** A moment whole: `2026-11-28 05:34:11.328 UTC`. */
export function formatMoment(ns: string | null): string {
  const moment = toDate(ns);
  return moment === null ? UNKNOWN : `${moment.toISOString().slice(0, 23).replace("T", " ")} UTC`;
}

function toDate(value: string | null): Date | null {
  const ns = toNs(value);
  const moment = ns === null ? null : new Date(Number(ns / MS));
  return moment === null || Number.isNaN(moment.getTime()) ? null : moment;
}

function toNs(value: string | bigint | null): bigint | null {
  if (typeof value === "bigint") return value;
  return value !== null && /^-?\d{1,20}$/.test(value) ? BigInt(value) : null;
}

/** `1 span`, `12 spans`. */
export const plural = (count: number, word: string): string => `${grouped(BigInt(Math.trunc(count)))} ${word}${count === 1 ? "" : "s"}`;

/** A text cut to a width in units of a Latin letter; letters of Chinese, Japanese and Korean are two wide. */
export function cutToWidth(text: string, most: number): string {
  let width = 0;
  let kept = "";
  for (const letter of text.replace(/\s+/gu, " ")) {
    const wide = isWide(letter.codePointAt(0) as number) ? 2 : 1;
    if (width + wide > most) return `${cutBack(kept, width, most)}…`;
    width += wide;
    kept += letter;
  }
  return kept;
}

/** Room for the ellipsis. */
function cutBack(kept: string, width: number, most: number): string {
  return width < most ? kept : Array.from(kept).slice(0, -1).join("").trimEnd();
}

const isWide = (code: number): boolean => code >= 0x1100 && (code <= 0x115f || (code >= 0x2e80 && code <= 0xffdc) || code >= 0x1f300);
