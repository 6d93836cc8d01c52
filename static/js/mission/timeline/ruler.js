// The ruler above the bars: times from the start, the moment under the pointer, the playhead's handle.

import { clock, tickLabel } from "../lib/clock.js";
import { xOf } from "../lib/scale.js";
import { sharpContext } from "../dom.js";

/** Draws a frame (Timeline.frame()) on the ruler's canvas. */
export function drawRuler(canvas, frame, height) {
  const { width, theme, view, ticks, step } = frame;
  const context = sharpContext(canvas, width, height);
  context.clearRect(0, 0, width, height);
  context.font = `11px ${theme.mono}`;
  context.textBaseline = "middle";
  context.fillStyle = theme.colors.dim;
  const taken = frame.pointer === null ? null : chipBox(context, frame);
  for (const t of ticks) drawTick(context, frame, t, step, height, taken);
  if (taken) drawChip(context, frame, taken, height);
  if (view[0] > frame.bounds[0]) fadeEdge(context, frame, height);
}

function drawTick(context, { view, width, table, theme }, t, step, height, taken) {
  const x = Math.round(xOf(view, width, t));
  const text = t === 0 ? clock(table.absolute(0)) : tickLabel(t, step);
  const w = context.measureText(text).width;
  context.fillStyle = theme.colors.line;
  context.fillRect(x, height - 6, 1, 6);
  if (x + 5 + w > width || (taken && x + 5 < taken.right && x + 5 + w > taken.left)) return;
  context.fillStyle = theme.colors.dim;
  context.fillText(text, x + 5, height / 2);
}

function chipBox(context, frame) {
  const text = `${tickLabel(frame.pointer, frame.step / 100)}  ${clock(frame.table.absolute(frame.pointer), { millis: frame.step < 1e9 })}`;
  const w = context.measureText(text).width + 12;
  const x = xOf(frame.view, frame.width, frame.pointer);
  const left = Math.min(Math.max(0, x - w / 2), frame.width - w);
  return { text, left, right: left + w };
}

function drawChip(context, { theme }, { text, left, right }, height) {
  context.fillStyle = theme.colors.raised;
  context.strokeStyle = theme.colors["line-strong"];
  context.beginPath();
  context.roundRect(left + 0.5, 4.5, right - left - 1, height - 9, 4);
  context.fill();
  context.stroke();
  context.fillStyle = theme.colors.text;
  context.fillText(text, left + 6, height / 2);
}

function fadeEdge(context, { theme }, height) {
  const fade = context.createLinearGradient(0, 0, 14, 0);
  fade.addColorStop(0, theme.colors.bg);
  fade.addColorStop(1, "transparent");
  context.fillStyle = fade;
  context.fillRect(0, 0, 14, height);
}
