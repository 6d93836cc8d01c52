"""Pending records, tools, errors, state and logs."""

import json

import pytest

from telemetry.conventions import event_of_log, map_log, map_span, read_conversation
from telemetry.meaning import SnapshotMeaning
from tests.telemetry.conventions.making import END_NS, START_NS, make_event, make_log, make_span

STATE = {"goal": "sort", "left": 3}
PATCH = [{"op": "replace", "path": "/left", "value": 2}]


def test_a_pending_record_says_which_span_completes_it_and_where_it_hangs():
    attributes = {"logfire.span_type": "pending_span", "logfire.pending_parent_id": "00000000000000aa"}
    meaning = map_span(make_span(attributes, parent=b"\x09" * 8))
    assert meaning.is_pending
    assert meaning.replaces_span_id == b"\x09" * 8
    assert meaning.pending_parent_id == b"\x00" * 7 + b"\xaa"


@pytest.mark.parametrize("parent", ["0000000000000000", "", "zz", "000000000000000g", None])
def test_a_pending_root_has_no_parent(parent):
    attributes = {"logfire.span_type": "pending_span", "logfire.pending_parent_id": parent}
    assert map_span(make_span(attributes)).pending_parent_id == b""


def test_other_logfire_spans_replace_nothing():
    meaning = map_span(make_span({"logfire.span_type": "span"}))
    assert (meaning.is_pending, meaning.replaces_span_id, meaning.pending_parent_id) == (False, b"", b"")


TOOLS = [
    ({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "grep", "gen_ai.tool.call.id": "c"}, "x",
     ("grep", "c")),
    ({"gen_ai.operation.name": "execute_tool"}, "execute_tool grep", ("grep", "")),
    ({"openinference.span.kind": "TOOL", "tool.name": "grep", "tool_call.id": "c"}, "x", ("grep", "c")),
    ({"traceloop.span.kind": "tool", "traceloop.entity.name": "grep"}, "grep.tool", ("grep", "")),
    ({"langfuse.observation.type": "tool"}, "grep", ("grep", "")),
    ({"langfuse.observation.type": "tool", "gen_ai.tool.name": "execute_tool grep"}, "x", ("grep", "")),
    ({"ai.operationId": "ai.toolCall", "ai.toolCall.name": "grep", "ai.toolCall.id": "c"}, "x", ("grep", "c")),
    ({"gen_ai.tool.name": "grep", "tool_arguments": "{}"}, "running tool: grep", ("grep", "")),
    ({"mlflow.spanType": '"TOOL"'}, "grep", ("grep", "")),
    ({"mcp.method.name": "tools/call"}, "tools/call grep", ("grep", "")),
]  # fmt: skip


@pytest.mark.parametrize(("attributes", "name", "expected"), TOOLS, ids=lambda value: str(value)[:50])
def test_it_names_the_tool_and_its_call(attributes, name, expected):
    tool = map_span(make_span(attributes, name=name)).tool
    assert (tool.tool_name, tool.tool_call_id, tool.error) == (*expected, "")


def test_adks_merged_span_does_not_count_its_tools_again():
    merged = make_span({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "(merged tools)"})
    assert map_span(merged).tool is None


def exception(kind="ValueError", message="bad"):
    return make_event("exception", {"exception.type": kind, "exception.message": message})


