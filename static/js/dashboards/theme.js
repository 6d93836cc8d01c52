// The colours of charts, from the tokens of the page as they are now.

export const HUES = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6", "--chart-7", "--chart-8"];
const WORDS = {
  other: "--other", ok: "--ok", failed: "--failed", gone: "--gone", active: "--active", waiting: "--waiting",
  fatal: "--human", critical: "--human", error: "--failed", warn: "--waiting", info: "--accent", debug: "--dim", trace: "--queue",
  p50: "--dim", p75: "--dim", p90: "--accent", p95: "--llm", p99: "--waiting",
  input: "--accent", output: "--llm", cache_read: "--step", cache_creation: "--queue", reasoning: "--human",
};

/** What `figureOf` asks for. */
export function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    text: token("--text"),
    dim: token("--dim"),
    line: token("--line"),
    raised: token("--raised"),
    sans: token("--sans"),
    hues: HUES.map(token),
    statuses: Object.fromEntries(Object.entries(WORDS).map(([word, name]) => [word, token(name)])),
  };
}
