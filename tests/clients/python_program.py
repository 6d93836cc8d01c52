"""A program that sends one record of every type and ends without waiting. Needs nothing but the client's file."""

import missionscope

IDS = {"mission_id": MISSION, "agent_id": "a1", "step_id": "s1"}  # noqa: F821  (put before by the test)
START = missionscope.now_ns() - 2_000_000_000

missionscope.mission(IDS["mission_id"], name="Grüße, 世界")
missionscope.agent("a1", mission_id=IDS["mission_id"], role="writer")
missionscope.step("s1", mission_id=IDS["mission_id"], verb="WRITE", status="running")
missionscope.step_edge("s0", "s1", mission_id=IDS["mission_id"])
missionscope.plan_revision([{"id": "s1"}], stage="raw", mission_id=IDS["mission_id"])
missionscope.human_request("q1", question="Which?", **IDS)
missionscope.span("write", id="w", kind="agent", start_ns=START, **IDS)
missionscope.llm_call(id="c", parent_id="w", model="gpt-4o", input_messages="hi", start_ns=START, **IDS)
missionscope.llm_attempt(call_id="c", attempt=1, model="gpt-4o", start_ns=START, end_ns=missionscope.now_ns(), **IDS)
missionscope.llm_call(id="c", output_messages="ho", output_tokens=1, end_ns=missionscope.now_ns(), **IDS)
missionscope.tool_call("search", id="t", parent_id="w", arguments={"q": 1}, start_ns=START, **IDS)
missionscope.tool_call(id="t", result={"found": {1, 2}}, end_ns=missionscope.now_ns(), **IDS)
missionscope.span(id="w", end_ns=missionscope.now_ns(), **IDS)
missionscope.snapshot({"open": ["s1"]}, **IDS)
missionscope.snapshot_patch([{"op": "remove", "path": "/open/0"}], **IDS)
missionscope.log("looking", severity="info", **IDS)
missionscope.error(ValueError("no"), error_type="ValueError", **IDS)
missionscope.stage7("messages", {"type": "say", "content": {"message": "x", "missionId": IDS["mission_id"]},
                                 "timestamp": missionscope.now_ns() // 1_000_000})  # fmt: skip
print("done")
