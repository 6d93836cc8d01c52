"""Every path answers what the contract promises, for recorded missions and for one that has everything."""

import secrets
import time
from itertools import pairwise

import pytest

from tests.api.conftest import PATIENCE_S, make_request, make_span, mission_path

pytestmark = pytest.mark.server

MISSION = """id name status reported_status is_inferred start_ns end_ns last_activity_ns duration_ns span_count
    error_count llm_call_count tool_call_count log_count snapshot_count step_count step_done_count input_tokens
    output_tokens cost_usd agents
    services verdict change_seq url"""
SPAN = """trace_id span_id parent_span_id mission_id name otel_kind span_kind service_name agent_name step_id start_ns
    end_ns duration_ns status_code status_message effective_status warnings change_seq"""
SPAN_DETAIL = (
    SPAN
    + """ attributes events links resource scope trace_state dropped_attributes_count
    dropped_events_count dropped_links_count provenance"""
)
LLM_CALL = """id trace_id span_id agent_name step_id operation provider_name request_model response_model start_ns
    end_ns time_to_first_token_ns finish_reasons input_tokens output_tokens cache_read_input_tokens
    cache_creation_input_tokens reasoning_output_tokens cost_usd status error attempt_count new_message_count"""
LLM_DETAIL = (
    LLM_CALL
    + """ system_instructions input_messages output_messages tool_definitions parameters attempts
    redactions provenance"""
)
TOOL_CALL = """id trace_id span_id agent_name step_id tool_name tool_call_id requested_by start_ns end_ns status
    effective_status error"""
LISTS = {
    "spans/": SPAN,
    "llm-calls/": LLM_CALL,
    "tool-calls/": TOOL_CALL,
    "logs/": "id time_ns severity_number severity_text body service_name trace_id span_id agent_name step_id attributes"
    " event_name user_id request_id conversation_id host_name",
    "snapshots/": "id agent_name step_id time_ns kind change_seq",
    "agents/": "id name role class status status_class started_ns ended_ns",
    "steps/": "id step_id agent_id parent occurrence verb description status effective_status created_ns started_ns"
    " ended_ns dependencies inputs outputs_declared result retry_count",
    "human-requests/": "id agent_id step_id question asked_ns answered_ns answer status",
    "findings/": "id detector severity title detail opened_ns closed_ns is_root caused_by refs",
    "state/": "agent_name state made_of",
}
NODE = "id kind label agent_name status effective_status start_ns end_ns parent refs"
EDGE = "source target kind label evidence is_inferred"


def lacking(promised, found):
    return set(promised.split()) - set(found)


def test_the_missions_have_every_field_and_are_those_that_were_sent(told):
    listed = {mission["id"]: mission for mission in told.asker.walk("/api/v1/missions/")}
    assert set(told.missions) <= set(listed)
    assert all(not lacking(MISSION, mission) for mission in listed.values())
    assert {key: listed[key]["span_count"] for key in told.missions} == {
        key: mission["span_count"] for key, mission in told.missions.items()
    }


@pytest.mark.parametrize("path", LISTS)
def test_a_list_has_every_field_and_something_in_it(told, path):
    items = told.asker.walk(mission_path(told.rich, path))
    assert items
    assert all(not lacking(LISTS[path], item) for item in items)


@pytest.mark.parametrize("path", [*LISTS, "graph/", "critical-path/"])
def test_every_recorded_mission_can_be_read(told, path):
    for mission_id in told.missions:
        told.asker.read(mission_path(mission_id, path))


def test_every_span_call_and_tool_run_can_be_opened(told):
    ask = told.asker
    for mission_id in [*list(told.missions)[:4], told.rich]:
        for span in ask.walk(mission_path(mission_id, "spans/"))[:20]:
            detail = ask.read(
                mission_path(mission_id, f"spans/{span['trace_id']}/{span['span_id']}/"), side=span["side"]
            )
            assert not lacking(SPAN_DETAIL, detail)
            assert {name: detail[name] for name in SPAN.split() if name not in ("name", "status_message")} == {
                name: span[name] for name in SPAN.split() if name not in ("name", "status_message")
            }
        for kind, promised in (("llm-calls/", LLM_DETAIL), ("tool-calls/", TOOL_CALL + " arguments result")):
            for call in ask.walk(mission_path(mission_id, kind))[:10]:
                detail = ask.read(mission_path(mission_id, f"{kind}{call['id']}/"))
                assert not lacking(promised, detail)
                assert {name: detail[name] for name in call} == call


