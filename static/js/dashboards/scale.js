// The unit of a panel's axis: the one in which its largest value is a number people read. Pure.

const TIMES = [[86_400, " d"], [3_600, " h"], [60, " min"], [1, " s"], [0.001, " ms"], [0.000_001, " µs"]];
const SIZES = [[1e9, " GB"], [1e6, " MB"], [1e3, " kB"], [1, " B"]];
const PLAIN = { unit: 1, prefix: "", suffix: "", format: "~s" };

/** {unit, prefix, suffix, format}: values are divided by `unit`. */
export function scaleOf({ unit, series }) {
  const top = largest(series);
  if (unit === "s") return { ...PLAIN, ...step(TIMES, top), format: "~r" };
  if (unit === "bytes") return { ...PLAIN, ...step(SIZES, top), format: "~r" };
  if (unit === "USD") return { ...PLAIN, prefix: "$", format: top < 1 ? "~r" : ",.2~f" };
  if (unit === "ratio") return { ...PLAIN, format: top > 0 && top < 0.05 ? ".1%" : ".0%" };
  return top < 10 ? { ...PLAIN, format: "~r" } : PLAIN;
}

function largest(series) {
  let top = 0;
  for (const { points, previous } of series) for (const [, value] of [...points, ...(previous ?? [])]) if (value > top) top = value;
  return top;
}

function step(units, top) {
  const [unit, suffix] = units.find(([size]) => top >= size) ?? units[units.length - 1];
  return top === 0 ? { unit: 1, suffix: units.find(([size]) => size === 1)[1] } : { unit, suffix };
}
