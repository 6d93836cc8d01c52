// The time axis: a view [t0, t1] inside bounds [a, b], zoom at a point, pan, ticks. Pure.
// Times are nanoseconds since the mission's base, as numbers.

const STEPS = timeSteps();

function timeSteps() {
  const steps = [];
  for (let unit = 1; unit < 1e9; unit *= 10) steps.push(unit, 2 * unit, 5 * unit);
  for (const s of [1, 2, 5, 10, 15, 30]) steps.push(s * 1e9);
  for (const m of [1, 2, 5, 10, 15, 30]) steps.push(m * 60e9);
  for (const h of [1, 2, 3, 6, 12]) steps.push(h * 3600e9);
  for (let day = 1; day < 1e5; day *= 10) steps.push(day * 86400e9, 2 * day * 86400e9, 5 * day * 86400e9);
  return steps;
}

export const SHORTEST_VIEW = 100;

/** Bounds with room at the right for labels, never empty. */
export function padBounds([a, b], share = 0.04) {
  const length = Math.max(b - a, 1e6);
  return [a, a + length * (1 + share)];
}

export const xOf = (view, width, t) => ((t - view[0]) / (view[1] - view[0])) * width;
export const timeOf = (view, width, x) => view[0] + (x / width) * (view[1] - view[0]);

/** The view moved and cut so that it lies inside the bounds and is not shorter than SHORTEST_VIEW. */
export function clampView([t0, t1], [a, b]) {
  const length = Math.min(Math.max(t1 - t0, SHORTEST_VIEW), b - a);
  const start = Math.min(Math.max(t0, a), b - length);
  return [start, start + length];
}

/** The view scaled by `factor` (< 1 zooms in); the time `t` stays where it is on the screen. */
export function zoomAt(view, t, factor, bounds) {
  const length = Math.min(Math.max((view[1] - view[0]) * factor, SHORTEST_VIEW), bounds[1] - bounds[0]);
  const share = (t - view[0]) / (view[1] - view[0]);
  return clampView([t - share * length, t - share * length + length], bounds);
}

export const pan = (view, delta, bounds) => clampView([view[0] + delta, view[1] + delta], bounds);

/** A view that shows [start, end] with a margin at both sides. */
export function fit(start, end, bounds, margin = 0.08) {
  const length = Math.max(end - start, SHORTEST_VIEW);
  return clampView([start - length * margin, start + length * (1 + margin)], bounds);
}

/** The distance of two ticks so that each has at least `gap` pixels. */
export function tickStep(view, width, gap = 110) {
  const least = ((view[1] - view[0]) / Math.max(width, 1)) * gap;
  return STEPS.find((step) => step >= least) ?? STEPS[STEPS.length - 1];
}

/** Times of the ticks inside the view, counted from `origin`. */
export function ticks(view, step, origin = 0) {
  const found = [];
  for (let i = Math.ceil((view[0] - origin) / step); origin + i * step <= view[1]; i += 1) found.push(origin + i * step);
  return found;
}