def test_numbers_of_64_bits_are_decimal_strings_and_unknown_is_null(told):
    for item in [told.asker.read(mission_path(told.rich)), *told.asker.walk(mission_path(told.rich, "spans/"))]:
        for name, value in item.items():
            if name.endswith(("_ns", "_seq")):
                assert value is None or value.isdecimal(), (name, value)
    cost = told.asker.read(mission_path(told.rich))["cost_usd"]
    assert cost is None or isinstance(cost, str)
    open_span = next(s for s in told.asker.walk(mission_path(told.rich, "spans/")) if s["name"].startswith("ask for"))
    assert (open_span["end_ns"], open_span["duration_ns"]) == (None, None)


def test_the_graph_has_nodes_and_edges_with_evidence(told):
    graph = told.asker.read(mission_path(told.rich, "graph/"))
    assert graph["nodes"]
    assert not [lacking(NODE, node) for node in graph["nodes"] if lacking(NODE, node)]
    assert not [lacking(EDGE, edge) for edge in graph["edges"] if lacking(EDGE, edge)]
    ids = {node["id"] for node in graph["nodes"]}
    assert {end for edge in graph["edges"] for end in (edge["source"], edge["target"])} <= ids
    start_ns = int(told.missions[told.rich]["start_ns"])
    earlier = told.asker.read(mission_path(told.rich, "graph/"), at_ns=start_ns + 2 * 10**9)
    assert 0 < len(earlier["nodes"]) < len(graph["nodes"])


def test_work_that_was_abandoned_is_gone_in_the_graph_too(told):
    span = make_span(
        secrets.token_hex(16), 0, "execute_tool wait", seconds=None, gen_ai__operation__name="execute_tool"
    )
    span["startTimeUnixNano"] = str(10**18)
    told.asker.send(make_request("abandoned", [span]))
    assert told.asker.settled("abandoned", 1)["status"] == "gone"
    nodes = told.asker.read(mission_path("abandoned", "graph/"))["nodes"]
    assert {node["effective_status"] for node in nodes} == {"gone"}


def test_the_critical_path_covers_the_wall_time(told):
    found = told.asker.read(mission_path(told.rich, "critical-path/"))
    segments = found["segments"]
    assert all(segment["end_ns"] == later["start_ns"] for segment, later in pairwise(segments))
    total = sum(map(int, found["totals"].values()))
    assert total == int(segments[-1]["end_ns"]) - int(segments[0]["start_ns"])


def test_a_state_at_a_time_is_made_of_the_snapshots_before_it(told):
    start_ns = int(told.missions[told.rich]["start_ns"])
    snapshots = told.asker.walk(mission_path(told.rich, "snapshots/"))
    assert [(each["kind"], int(each["time_ns"]) - start_ns) for each in snapshots] == [
        ("base", 4 * 10**9),
        ("patch", 14 * 10**9),
    ]

    def state(at_s):
        [found] = told.asker.walk(mission_path(told.rich, "state/"), at_ns=start_ns + at_s * 10**9)
        return found["state"], found["made_of"]

    assert state(10) == ({"stage": "search"}, [snapshots[0]["id"]])
    assert state(15) == ({"stage": "book"}, [each["id"] for each in snapshots])
    assert told.asker.walk(mission_path(told.rich, "state/"), agent="nobody") == []


def test_a_model_call_and_a_tool_run_say_what_was_said(told):
    [call] = told.asker.walk(mission_path(told.rich, "llm-calls/"))
    assert (call["request_model"], call["input_tokens"], call["output_tokens"]) == ("gpt-4o", 12, 5)
    detail = told.asker.read(mission_path(told.rich, f"llm-calls/{call['id']}/"))
    assert detail["input_messages"][0]["parts"][0]["content"] == "plan the trip"
    [run] = told.asker.walk(mission_path(told.rich, "tool-calls/"))
    detail = told.asker.read(mission_path(told.rich, f"tool-calls/{run['id']}/"))
    assert (detail["arguments"], detail["result"]) == ({"to": "LIS"}, {"price": 120})


