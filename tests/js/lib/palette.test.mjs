import assert from "node:assert/strict";
import { test } from "node:test";

import { move, rank, score } from "../../../static/js/lib/palette.js";
import { isFiltered, menuSummary } from "../../../static/js/lib/query.js";

const labels = (query) => rank(["Members", "API keys", "Missions", "Failed missions"].map((label) => ({ label })), query).map((entry) => entry.label);

test("beginnings come before words inside, words before scattered letters, the rest is left out", () => {
  assert.deepEqual(labels("mis"), ["Missions", "Failed missions"]);
  assert.deepEqual(labels("keys"), ["API keys"]);
  assert.deepEqual(labels("zz"), []);
  assert.ok(score("API keys", "ak") > 0);
});

test("without a text everything comes in its own order", () => {
  assert.deepEqual(labels(" "), ["Members", "API keys", "Missions", "Failed missions"]);
});

test("choosing goes around the ends", () => {
  assert.equal(move(0, -1, 3), 2);
  assert.equal(move(2, 1, 3), 0);
  assert.equal(move(0, 1, 0), -1);
});

test("an order is no filter", () => {
  assert.equal(isFiltered("?sort=-cost&q="), false);
  assert.equal(isFiltered("?status=ok"), true);
});

test("a menu says what is chosen", () => {
  assert.equal(menuSummary("Status", []), "Status");
  assert.equal(menuSummary("Status", ["failed", "ok"]), "Status: failed, ok");
});
