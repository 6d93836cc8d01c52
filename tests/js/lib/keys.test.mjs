import assert from "node:assert/strict";
import { test } from "node:test";

import { isTyping, keyName, Sequence } from "../../../static/js/lib/keys.js";

test("names hold Ctrl or Cmd, and Shift only as the character it makes", () => {
  assert.equal(keyName({ key: "j" }), "j");
  assert.equal(keyName({ key: "?", shiftKey: true }), "?");
  assert.equal(keyName({ key: "K", ctrlKey: true, shiftKey: true }), "Ctrl+k");
  assert.equal(keyName({ key: "k", metaKey: true }), "Ctrl+k");
  assert.equal(keyName({ key: "Escape" }), "Escape");
});

test("letters typed into a field are no commands; a checkbox takes no letters", () => {
  assert.equal(isTyping({ tagName: "INPUT", type: "search" }), true);
  assert.equal(isTyping({ tagName: "TEXTAREA" }), true);
  assert.equal(isTyping({ tagName: "DIV", isContentEditable: true }), true);
  assert.equal(isTyping({ tagName: "INPUT", type: "checkbox" }), false);
  assert.equal(isTyping({ tagName: "BODY" }), false);
  assert.equal(isTyping(null), false);
});

test("two keys in time make a sequence, and late ones do not", () => {
  const sequence = new Sequence(["g"], 900);
  assert.equal(sequence.press("g", 0), "");
  assert.equal(sequence.press("m", 500), "g m");
  assert.equal(sequence.press("m", 600), "m");
  assert.equal(sequence.press("g", 1_000), "");
  assert.equal(sequence.press("m", 2_500), "m");
});
