import assert from "node:assert/strict";
import { test } from "node:test";

import { findWords, wordsOf } from "../../../static/js/lib/marks.js";

const found = (text, query) => findWords(text, wordsOf(query)).map(([start, end]) => text.slice(start, end));

test("words are letters and digits without case, each once", () => {
  assert.deepEqual(wordsOf(' "Price, table" PRICE <b> '), ["price", "table", "b"]);
  assert.deepEqual(wordsOf(null), []);
});

test("words match whole, the last one as a beginning", () => {
  assert.deepEqual(found("Price prices pricey table tables stable", "price tab"), ["Price", "tab", "tab"]);
  assert.deepEqual(found("anything", ""), []);
});

test("a script without spaces is found anywhere", () => {
  assert.deepEqual(found("東京都の天気", "天気 京都"), ["京都", "天気"]);
});

test("no mark lies inside another, and there are not too many", () => {
  assert.deepEqual(findWords("aa aa aa", ["aa", "a"]), [[0, 2], [3, 5], [6, 8]]);
  assert.equal(findWords("a ".repeat(1000), ["a"], 7).length, 7);
});

test("where lower case is longer than the text, nothing is marked in the wrong place", () => {
  assert.deepEqual(found("İ price", "price"), []);
});
