// The pointer on the timeline: select, fold, hover, drag to pan, wheel to zoom, the border of the names column.

import { pan, timeOf, zoomAt } from "../lib/scale.js";

const DRAG_FROM = 4;
const WIDTH_KEY = "mission.names-width";

export function bindPointer(timeline) {
  const { scroller, tree, bars, stage } = timeline.parts;
  scroller.addEventListener("wheel", (event) => onWheel(timeline, event), { passive: false });
  tree.addEventListener("click", (event) => {
    const row = Number(event.target.closest("[data-row]")?.dataset.row ?? -1);
    if (row < 0) return;
    if (event.target.closest(".tl-toggle.is-open, .tl-toggle.is-closed")) timeline.toggle(row);
    else timeline.select(row);
  });
  tree.addEventListener("dblclick", (event) => {
    const row = Number(event.target.closest("[data-row]")?.dataset.row ?? -1);
    if (row >= 0 && !event.target.closest(".tl-toggle")) timeline.fitRow(row);
  });
  stage.addEventListener("pointermove", (event) => onHover(timeline, event));
  stage.addEventListener("pointerleave", () => unhover(timeline));
  bars.addEventListener("pointerdown", (event) => onPress(timeline, event));
  bars.addEventListener("dblclick", (event) => {
    const row = rowAt(timeline, event);
    if (row >= 0) timeline.fitRow(row);
  });
  bindSplitter(timeline);
}

/** The row under the pointer, -1 below the last. */
function rowAt(timeline, event) {
  const { frame, parts } = timeline;
  const y = event.clientY - parts.stage.getBoundingClientRect().top + frame.shift;
  const k = frame.first + Math.floor(y / frame.rowHeight);
  return k >= 0 && k < frame.rows.length ? frame.rows[k] : -1;
}

function timeAt(timeline, event) {
  const { frame, parts } = timeline;
  return timeOf(frame.view, frame.width, event.clientX - parts.bars.getBoundingClientRect().left);
}

function onWheel(timeline, event) {
  const { frame } = timeline;
  if (!frame) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    timeline.setView(zoomAt(frame.view, timeAt(timeline, event), Math.exp(clampDelta(event.deltaY) * 0.0032), frame.bounds));
    return;
  }
  const sideways = event.shiftKey ? event.deltaY : event.deltaX;
  if (sideways && Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
    event.preventDefault();
    timeline.setView(pan(frame.view, (sideways / frame.width) * (frame.view[1] - frame.view[0]), frame.bounds));
  }
}

const clampDelta = (delta) => Math.min(Math.max(delta, -240), 240);

function onHover(timeline, event) {
  const { frame, parts } = timeline;
  if (!frame || event.buttons) return;
  const onBars = event.target === parts.bars;
  timeline.hovered = rowAt(timeline, event);
  timeline.pointer = onBars ? timeAt(timeline, event) : null;
  const box = parts.body.getBoundingClientRect();
  if (timeline.hovered >= 0 && onBars) {
    timeline.tooltip.show(frame, timeline.hovered, timeline.pointer, { x: event.clientX - box.left, y: event.clientY - box.top });
  } else {
    timeline.tooltip.hide();
  }
  timeline.invalidate();
}

function unhover(timeline) {
  timeline.hovered = -1;
  timeline.pointer = null;
  timeline.tooltip.hide();
  timeline.invalidate();
}

/** A press that does not move selects; one that moves drags the view in both directions. */
function onPress(timeline, event) {
  if (event.button !== 0) return;
  const { bars, scroller, tree } = timeline.parts;
  const from = { x: event.clientX, y: event.clientY, view: timeline.frame.view, top: scroller.scrollTop };
  let dragged = false;
  const move = (moved) => {
    if (!dragged && Math.hypot(moved.clientX - from.x, moved.clientY - from.y) < DRAG_FROM) return;
    dragged = true;
    bars.classList.add("is-dragged");
    timeline.tooltip.hide();
    const { width, bounds } = timeline.frame;
    const length = from.view[1] - from.view[0];
    timeline.setView(pan(from.view, ((from.x - moved.clientX) / width) * length, bounds));
    scroller.scrollTop = from.top + from.y - moved.clientY;
  };
  bars.setPointerCapture(event.pointerId);
  bars.addEventListener("pointermove", move);
  bars.addEventListener("lostpointercapture", (ended) => {
    bars.removeEventListener("pointermove", move);
    bars.classList.remove("is-dragged");
    if (dragged) return;
    const row = rowAt(timeline, ended);
    if (row >= 0) timeline.select(row);
    tree.focus({ preventScroll: true });
  }, { once: true });
}

function bindSplitter(timeline) {
  const { box, splitter, names } = timeline.parts;
  const setWidth = (width) => box.style.setProperty("--names-width", `${Math.round(width)}px`);
  const kept = Number(localStorage.getItem(WIDTH_KEY));
  if (kept) setWidth(kept);
  splitter.addEventListener("pointerdown", (event) => {
    const from = event.clientX - names.offsetWidth;
    const move = (moved) => {
      setWidth(Math.min(Math.max(moved.clientX - from, 120), box.clientWidth * 0.7));
      timeline.invalidate();
    };
    splitter.setPointerCapture(event.pointerId);
    splitter.addEventListener("pointermove", move);
    splitter.addEventListener("lostpointercapture", () => {
      splitter.removeEventListener("pointermove", move);
      localStorage.setItem(WIDTH_KEY, names.offsetWidth);
    }, { once: true });
  });
}
