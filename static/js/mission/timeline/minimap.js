// The whole mission in a strip: every bar as a line, failures as red marks, a brush over the part in view.

import { FAILED, MISSING } from "../lib/flags.js";
import { tintOf } from "../lib/kinds.js";
import { clampView, timeOf, xOf } from "../lib/scale.js";
import { element, sharpContext } from "../dom.js";

const EDGE = 7;
const INSET = 4;

export class Minimap {
  /** `onView(view)` is told the view the brush was dragged to. */
  constructor(box, onView) {
    this.box = box;
    this.onView = onView;
    this.canvas = element("canvas");
    this.brush = element("div", { class: "tl-brush" });
    this.head = element("div", { class: "tl-brush-head" });
    box.append(this.canvas, this.brush, this.head);
    this.drawn = "";
    box.addEventListener("pointerdown", (event) => this.#grab(event));
    box.addEventListener("pointermove", (event) => this.#pointAt(event));
    box.addEventListener("dblclick", () => this.onView(this.bounds));
  }

  draw(frame, width, height) {
    this.bounds = frame.bounds;
    this.view = frame.view;
    this.width = width;
    const pixel = (frame.bounds[1] - frame.bounds[0]) / width;
    const seen = [frame.version, width, height, frame.bounds[0], Math.floor(frame.now / pixel), frame.theme.colors.bg].join();
    if (seen !== this.drawn) {
      this.drawn = seen;
      this.#paint(frame, width, height);
    }
    const left = xOf(this.bounds, width, frame.view[0]);
    const right = xOf(this.bounds, width, frame.view[1]);
    this.brush.style.left = `${left}px`;
    this.brush.style.width = `${Math.max(4, right - left)}px`;
    this.brush.classList.toggle("is-whole", right - left >= width - 1);
    this.head.hidden = frame.playhead === null;
    if (frame.playhead !== null) this.head.style.left = `${xOf(this.bounds, width, frame.playhead)}px`;
  }

  #paint({ table, theme, order, now, bounds }, width, height) {
    const context = sharpContext(this.canvas, width, height);
    context.clearRect(0, 0, width, height);
    const room = height - 2 * INSET;
    const pitch = Math.min(4, room / Math.max(order.length, 1));
    const thick = Math.max(1, Math.min(2, pitch));
    const failures = [];
    for (let k = 0; k < order.length; k += 1) {
      const row = order[k];
      if (table.has(row, MISSING)) continue;
      const [start, end] = table.extent(row, now);
      const x = xOf(bounds, width, start);
      const w = Math.max(1, xOf(bounds, width, end) - x);
      context.fillStyle = theme.colors[tintOf(table.kindOf(row))];
      context.globalAlpha = w > width / 3 ? 0.45 : 0.85;
      context.fillRect(x, INSET + k * pitch, w, thick);
      if (table.has(row, FAILED)) failures.push([x + w, INSET + k * pitch]);
    }
    context.globalAlpha = 1;
    context.fillStyle = theme.colors.failed;
    for (const [x, y] of failures) context.fillRect(x - 1, Math.max(0, y - 2), 2, 5);
  }

  #part(x) {
    const left = xOf(this.bounds, this.width, this.view[0]);
    const right = xOf(this.bounds, this.width, this.view[1]);
    if (Math.abs(x - left) < EDGE) return "start";
    if (Math.abs(x - right) < EDGE) return "end";
    const whole = right - left >= this.width - 1;
    return !whole && x > left && x < right ? "move" : "new";
  }

  #pointAt(event) {
    if (event.buttons || !this.bounds) return;
    const part = this.#part(event.clientX - this.box.getBoundingClientRect().left);
    this.box.dataset.part = part;
  }

  #grab(event) {
    if (event.button !== 0 || !this.bounds) return;
    const left = this.box.getBoundingClientRect().left;
    const from = event.clientX - left;
    const part = this.#part(from);
    const view = this.view;
    const time = (x) => timeOf(this.bounds, this.width, Math.min(Math.max(0, x), this.width));
    const move = (moved) => {
      const t = time(moved.clientX - left);
      if (part === "move") this.onView(clampView(view.map((edge) => edge + t - time(from)), this.bounds));
      else if (Math.abs(moved.clientX - left - from) > 2) this.onView(spanned(part, view, time(from), t, this.bounds));
    };
    const end = () => {
      this.box.removeEventListener("pointermove", move);
    };
    this.box.setPointerCapture(event.pointerId);
    this.box.addEventListener("pointermove", move);
    this.box.addEventListener("lostpointercapture", end, { once: true });
  }
}

function spanned(part, view, from, to, bounds) {
  const fixed = part === "start" ? view[1] : part === "end" ? view[0] : from;
  return clampView([Math.min(fixed, to), Math.max(fixed, to)], bounds);
}
