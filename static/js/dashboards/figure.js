// What Plotly is to draw for a panel's answer. Pure: no page, no Plotly.
//
// An answer: {shape, unit, step_s, since_ms, until_ms, series: [{label, labels, status, points: [[ms, value]], previous}]}.
// A theme: {text, dim, line, raised, sans, hues: [colour], statuses: {word: colour}}.

import { scaleOf } from "./scale.js";

/** {data, layout, config} of a panel. */
export function figureOf(panel, theme, places = new Map()) {
  const scale = scaleOf(panel);
  const data = panel.series.flatMap((series) => {
    const hue = hueOf(series, places, theme);
    const drawn = [panel.shape === "bars" ? bars(panel, series, hue, scale) : line(series, hue, scale)];
    if (series.previous) drawn.unshift(before(series, hue.colour, scale));
    return drawn;
  });
  return { data, layout: layoutOf(panel, theme, scale), config: { displayModeBar: false, responsive: false, doubleClick: false } };
}

/** {colour, isDashed}. A status, a severity and a percentile have colours of their own, other names their place's. */
export function hueOf(series, places, theme) {
  const own = theme.statuses[series.status];
  if (own) return { colour: own, isDashed: false };
  const place = places.get(series.label) ?? 0;
  return { colour: theme.hues[place % theme.hues.length], isDashed: place >= theme.hues.length };
}

/** The names of a panel that need a place. */
export function namesOf(panel, theme) {
  return panel.series.filter(({ status }) => !theme.statuses[status]).map(({ label }) => label);
}

/** The series nearest to where somebody pointed, of those with a value there: its place in the answer. */
export function nearest(points, value) {
  let best = null;
  for (const point of points) {
    if (point.data.meta.isBefore || point.y === null) continue;
    const distance = Math.abs(point.y - value);
    if (!best || distance < best.distance) best = { distance, point };
  }
  return best?.point ?? null;
}

function line(series, { colour, isDashed }, scale) {
  return {
    type: "scatter",
    mode: hasLonePoints(series.points) ? "lines+markers" : "lines",
    name: series.label,
    meta: { label: series.label, isBefore: false },
    x: series.points.map(([ms]) => ms),
    y: series.points.map(([, value]) => scaled(value, scale)),
    customdata: series.points.map(([, , words]) => words),
    line: { color: colour, width: 1.75, dash: isDashed ? "dash" : "solid" },
    marker: { color: colour, size: 4 },
    connectgaps: false,
    hovertemplate: "%{customdata}<extra>%{meta.label}</extra>",
  };
}

function bars(panel, series, { colour, isDashed }, scale) {
  const half = (panel.step_s * 1000) / 2;
  return {
    type: "bar",
    name: series.label,
    meta: { label: series.label, isBefore: false },
    x: series.points.map(([ms]) => ms + half),
    y: series.points.map(([, value]) => scaled(value, scale)),
    customdata: series.points.map(([, , words]) => words),
    marker: { color: colour, pattern: { shape: isDashed ? "/" : "" } },
    hovertemplate: "%{customdata}<extra>%{meta.label}</extra>",
  };
}

/** The period before, moved onto this one. */
function before(series, colour, scale) {
  return {
    type: "scatter",
    mode: "lines",
    name: series.label,
    meta: { label: series.label, isBefore: true },
    x: series.previous.map(([ms]) => ms),
    y: series.previous.map(([, value]) => scaled(value, scale)),
    customdata: series.previous.map(([, , words]) => words),
    line: { color: colour, width: 1, dash: "dot" },
    opacity: 0.6,
    connectgaps: false,
    hovertemplate: "%{customdata}<extra>%{meta.label}, before</extra>",
  };
}

function layoutOf(panel, theme, scale) {
  const font = { family: theme.sans, size: 11, color: theme.dim };
  return {
    autosize: true,
    margin: { l: 52, r: 6, t: 8, b: 22 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font,
    showlegend: false,
    barmode: "stack",
    bargap: 0.18,
    dragmode: "zoom",
    hovermode: "x unified",
    hoverlabel: { bgcolor: theme.raised, bordercolor: theme.line, font: { ...font, color: theme.text }, namelength: 40 },
    xaxis: {
      type: "date",
      range: [panel.since_ms, panel.until_ms],
      showgrid: false,
      linecolor: theme.line,
      ticks: "",
      nticks: 6,
      tickformatstops: TICKS,
      hoverformat: panel.step_s < 86_400 ? "%b %-d, %H:%M UTC" : "%b %-d",
    },
    yaxis: {
      gridcolor: theme.line,
      zeroline: false,
      rangemode: "tozero",
      fixedrange: true,
      nticks: 4,
      ticksuffix: scale.suffix,
      tickprefix: scale.prefix,
      tickformat: scale.format,
      separatethousands: true,
    },
  };
}

const TICKS = [
  { dtickrange: [null, 86_400_000 - 1], value: "%H:%M" },
  { dtickrange: [86_400_000, null], value: "%b %-d" },
];

function scaled(value, scale) {
  return value === null ? null : value / scale.unit;
}

/** A value between two gaps would not be seen as a line. */
function hasLonePoints(points) {
  return points.some(([, value], at) => value !== null && (points[at - 1]?.[1] ?? null) === null && (points[at + 1]?.[1] ?? null) === null);
}