ERRORS = {
    "exception event": ({}, (exception(),), 2, ("ValueError", "bad")),
    "the last exception": ({}, (exception("A", "a"), exception()), 0, ("ValueError", "bad")),
    "a handled exception": ({}, (exception(),), 1, ("", "")),
    "attribute": ({"error.type": "tool_error"}, (), 2, ("tool_error", "")),
    "both": ({"error.type": "429"}, (exception(),), 2, ("429", "bad")),
    "flattened exception": ({"exception.type": "E", "exception.message": "m"}, (), 2, ("E", "m")),
    "langfuse level": ({"langfuse.observation.level": "ERROR", "langfuse.observation.status_message": "no"}, (), 0,
                       ("ERROR", "no")),
    "langfuse default level": ({"langfuse.observation.level": "DEFAULT"}, (), 0, ("", "")),
    "logfire level": ({"logfire.level_num": 17, "logfire.msg": "failed"}, (), 0, ("ERROR", "failed")),
    "logfire info": ({"logfire.level_num": 9}, (), 0, ("", "")),
    "genai's exception event": ({}, (make_event("gen_ai.client.operation.exception", {"exception.type": "T"}),), 2,
                                ("T", "")),
    "nothing": ({}, (), 2, ("", "")),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_it_reads_what_failed(case):
    attributes, events, status, expected = ERRORS[case]
    meaning = map_span(make_span(attributes, events=events, status_code=status))
    assert (meaning.error_type, meaning.error_message) == expected


def test_a_tools_error_is_the_best_words_there_are():
    tool = {"gen_ai.operation.name": "execute_tool"}
    spans = [
        make_span(tool, events=(exception(),), status_code=2, status_message="status"),
        make_span(tool, status_code=2, status_message="status"),
        make_span({**tool, "error.type": "tool_error"}, status_code=2),
        make_span(tool, status_code=2),
    ]
    assert [map_span(span).tool.error for span in spans] == ["bad", "status", "tool_error", "error"]


EVENTS = {
    "own base": (make_event("missionscope.state.snapshot", {"missionscope.state": json.dumps(STATE)}), "base", STATE),
    "own structured base": (make_event("missionscope.state.snapshot", {"missionscope.state": STATE}), "base", STATE),
    "own patch": (make_event("missionscope.state.patch", {"missionscope.state.patch": json.dumps(PATCH)}), "patch",
                  PATCH),
    "agent.state": (make_event("agent.state", {"agent.state": json.dumps(STATE)}), "base", STATE),
    "agent.state with a patch": (make_event("agent.state", {"agent.state.patch": json.dumps(PATCH)}), "patch", PATCH),
    "agent.state.patch": (make_event("agent.state.patch", {"agent.state.patch": json.dumps(PATCH)}), "patch", PATCH),
    "one operation": (make_event("agent.state.patch", {"patch": json.dumps(PATCH[0])}), "patch", PATCH),
    "ag-ui snapshot": (make_event("STATE_SNAPSHOT", {"snapshot": STATE}), "base", STATE),
    "ag-ui delta": (make_event("STATE_DELTA", {"delta": PATCH}), "patch", PATCH),
}  # fmt: skip


@pytest.mark.parametrize("case", EVENTS)
def test_it_reads_state_from_events(case):
    event, kind, state = EVENTS[case]
    (snapshot,) = map_span(make_span({"mission.agent": "a", "mission.step": 4}, events=(event,))).snapshots
    assert snapshot == SnapshotMeaning("a", "4", START_NS, kind, state, f"event {event.name}")


def test_an_event_may_name_its_own_agent_and_step():
    event = make_event("agent.state", {"agent.state": "{}", "agent.id": "b", "agent.step": 7}, time_ns=None)
    (snapshot,) = map_span(make_span({"mission.agent": "a"}, events=(event,))).snapshots
    assert (snapshot.agent_name, snapshot.step_id, snapshot.time_ns) == ("b", "7", END_NS)


@pytest.mark.parametrize("value", ["not json", '{"op": 1}', "[1]", '[{"op": "add"}]', '"text"', None])
def test_a_broken_patch_is_no_snapshot(value):
    event = make_event("agent.state.patch", {"agent.state.patch": value})
    assert map_span(make_span(events=(event,))).snapshots == ()


def test_adks_state_delta_becomes_a_patch_of_members():
    value = json.dumps({"actions": {"state_delta": {"a/b": 1, "c~": None}}})
    (snapshot,) = map_span(make_span({"gcp.vertex.agent.tool_response": value})).snapshots
    assert snapshot.kind == "patch"
    assert snapshot.state == [
        {"op": "add", "path": "/a~1b", "value": 1},
        {"op": "add", "path": "/c~0", "value": None},
    ]
    empty = map_span(make_span({"gcp.vertex.agent.tool_response": '{"actions": {"state_delta": {}}}'}))
    assert empty.snapshots == ()


def test_what_a_langgraph_node_is_given_is_the_graphs_state():
    attributes = {
        "openinference.span.kind": "CHAIN",
        "metadata": '{"langgraph_node": "router", "langgraph_step": 2}',
        "input.value": json.dumps(STATE),
    }
    (snapshot,) = map_span(make_span(attributes, name="router")).snapshots
    assert (snapshot.state, snapshot.kind, snapshot.step_id, snapshot.time_ns) == (STATE, "base", "2", START_NS)
    assert map_span(make_span(attributes, name="RunnableSequence")).snapshots == ()


def test_logs_carry_state_in_their_body_or_attributes():
    body = map_log(make_log({"mission.agent": "a"}, body=STATE, event_name="missionscope.state.snapshot"))
    text = map_log(make_log({"mission.agent": "a"}, body=json.dumps(PATCH), event_name="missionscope.state.patch"))
    named = map_log(make_log({"event.name": "agent.state", "agent.state": json.dumps(STATE), "agent.name": "a"}))
    found = [meaning.snapshots[0] for meaning in (body, text, named)]
    assert [(item.kind, item.state, item.agent_name) for item in found] == [
        ("base", STATE, "a"), ("patch", PATCH, "a"), ("base", STATE, "a"),
    ]  # fmt: skip
    assert found[0].source == "log missionscope.state.snapshot"


LOGS = [
    (make_log(severity_number=17), True, ""),
    (make_log(severity_number=16), False, ""),
    (make_log(severity_number=0, severity_text="critical"), True, ""),
    (make_log(severity_number=0, severity_text="INFO"), False, ""),
    (make_log({"exception.type": "E"}), True, "E"),
    (make_log({"error.type": "timeout"}), True, "timeout"),
]


@pytest.mark.parametrize(("log", "is_error", "error_type"), LOGS)
def test_it_knows_an_error_log(log, is_error, error_type):
    meaning = map_log(log)
    assert (meaning.is_error, meaning.error_type) == (is_error, error_type)


def test_content_that_came_only_as_logs_is_read_like_events():
    logs = [
        make_log({"gen_ai.system": "openai"}, body={"content": "hello"}, event_name="gen_ai.user.message"),
        make_log(
            {"event.name": "gen_ai.choice"},
            body={"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}},
        ),
    ]
    conversation = read_conversation({}, [event_of_log(log) for log in logs])
    assert [message.parts[0].content for message in conversation.input_messages] == ["hello"]
    assert conversation.output_messages[0].finish_reason == "stop"
