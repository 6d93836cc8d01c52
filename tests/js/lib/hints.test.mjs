import assert from "node:assert/strict";
import { test } from "node:test";

import { gatherHints } from "../../../static/js/lib/hints.js";

function makeClock() {
  const due = [];
  return { schedule: (run) => due.push(run), tick: () => Promise.all(due.splice(0).map((run) => run())), due };
}

test("a storm of hints asks once", async () => {
  const clock = makeClock();
  let asked = 0;
  const { hint } = gatherHints(async () => (asked += 1), clock.schedule);
  for (let at = 0; at < 1000; at += 1) hint();
  await clock.tick();
  assert.deepEqual([asked, clock.due.length], [1, 0]);
});

test("hints while it asks make it ask once more", async () => {
  const clock = makeClock();
  const answers = [];
  const { hint } = gatherHints(() => new Promise((done) => answers.push(done)), clock.schedule);
  hint();
  const first = clock.tick();
  hint();
  hint();
  answers.shift()();
  await first;
  assert.equal(clock.due.length, 1);
  const second = clock.tick();
  answers.shift()();
  await second;
  assert.equal(clock.due.length, 0);
});

test("without a connection it asks again, and another trouble is told", async () => {
  const clock = makeClock();
  const troubles = [new TypeError("no connection"), new Error("broken")];
  const { hint } = gatherHints(() => Promise.reject(troubles.shift()), clock.schedule);
  hint();
  await clock.tick();
  assert.equal(clock.due.length, 1);
  await assert.rejects(clock.tick(), /broken/);
});