def test_steps_come_once_for_each_time_they_were_done(told):
    steps = told.asker.walk(mission_path(told.rich, "steps/"))
    assert [(step["agent_id"], step["step_id"], step["occurrence"], step["retry_count"]) for step in steps] == [
        ("planner", "search", 1, 0),
        ("planner", "search", 2, 1),
        ("planner", "book", 1, 0),
    ]
    assert [(step["status"], step["effective_status"]) for step in steps] == [
        ("ERROR", "failed"),
        ("UNSET", "ok"),
        ("UNSET", "ok"),
    ]
    assert (steps[0]["verb"], steps[0]["description"]) == ("SEARCH", "SEARCH flights")
    [dependency] = steps[2]["dependencies"]
    assert (dependency["source"], dependency["kind"], dependency["satisfied"]) == (steps[1]["id"], "link", True)
    assert len({step["id"] for step in steps}) == 3


def test_questions_to_people_come_with_what_came_of_them(told):
    answered, waiting = told.asker.walk(mission_path(told.rich, "human-requests/"))
    assert (answered["question"], answered["answer"], answered["status"]) == ("Is 120 euro fine?", "yes", "ok")
    assert int(answered["answered_ns"]) - int(answered["asked_ns"]) == 4 * 10**9
    assert (waiting["question"], waiting["answer"], waiting["answered_ns"]) == ("Passport number?", None, None)
    assert waiting["status"] == "waiting"
    assert {each["step_id"] for each in (answered, waiting)} == {"book"}
    assert {each["agent_id"] for each in (answered, waiting)} == {"planner"}


def test_filters_leave_what_they_say(told):
    ask, path = told.asker, mission_path(told.rich, "spans/")
    spans = ask.walk(path)

    def names(**parameters):
        return [span["name"] for span in ask.walk(path, **parameters)]

    assert names(kind="tool") == ["execute_tool lookup"]
    assert names(status="failed") == [s["name"] for s in spans if s["effective_status"] == "failed"] != []
    assert names(q="ASK THE") == ["ask the traveller"]
    assert names(trace_id=spans[0]["trace_id"].upper()) == [span["name"] for span in spans]
    assert names(trace_id="0" * 32) == []
    assert names(after=spans[3]["change_seq"]) == [
        s["name"] for s in spans if int(s["change_seq"]) > int(spans[3]["change_seq"])
    ]
    logs = ask.walk(mission_path(told.rich, "logs/"), least_severity=17)
    assert {log["severity_number"] for log in logs} == {17}
    assert [log["body"] for log in ask.walk(mission_path(told.rich, "logs/"), q="line 23")] == ["line 23"]


def test_missions_are_found_by_status_agent_service_error_and_words(told):
    ask = told.asker
    rich = ask.read(mission_path(told.rich))

    def ids(**parameters):
        return {mission["id"] for mission in ask.walk("/api/v1/missions/", **parameters)}

    assert told.rich in ids(agent="planner", service="tests", has_error="true", status=f"{rich['status']},ok")
    assert told.rich not in ids(status="gone")
    assert told.rich not in ids(has_error="false")
    assert told.rich in ids(q=told.rich)
    assert told.rich not in ids(until_ns=rich["start_ns"])
    assert told.rich in ids(since_ns=rich["last_activity_ns"], until_ns=int(rich["start_ns"]) + 1)


def test_words_are_found_where_they_were_said(told):
    deadline = time.monotonic() + PATIENCE_S
    while not (hits := told.asker.walk("/api/v1/search/", q="plan the trip", mission=told.rich)):
        assert time.monotonic() < deadline, "indexed soon"
        time.sleep(0.1)
    assert {hit["mission_id"] for hit in hits} == {told.rich}
    assert "prompt" in {hit["field"] for hit in hits}
    hit = hits[0]
    start, end = hit["marks"][0]
    assert hit["excerpt"][start:end].lower() == "plan"
    assert told.asker.walk("/api/v1/search/", q="") == []


def test_a_refused_record_is_listed_with_its_reason(told):
    bad = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [{"traceId": "0" * 32, "spanId": "1" * 16}]}]}]}
    assert told.asker.http.post("/v1/traces", json=bad).status_code == 400
    newest = told.asker.read("/api/v1/rejections/", limit=1)["results"][0]
    assert not lacking("time_ns door reason detail excerpt", newest)
    assert (newest["door"], newest["reason"]) == ("otlp_traces", "trace_id_zero")
