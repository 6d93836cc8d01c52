// Sends one record of every type and ends without waiting.
import * as missionscope from "./missionscope.mjs";

const mission_id = process.argv[2];
const ids = { mission_id, agent_id: "a1", step_id: "s1" };
const start_ns = new Date(Date.now() - 2_000).toISOString();
const end_ns = missionscope.now();

missionscope.mission(mission_id, { name: "Grüße, 世界" });
missionscope.agent("a1", { mission_id, role: "writer" });
missionscope.step("s1", { mission_id, verb: "WRITE", status: "running", result: undefined });
missionscope.stepEdge("s0", "s1", { mission_id });
missionscope.planRevision([{ id: "s1" }], { stage: "raw", mission_id });
missionscope.humanRequest("q1", { question: "Which?", ...ids });
missionscope.span({ name: "write", id: "w", kind: "agent", start_ns, ...ids });
missionscope.llmCall({ id: "c", parent_id: "w", model: "gpt-4o", input_messages: "hi", start_ns, ...ids });
missionscope.llmAttempt({ call_id: "c", attempt: 1, model: "gpt-4o", start_ns, end_ns, ...ids });
missionscope.llmCall({ id: "c", output_messages: "ho", output_tokens: 1, end_ns, ...ids });
missionscope.toolCall({ tool_name: "search", id: "t", parent_id: "w", arguments: { q: 1 }, start_ns, ...ids });
missionscope.toolCall({ id: "t", result: new Map([["found", new Set([1n, 2n])]]), end_ns, ...ids });
missionscope.span({ id: "w", end_ns, ...ids });
missionscope.snapshot({ open: ["s1"] }, ids);
missionscope.snapshotPatch([{ op: "remove", path: "/open/0" }], ids);
missionscope.log("looking", { severity: "info", ...ids });
missionscope.error(new TypeError("no"), ids);
missionscope.stage7("messages", { type: "say", content: { message: "x", missionId: mission_id }, timestamp: end_ns });
console.log("done");
