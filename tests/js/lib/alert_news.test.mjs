import assert from "node:assert/strict";
import { test } from "node:test";

import { messagesOf, missionsOf, newlyFiring } from "../../../static/js/lib/alert_news.js";

const alert = (id, state, fields = {}) => ({ type: "alert", id, state, severity: "warning", title: `alert ${id}`, url: `/alerts/${id}/`, silence_id: null, inhibited_by: null, ...fields });

test("only what fires, is loud and was not told before is news", () => {
  const records = [alert("1", "firing"), alert("2", "pending"), alert("3", "resolved"), alert("4", "firing", { silence_id: "9" }), alert("5", "firing", { inhibited_by: "1" }), alert("6", "firing"), { type: "other", id: "7", state: "firing" }];
  assert.deepEqual(newlyFiring(records, new Set(["6"])).map(({ id }) => id), ["1"]);
});

test("of several changes of one alert the last counts", () => {
  assert.deepEqual(newlyFiring([alert("1", "firing"), alert("1", "firing", { silence_id: "2" })], new Set()), []);
  assert.equal(newlyFiring([alert("1", "pending"), alert("1", "firing")], new Set()).length, 1);
});

test("a few are named, a storm is one message of the gravest severity", () => {
  assert.deepEqual(messagesOf([alert("1", "firing")]), [{ text: "alert 1", path: "/alerts/1/", severity: "warning" }]);
  const storm = Array.from({ length: 1000 }, (_, at) => alert(String(at), "firing", { severity: at === 500 ? "critical" : "info" }));
  assert.deepEqual(messagesOf(storm), [{ text: "1000 alerts began to fire.", path: "/alerts/", severity: "critical" }]);
});

test("records name the missions they are about, each once", () => {
  const about = (id, ...missions) => alert(id, "firing", { missions: missions.map((mission) => ({ id: mission })) });
  assert.deepEqual(missionsOf([about("1", "a", "b"), about("2", "a"), alert("3", "firing"), { type: "other" }]), ["a", "b"]);
});
