// How numbers, times and ids read: the same texts as web/presenters/formats.py for the same values
// (both are held to tests/web/formats.json). Nanoseconds come as BigInt, decimal text or number.

export const UNKNOWN = "–";

const [US, MS, S] = [1_000n, 1_000_000n, 1_000_000_000n];
const [MINUTE, HOUR, DAY] = [60n, 3_600n, 86_400n];

/** BigInt of a count that came as text, number or BigInt; null when there is none. */
export function integer(value) {
  if (value === null || value === undefined || value === "") return null;
  return typeof value === "bigint" ? value : BigInt(value);
}

export function formatDuration(value) {
  const ns = integer(value);
  if (ns === null) return UNKNOWN;
  if (ns < 0n) return "-" + formatDuration(-ns);
  if (ns === 0n) return "0 ms";
  if (ns < US) return `${ns} ns`;
  for (const [unit, name, top] of [[US, "µs", 1000n], [MS, "ms", 1000n], [S, "s", 60n]]) {
    const text = threeFigures(ns, unit, top);
    if (text) return `${text} ${name}`;
  }
  return longDuration((ns + S / 2n) / S);
}

export function formatTokens(value) {
  const count = integer(value);
  if (count === null) return UNKNOWN;
  if (count < 1_000n) return String(count);
  if (count < 99_950n) return cutZeros(rounded(count, 1_000n, 1)) + "k";
  if (count < 999_500n) return rounded(count, 1_000n, 0) + "k";
  return cutZeros(rounded(count, 1_000_000n, count < 9_995_000n ? 2 : 1)) + "M";
}

export function formatCount(value) {
  const count = integer(value);
  return count === null ? UNKNOWN : grouped(String(count));
}

/** `text` is a decimal as text; exact, never through a float. */
export function formatCost(text) {
  if (text === null || text === undefined || !/^\d+(\.\d+)?$/.test(text)) return UNKNOWN;
  const [whole, fraction = ""] = String(text).split(".");
  const places = Math.max(fraction.length, 4);
  const unit = 10n ** BigInt(places);
  const scaled = BigInt(whole + fraction.padEnd(places, "0"));
  if (scaled === 0n) return "$0";
  if (scaled * 10_000n < unit) return "<$0.0001";
  const figures = scaled * 10n < unit ? 4 : scaled < 1000n * unit ? 2 : 0;
  const [head, tail] = rounded(scaled, unit, figures).split(".");
  return "$" + grouped(head) + (tail ? "." + tail : "");
}

export function formatBytes(value) {
  const size = integer(value);
  if (size === null) return UNKNOWN;
  if (size < 1_000n) return `${size} B`;
  for (const [unit, name] of [[1_000n, "kB"], [1_000_000n, "MB"], [1_000_000_000n, "GB"]]) {
    if (size < unit * 1_000n - unit / 20n || name === "GB") return `${cutZeros(rounded(size, unit, 1))} ${name}`;
  }
}

export function formatAgo(then, now) {
  const [thenNs, nowNs] = [integer(then), integer(now)];
  if (thenNs === null) return UNKNOWN;
  const seconds = (nowNs - thenNs) / S;
  if (seconds > -5n && seconds < 5n) return "now";
  return seconds > 0n ? `${oneUnit(seconds)} ago` : `in ${oneUnit(-seconds)}`;
}

export function shortId(text, head = 4, tail = 4) {
  const letters = [...text];
  if (letters.length <= head + tail + 3) return text;
  return `${letters.slice(0, head).join("")}…${letters.slice(-tail).join("")}`;
}

/** Nanoseconds since 1970 by this computer's clock. */
export function nowNs() {
  return BigInt(Date.now()) * MS;
}

function threeFigures(value, unit, top) {
  for (const [places, limit] of [[2, 10n], [1, 100n], [0, top]]) {
    const scale = 10n ** BigInt(places);
    const scaled = (value * scale + unit / 2n) / unit;
    if (scaled < (limit < top ? limit : top) * scale) return withPoint(scaled, places);
  }
  return "";
}

function longDuration(seconds) {
  if (seconds < HOUR) return `${seconds / MINUTE} m ${seconds % MINUTE} s`;
  if (seconds < DAY) return `${seconds / HOUR} h ${padded((seconds % HOUR) / MINUTE)} m`;
  return `${grouped(String(seconds / DAY))} d ${padded((seconds % DAY) / HOUR)} h`;
}

function oneUnit(seconds) {
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds < HOUR) return `${seconds / MINUTE} m`;
  if (seconds < DAY) return `${seconds / HOUR} h`;
  const days = seconds / DAY;
  if (days < 60n) return `${days} d`;
  return days < 730n ? `${days / 30n} mo` : `${grouped(String(days / 365n))} y`;
}

function rounded(value, unit, places) {
  return withPoint((value * 10n ** BigInt(places) + unit / 2n) / unit, places);
}

function withPoint(scaled, places) {
  const digits = String(scaled).padStart(places + 1, "0");
  return places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
}

function cutZeros(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function padded(count) {
  return String(count).padStart(2, "0");
}

function grouped(digits) {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}
