import assert from "node:assert/strict";
import { test } from "node:test";

import { readAddress, spanKey, parseKey, writeAddress } from "../../../static/js/mission/lib/address.js";
import { clock, tickLabel, took } from "../../../static/js/mission/lib/clock.js";
import { clampView, fit, padBounds, pan, SHORTEST_VIEW, tickStep, ticks, timeOf, xOf, zoomAt } from "../../../static/js/mission/lib/scale.js";
import { scrollTo, windowOf } from "../../../static/js/mission/lib/window.js";

const BOUNDS = [0, 1000e9];

test("zooming keeps the moment under the pointer where it is", () => {
  const view = zoomAt([0, 1000e9], 250e9, 0.5, BOUNDS);
  assert.deepEqual(view, [125e9, 625e9]);
  assert.equal(xOf(view, 800, 250e9), 200);
  assert.equal(timeOf(view, 800, 200), 250e9);
});

test("a view never leaves the bounds, and never becomes nothing", () => {
  assert.deepEqual(pan([100e9, 200e9], -500e9, BOUNDS), [0, 100e9]);
  assert.deepEqual(pan([100e9, 200e9], 5000e9, BOUNDS), [900e9, 1000e9]);
  assert.deepEqual(zoomAt([0, 1000e9], 10e9, 4, BOUNDS), BOUNDS);
  const tiny = zoomAt([10, 20], 15, 1e-9, BOUNDS);
  assert.ok(Math.abs(tiny[1] - tiny[0] - SHORTEST_VIEW) < 1e-6);
  assert.deepEqual(clampView([-5, 3000e9], BOUNDS), BOUNDS);
});

test("a span is fitted with room at both sides; a mission of no length still has an axis", () => {
  assert.deepEqual(fit(100e9, 200e9, BOUNDS), [92e9, 208e9]);
  assert.deepEqual(padBounds([5, 5], 0), [5, 5 + 1e6]);
});

test("ticks are round and far enough apart at every scale", () => {
  for (let length = 1e3; length < 1e17; length *= 7) {
    const view = [0, length];
    const step = tickStep(view, 900, 110);
    assert.ok(xOf(view, 900, step) >= 110 || step >= 5 * 86400e9 * 1e4, `length ${length}`);
    assert.ok(ticks(view, step).length <= 9);
  }
  assert.equal(tickStep([0, 240e9], 900), 30e9);
  assert.deepEqual(ticks([25e9, 100e9], 30e9), [30e9, 60e9, 90e9]);
});

test("ticks read in the words of their scale", () => {
  assert.equal(tickLabel(0, 1e9), "0");
  assert.equal(tickLabel(90e9, 30e9), "+1 m 30 s");
  assert.equal(tickLabel(120e9, 60e9), "+2 m");
  assert.equal(tickLabel(2.5e9, 5e8), "+2.5 s");
  assert.equal(tickLabel(60.5e9, 5e8), "+1 m 0.5 s");
  assert.equal(tickLabel(7200e9, 3600e9), "+2 h");
  assert.equal(tickLabel(26 * 3600e9, 3600e9), "+1 d 02 h");
  assert.equal(tickLabel(-5e6, 1e6), "−5 ms");
  assert.equal(took(NaN), "–");
  assert.equal(took(4.18e9), "4.18 s");
  assert.equal(clock("1700000000123000000", { millis: true }), "22:13:20.123");
});

test("only the rows on the screen are drawn, whatever the length of the list", () => {
  assert.deepEqual(windowOf({ scrollTop: 0, height: 100, rowHeight: 24, count: 3 }), { first: 0, last: 3, shift: 0 });
  assert.deepEqual(windowOf({ scrollTop: 50, height: 100, rowHeight: 24, count: 100_000 }), { first: 2, last: 7, shift: 2 });
  assert.equal(windowOf({ scrollTop: 9e9, height: 100, rowHeight: 24, count: 100 }).last, 100);
  assert.deepEqual(windowOf({ scrollTop: 0, height: 100, rowHeight: 24, count: 0 }), { first: 0, last: 0, shift: 0 });
});

test("scrolling to a row moves as little as possible", () => {
  const view = { scrollTop: 240, height: 240, rowHeight: 24 };
  assert.equal(scrollTo({ ...view, index: 14 }), 240);
  assert.equal(scrollTo({ ...view, index: 5 }), 72);
  assert.equal(scrollTo({ ...view, index: 30 }), 33 * 24 - 240);
});

test("the address holds pane, selection and playhead, and survives nonsense", () => {
  const panes = ["timeline", "graph"];
  const key = spanKey("a".repeat(32), "b".repeat(16), 1);
  assert.deepEqual(parseKey(key), { traceId: "a".repeat(32), spanId: "b".repeat(16), side: 1 });
  const query = writeAddress("?project=x", { pane: "graph", span: key, at: "17", log: "7" }, panes);
  assert.deepEqual(readAddress(query, panes), { pane: "graph", span: key, at: "17", log: "7" });
  assert.ok(query.includes("project=x"));
  assert.equal(writeAddress("?pane=graph&at=1&log=7", { pane: "timeline", span: null, at: null }, panes), "");
  assert.deepEqual(readAddress("?pane=<script>&span=x.y&at=-1&log=a", panes), { pane: "timeline", span: null, at: null, log: null });
});
