// ago: <time data-ns> says how long ago, and stays true. One clock for the whole page.

import { formatAgo, nowNs } from "../lib/formats.js";
import { register } from "../lib/registry.js";

const shown = new Set();
let clock = null;

register("ago", (element) => {
  shown.add(element);
  element.title = `${new Date(Number(BigInt(element.dataset.ns) / 1_000_000n)).toLocaleString()} · ${element.title}`;
  clock ??= setInterval(tick, 1_000);
  return () => shown.delete(element);
});

function tick() {
  if (document.hidden) return;
  const now = nowNs();
  for (const element of shown) {
    const text = formatAgo(element.dataset.ns, now);
    if (element.textContent !== text) element.textContent = text;
  }
}
