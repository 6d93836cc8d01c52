// The playhead on the ruler: click or drag to set, arrows to move, Delete or double click to take away.

import { clock } from "../lib/clock.js";
import { timeOf, xOf } from "../lib/scale.js";

export function bindPlayhead(timeline) {
  const { rulerBox, ruler, handle } = timeline.parts;
  const set = (event) => {
    const { view, width } = timeline.frame;
    const x = Math.min(Math.max(0, event.clientX - ruler.getBoundingClientRect().left), width);
    const [from, to] = timeline.spans.bounds();
    timeline.state.set({ at: Math.min(Math.max(timeOf(view, width, x), from), to), isPlaying: false }, "timeline");
  };
  rulerBox.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !timeline.frame) return;
    rulerBox.setPointerCapture(event.pointerId);
    set(event);
    rulerBox.addEventListener("pointermove", set);
    rulerBox.addEventListener("lostpointercapture", () => rulerBox.removeEventListener("pointermove", set), { once: true });
  });
  rulerBox.addEventListener("dblclick", () => timeline.state.set({ at: null, isPlaying: false }, "timeline"));
  handle.addEventListener("keydown", (event) => onKey(timeline, event));
}

function onKey(timeline, event) {
  const { state, frame, spans } = timeline;
  const step = (frame.view[1] - frame.view[0]) / (event.shiftKey ? 10 : 100);
  const [from, to] = spans.bounds();
  const at = state.get("at") ?? to;
  const target = { ArrowLeft: at - step, ArrowRight: at + step, Home: from, End: to }[event.key];
  if (event.key === "Delete" || event.key === "Backspace") state.set({ at: null });
  else if (target !== undefined) state.set({ at: Math.min(Math.max(target, from), to) }, "timeline");
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Puts the handle where the playhead is; without one it rests at the end. */
export function drawHandle(handle, { playhead, view, width, bounds, now, table }) {
  const at = playhead ?? now;
  const x = xOf(view, width, at);
  handle.hidden = x < -1 || x > width + 1;
  handle.classList.toggle("is-resting", playhead === null);
  handle.style.transform = `translateX(${Math.round(x)}px)`;
  handle.setAttribute("aria-valuemax", Math.round((bounds[1] - bounds[0]) / 1e6));
  handle.setAttribute("aria-valuenow", Math.round((at - bounds[0]) / 1e6));
  handle.setAttribute("aria-valuetext", playhead === null ? "now" : clock(table.absolute(at), { millis: true }));
}
