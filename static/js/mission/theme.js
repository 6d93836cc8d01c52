// The colours of tokens.css for canvases, read again when the theme changes.

const NAMES = [
  "bg", "panel", "raised", "hover", "selected", "line", "line-strong", "text", "dim", "accent", "failed", "waiting", "ok",
  "llm", "tool", "agent", "step", "human", "queue", "other",
];

export class Theme {
  constructor() {
    this.listeners = [];
    this.read();
    const again = () => {
      this.read();
      for (const call of this.listeners) call();
    };
    new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme", "class"] });
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", again);
  }

  read() {
    const style = getComputedStyle(document.documentElement);
    this.colors = {};
    for (const name of NAMES) this.colors[name] = style.getPropertyValue(`--${name}`).trim() || "#888";
    this.mono = style.getPropertyValue("--mono").trim() || "monospace";
    this.sans = style.getPropertyValue("--sans").trim() || "sans-serif";
    this.hatches = new Map();
  }

  onChange(call) {
    this.listeners.push(call);
  }

  /** A diagonal pattern of one colour: what is still open. */
  hatch(context, color) {
    if (!this.hatches.has(color)) this.hatches.set(color, makeHatch(context, color));
    return this.hatches.get(color);
  }
}

function makeHatch(context, color) {
  const ratio = window.devicePixelRatio || 1;
  const size = 8 * ratio;
  const tile = document.createElement("canvas");
  tile.width = size;
  tile.height = size;
  const draw = tile.getContext("2d");
  draw.fillStyle = color;
  draw.globalAlpha = 0.45;
  draw.fillRect(0, 0, size, size);
  draw.globalAlpha = 1;
  draw.strokeStyle = color;
  draw.lineWidth = 2.6 * ratio;
  for (const shift of [-size, 0, size]) {
    draw.beginPath();
    draw.moveTo(shift, size);
    draw.lineTo(shift + size, 0);
    draw.stroke();
  }
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}
