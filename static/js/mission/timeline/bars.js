// One frame of bars on a canvas: a row is a band, a band has at most one bar. Draws what it is told, keeps nothing.

import { FAILED, MISSING, NO_START, OPEN, REPLACED, SETTLED, SILENT, WAITING, WARNED } from "../lib/flags.js";
import { took } from "../lib/clock.js";
import { tintOf } from "../lib/kinds.js";
import { clipTo } from "../lib/previews.js";
import { xOf } from "../lib/scale.js";
import { hasFailed, isLater, wasOpen } from "./then.js";
import { formatTokens } from "../../lib/formats.js";

const BAR = 12;
const GAP = 6;
const QUIET = new Set(["agent", "step", "other"]);

/** Draws the rows first…last of `frame.rows`. `frame`: see Timeline.frame(). */
export function drawBars(context, frame) {
  const { width, height, theme } = frame;
  context.clearRect(0, 0, width, height);
  drawGrid(context, frame);
  context.font = `11px ${theme.mono}`;
  context.textBaseline = "middle";
  for (let k = frame.first; k < frame.last; k += 1) {
    drawRow(context, frame, frame.rows[k], (k - frame.first) * frame.rowHeight - frame.shift);
  }
  drawLater(context, frame);
  drawLines(context, frame);
}

function drawGrid(context, { width, height, theme, view, ticks }) {
  context.fillStyle = theme.colors.line;
  context.globalAlpha = 0.55;
  for (const t of ticks) context.fillRect(Math.round(xOf(view, width, t)), 0, 1, height);
  context.globalAlpha = 1;
}

function drawRow(context, frame, row, y) {
  const { width, theme, rowHeight } = frame;
  if (row === frame.selected || row === frame.hovered) {
    context.fillStyle = row === frame.selected ? theme.colors.selected : theme.colors.hover;
    context.globalAlpha = row === frame.selected ? 0.85 : 0.6;
    context.fillRect(0, y, width, rowHeight);
    context.globalAlpha = 1;
  }
  context.fillStyle = theme.colors.line;
  context.globalAlpha = 0.5;
  context.fillRect(0, y + rowHeight - 1, width, 1);
  context.globalAlpha = 1;
  drawBar(context, frame, row, y + Math.floor((rowHeight - BAR) / 2));
}

function drawBar(context, frame, row, y) {
  const { table, view, width, now } = frame;
  const [start, end] = table.extent(row, now);
  if (Number.isNaN(start) && Number.isNaN(end)) return;
  const x0 = xOf(view, width, start);
  const x1 = Math.max(x0 + 2, xOf(view, width, end));
  if (x1 < 0 || x0 > width) {
    drawPointer(context, frame, row, y, x1 < 0);
    return;
  }
  const left = Math.max(x0, -4);
  const box = { left, right: Math.min(x1, width + 4), y, x0, x1 };
  if (table.has(row, MISSING)) drawMissing(context, frame, box);
  else if (table.has(row, WAITING)) drawWaiting(context, frame, row, box);
  else drawKnown(context, frame, row, box);
  drawLabel(context, frame, row, box);
}

function drawKnown(context, frame, row, { left, right, y, x0, x1 }) {
  const { table, theme } = frame;
  const failed = hasFailed(frame, row);
  const tint = tintOf(table.kindOf(row));
  const color = theme.colors[tint];
  const open = table.has(row, OPEN) || wasOpen(frame, row);
  context.fillStyle = open ? theme.hatch(context, color) : color;
  const thin = table.has(row, REPLACED) ? 3 : 0;
  context.globalAlpha = open ? 0.85 : QUIET.has(tint) && frame.size[row] > 1 ? 0.38 : 0.82;
  roundedBox(context, left, y + thin, right - left, BAR - 2 * thin);
  context.globalAlpha = 1;
  drawWaitForToken(context, frame, row, { left, right, y, x0, x1 });
  if (table.has(row, NO_START)) outline(context, theme.colors.dim, left, y, right - left);
  if (failed) {
    context.fillStyle = table.has(row, SETTLED) ? theme.colors.waiting : theme.colors.failed;
    context.fillRect(Math.min(x1, frame.width - 3) - 1, y - 3, 3, BAR + 6);
  }
  for (const [from, to] of frame.critical.get(row) ?? []) drawCritical(context, frame, from, to, y + BAR + 2);
}

/** The part of a model call before its first token is paler. */
function drawWaitForToken(context, { table, theme, view, width }, row, { left, right, y }) {
  const wait = table.calls.get(row)?.ttft;
  if (!wait) return;
  const until = Math.min(right, xOf(view, width, table.start[row] + wait));
  if (until - left < 2) return;
  context.fillStyle = theme.colors.bg;
  context.globalAlpha = 0.5;
  context.fillRect(left, y, until - left, BAR);
  context.globalAlpha = 1;
}

function drawCritical(context, { view, width, theme }, from, to, y) {
  const a = Math.max(0, xOf(view, width, from));
  const b = Math.min(width, xOf(view, width, to));
  if (b <= a) return;
  context.fillStyle = theme.colors.text;
  context.globalAlpha = 0.75;
  context.fillRect(a, y, Math.max(1, b - a), 2);
  context.globalAlpha = 1;
}

/** A step that was made and has not begun is an empty bar. */
function drawWaiting(context, { table, theme }, row, { left, right, y }) {
  context.save();
  context.strokeStyle = theme.colors[tintOf(table.kindOf(row))];
  context.globalAlpha = 0.55;
  context.setLineDash([2, 3]);
  context.strokeRect(left + 0.5, y + 2.5, Math.max(6, right - left - 1), BAR - 5);
  context.restore();
}

