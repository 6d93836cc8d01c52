import assert from "node:assert/strict";
import { test } from "node:test";

import { lastUpTo } from "../../../static/js/mission/lib/moments.js";

test("the playhead stands after the last line that is not later", () => {
  const starts = ["10", "20", "20", "1790000000000000001"];
  assert.deepEqual([5n, 10n, 20n, 1790000000000000000n, 1790000000000000001n].map((at) => lastUpTo(starts, at)), [-1, 0, 2, 2, 3]);
  assert.equal(lastUpTo([], 1n), -1);
});
