import assert from "node:assert/strict";
import { test } from "node:test";

import { figureOf, namesOf, nearest } from "../../../static/js/dashboards/figure.js";
import { scaleOf } from "../../../static/js/dashboards/scale.js";

const theme = { text: "t", dim: "d", line: "l", raised: "r", sans: "s", hues: ["one", "two"], statuses: { failed: "red" } };
const series = (label, values, more = {}) => ({ label, status: label, labels: {}, previous: null, points: values.map((value, at) => [at * 60_000, value, String(value)]), ...more });
const panel = (more = {}) => ({ shape: "lines", unit: "", step_s: 60, since_ms: 0, until_ms: 180_000, series: [], ...more });

test("a line keeps its gaps and shows a value that stands alone", () => {
  const { data } = figureOf(panel({ series: [series("a", [1, null, 3]), series("b", [1, 2, 3])] }), theme);
  assert.deepEqual(data[0].y, [1, null, 3]);
  assert.equal(data[0].connectgaps, false);
  assert.deepEqual(data.map(({ mode }) => mode), ["lines+markers", "lines"]);
});

test("colours follow the place of a name, but a status has its own", () => {
  const shown = panel({ series: [series("a", [1]), series("failed", [1]), series("c", [1])] });
  const { data } = figureOf(shown, theme, new Map([["a", 1], ["c", 2]]));
  assert.deepEqual(data.map(({ line }) => [line.color, line.dash]), [["two", "solid"], ["red", "solid"], ["one", "dash"]]);
  assert.deepEqual(namesOf(shown, theme), ["a", "c"]);
});

test("bars stand in the middle of their step", () => {
  const { data, layout } = figureOf(panel({ shape: "bars", series: [series("a", [1, 2])] }), theme);
  assert.equal(data[0].type, "bar");
  assert.deepEqual(data[0].x, [30_000, 90_000]);
  assert.equal(layout.barmode, "stack");
});

test("the period before lies under its series, dotted, and is never what was clicked", () => {
  const { data } = figureOf(panel({ series: [series("a", [1, 2, 3], { previous: [[0, 5, "5"]] })] }), theme);
  assert.deepEqual(data.map(({ meta }) => meta.isBefore), [true, false]);
  assert.equal(data[0].line.dash, "dot");
  const points = data.map((trace) => ({ data: trace, y: trace.y[0], pointIndex: 0 }));
  assert.equal(nearest(points, 5).data.meta.isBefore, false);
});

test("nearest gives the series closest to the pointer, and nothing where there are only gaps", () => {
  const at = (label, y) => ({ data: { meta: { label, isBefore: false } }, y });
  assert.equal(nearest([at("low", 1), at("high", 9)], 7).data.meta.label, "high");
  assert.equal(nearest([at("gap", null)], 7), null);
});

test("an axis takes the unit that its largest value reads best in", () => {
  const of = (unit, ...values) => scaleOf({ unit, series: [{ points: values.map((value) => [0, value]), previous: null }] });
  assert.deepEqual([of("s", 0.004).suffix, of("s", 0.004).unit], [" ms", 0.001]);
  assert.deepEqual([of("s", 90).suffix, of("s", 90).unit], [" min", 60]);
  assert.equal(of("s").suffix, " s");
  assert.equal(of("s", 1.1).suffix, " s");
  assert.equal(of("bytes", 2_500_000).suffix, " MB");
  assert.equal(of("USD", 3).prefix, "$");
  assert.equal(of("ratio", 0.01).format, ".1%");
  assert.equal(of("ratio", 0).format, ".0%");
  assert.equal(of("", 20_000).format, "~s");
});