function drawMissing(context, { theme }, { left, right, y }) {
  context.save();
  context.strokeStyle = theme.colors.failed;
  context.setLineDash([3, 2]);
  context.strokeRect(left + 0.5, y + 0.5, Math.max(18, right - left), BAR - 1);
  context.restore();
}

function outline(context, color, x, y, w) {
  context.strokeStyle = color;
  context.strokeRect(x - 0.5, y - 0.5, Math.max(3, w), BAR + 1);
}

/** A bar that lies outside the view leaves a small arrow at that edge. */
function drawPointer(context, frame, row, y, toLeft) {
  const { width, theme, table } = frame;
  const middle = y + BAR / 2;
  const tip = toLeft ? 4 : width - 4;
  const back = toLeft ? 9 : width - 9;
  context.fillStyle = hasFailed(frame, row) ? theme.colors.failed : theme.colors[tintOf(table.kindOf(row))];
  context.globalAlpha = 0.8;
  context.beginPath();
  context.moveTo(tip, middle);
  context.lineTo(back, middle - 4);
  context.lineTo(back, middle + 4);
  context.fill();
  context.globalAlpha = 1;
}

function drawLabel(context, frame, row, bar) {
  const whole = labelOf(frame, row);
  if (!whole) return;
  const { y } = bar;
  const { theme } = frame;
  const measure = (some) => context.measureText(some).width;
  const rooms = roomsOf(frame, row, bar);
  const room = rooms.find((each) => measure(whole) <= each.wide) ?? rooms.reduce((most, each) => (each.wide > most.wide ? each : most));
  const text = measure(whole) <= room.wide ? whole : clipTo(whole, room.wide, measure);
  if (!text) return;
  const w = measure(text);
  const x = room.isAfter ? room.from : room.from + room.wide - w;
  if (room.isInside && frame.table.has(row, OPEN)) {
    context.fillStyle = theme.colors.bg;
    context.globalAlpha = 0.72;
    roundedBox(context, x - 4, y, w + 8, BAR);
    context.globalAlpha = 1;
  }
  context.fillStyle = room.isInside ? theme.colors.text : hasFailed(frame, row) ? theme.colors.failed : theme.colors.dim;
  context.fillText(text, x, y + BAR / 2 + 0.5);
  if (room.isAfter) drawPreview(context, frame, row, x + w + 3 * GAP, y);
}

/** Where a bar's label may stand, best first: behind it, before it, inside it at its end. */
function roomsOf({ table, width }, row, { left, right, x1 }) {
  const after = Math.max(x1, left + (table.has(row, MISSING) ? 18 : 0)) + GAP;
  return [
    { from: after, wide: width - 4 - after, isAfter: true },
    { from: 4, wide: left - GAP - 4 },
    { from: left + GAP, wide: Math.min(right, width) - 2 * GAP - left, isInside: true },
  ];
}

/** What was said or done, quietly, where the row has room for it behind its label. */
function drawPreview(context, frame, row, x, y) {
  const { width, theme } = frame;
  const font = context.font;
  context.font = `11.5px ${theme.sans}`;
  const text = clipTo(frame.previewOf(row), width - x - GAP, (some) => context.measureText(some).width);
  context.fillStyle = theme.colors.dim;
  context.globalAlpha = 0.9;
  if (text) context.fillText(text, x, y + BAR / 2 + 0.5);
  context.globalAlpha = 1;
  context.font = font;
}

function labelOf(frame, row) {
  const { table, now, running, playhead } = frame;
  if (table.has(row, MISSING)) return "has not arrived";
  if (isLater(frame, row)) return "";
  if (wasOpen(frame, row)) return `open for ${took(playhead - table.start[row])}`;
  if (table.has(row, NO_START)) return "no start";
  const [start, end] = table.extent(row, now);
  const length = took(end - start);
  if (table.has(row, WAITING)) return running ? `waits ${length}` : "never began";
  if (table.has(row, REPLACED) && !table.has(row, FAILED)) return "became a plan";
  if (table.has(row, OPEN)) return running ? `running ${length}` : "never ended";
  const note = table.notes.get(row);
  if (table.has(row, FAILED)) return note ? `${length}  ${clip(note)}` : length;
  if (table.has(row, SILENT)) return `${length}  says ok`;
  const call = table.calls.get(row);
  if (call && call.input !== null) return `${length}  ${formatTokens(call.input)}→${formatTokens(call.output)}`;
  return table.has(row, WARNED) ? `${length}  ⚠` : length;
}

const clip = (text) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

function roundedBox(context, x, y, w, h) {
  context.beginPath();
  context.roundRect(x, y, w, h, Math.min(2.5, w / 2));
  context.fill();
}

/** What has not happened at the playhead is veiled. */
function drawLater(context, { view, width, height, theme, playhead }) {
  if (playhead === null) return;
  const x = Math.max(0, xOf(view, width, playhead));
  if (x >= width) return;
  context.fillStyle = theme.colors.bg;
  context.globalAlpha = 0.62;
  context.fillRect(x, 0, width - x, height);
  context.globalAlpha = 1;
}

function drawLines(context, { view, width, height, theme, playhead, pointer, now, running }) {
  if (running && playhead === null) drawLine(context, xOf(view, width, now), height, width, theme.colors.ok, 0.7);
  if (pointer !== null) drawLine(context, xOf(view, width, pointer), height, width, theme.colors.dim, 0.5);
  if (playhead !== null) drawLine(context, xOf(view, width, playhead), height, width, theme.colors.accent, 1);
}

function drawLine(context, x, height, width, color, alpha) {
  if (x < 0 || x > width) return;
  context.fillStyle = color;
  context.globalAlpha = alpha;
  context.fillRect(Math.round(x), 0, 1, height);
  context.globalAlpha = 1;
}
