import assert from "node:assert/strict";
import { test } from "node:test";

import { assignHues } from "../../../static/js/dashboards/palette.js";

const NAMES = ["gpt-4o", "gpt-4o-mini", "claude", "mistral-small", "brain", "engineer", "planner", "writer"];

test("a name has one colour in all panels, whatever order they come in", () => {
  const groups = [["gpt-4o", "claude"], ["brain", "engineer", "gpt-4o"], ["planner"]];
  const there = assignHues(groups, 8);
  assert.deepEqual([...assignHues(groups.toReversed().map((names) => names.toReversed()), 8)].sort(), [...there].sort());
  assert.equal(there.size, 5);
});

test("as many names as there are colours have one each", () => {
  const places = assignHues([NAMES.slice(0, 3), NAMES.slice(3)], NAMES.length);
  assert.equal(new Set(places.values()).size, NAMES.length);
});

test("names of one panel are told apart, on a page with more names than colours", () => {
  const groups = [0, 1, 2, 3].map((panel) => Array.from({ length: 6 }, (_, at) => `name ${panel * 5 + at}`));
  const places = assignHues(groups, 8);
  for (const names of groups) assert.equal(new Set(names.map((name) => places.get(name))).size, 6);
});

test("eight names in each panel need no dashes, though the panels have only some of them in common", () => {
  const name = (at) => `tool ${at}`;
  const groups = [[0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3, 8, 9, 10, 11], [20, 21, 22, 23, 24, 25, 26, 27]].map((each) => each.map(name));
  assert.ok([...assignHues(groups, 8).values()].every((place) => place < 8));
});

test("a panel with more names than colours draws the rest dashed", () => {
  const names = Array.from({ length: 10 }, (_, at) => `name ${at}`);
  const places = [...assignHues([names], 8).values()];
  assert.equal(new Set(places).size, 10);
  assert.equal(places.filter((place) => place >= 8).length, 2);
});

test("a name that nobody pushes aside keeps its colour when others come", () => {
  const alone = assignHues([["gpt-4o"]], 4_099);
  assert.equal(assignHues([["gpt-4o"], NAMES], 4_099).get("gpt-4o"), alone.get("gpt-4o"));
});
