import assert from "node:assert/strict";
import { test } from "node:test";

import { connect, disconnect, register } from "../../../static/js/lib/registry.js";

/** As much of an element as the registry asks of one. */
function element(behaviour, children = []) {
  const all = () => children.flatMap((child) => [...(child.dataset.behaviour ? [child] : []), ...child.querySelectorAll()]);
  return { nodeType: 1, dataset: { behaviour }, matches: () => Boolean(behaviour), querySelectorAll: all };
}

test("a behaviour is bound once, however often the page is looked through", () => {
  const bound = [];
  register("counts", (made) => bound.push(made) && undefined);
  const inner = element("counts unknown");
  const root = element("", [inner]);
  connect(root);
  connect(root);
  assert.deepEqual(bound, [inner]);
});

test("what leaves the page is undone, and bound again when it comes back", () => {
  let live = 0;
  register("lives", () => {
    live += 1;
    return () => (live -= 1);
  });
  const root = element("lives");
  connect(root);
  assert.equal(live, 1);
  disconnect(root);
  disconnect(root);
  assert.equal(live, 0);
  connect(root);
  assert.equal(live, 1);
});

test("a name means one behaviour", () => {
  register("once", () => {});
  assert.throws(() => register("once", () => {}));
});

test("text that htmx names is passed over", () => {
  connect({ nodeType: 3 });
  disconnect({ nodeType: 3 });
});
