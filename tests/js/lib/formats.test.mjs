import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as formats from "../../../static/js/lib/formats.js";

const cases = JSON.parse(readFileSync(new URL("../../web/formats.json", import.meta.url), "utf8"));
const NOW = 1_700_000_000_000_000_000n;

const functions = {
  duration: formats.formatDuration,
  tokens: formats.formatTokens,
  count: formats.formatCount,
  cost: formats.formatCost,
  bytes: formats.formatBytes,
  ago: (age) => formats.formatAgo(age === null ? null : NOW - BigInt(age), NOW),
  short_id: (text) => formats.shortId(text),
};

for (const [name, rows] of Object.entries(cases)) {
  test(`${name} reads the same as on the server`, () => {
    for (const [value, text] of rows) assert.equal(functions[name](value), text, `${name} of ${value}`);
  });
}

test("a cost that is no decimal is unknown", () => {
  for (const text of ["", "NaN", "1e5", "-", "<b>"]) assert.equal(formats.formatCost(text), "–");
});
