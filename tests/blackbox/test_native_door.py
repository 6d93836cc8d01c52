"""Typed records through the real door: what they become, and what is said of those that cannot be kept."""

import json
import random
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from core.limits import MAX_ATTRIBUTES
from tests.blackbox.client import Reader, mission_path
from tests.blackbox.json_doors import JsonSender
from tests.servers import Server

START, END = "1767323045000000000", "1767323047500000000"
BEGUN = "2026-01-02T03:04:05.000Z"


@pytest.fixture
def native(server: Server) -> Iterator[JsonSender]:
    made = JsonSender(server.url, server.key, "/api/v1/ingest")
    yield made
    made.close()


def records(mission: str) -> list[dict[str, Any]]:
    """One of every type, as an agent might send them."""
    common = {"mission_id": mission, "agent_id": "a1", "agent_name": "planner", "step_id": "s1", "service_name": "desk"}
    ran = {"start_ns": START, "end_ns": END}
    call = {"provider": "openai", "model": "gpt-4o", **ran}
    said = {"input_messages": [{"role": "user", "content": "what is the tide"}], "output_messages": "high at noon"}
    return [
        {"type": "mission", "mission_id": mission, "name": "Tides", "goal": "know the tide", "time_ns": START},
        {"type": "agent", **common, "role": "researcher", "time_ns": START},
        {"type": "step", **common, "verb": "SEARCH", "dependencies": [{"source_step_id": "s0"}], "created_ns": BEGUN},
        {"type": "step_edge", **common, "source_step_id": "s0", "target_step_id": "s1", "time_ns": START},
        {"type": "plan_revision", **common, "stage": "parsed", "plan": [{"id": "s1"}], "time_ns": START},
        {"type": "human_request", **common, "id": "q1", "question": "Which harbour?", "asked_ns": START},
        {"type": "span", **common, "id": "run", "name": "plan the day", "kind": "agent", **ran},
        {"type": "llm_call", **common, "id": "c1", "parent_id": "run", **call, **said, "input_tokens": 12,
         "output_tokens": 3, "parameters": {"temperature": 0.5}, "finish_reasons": ["stop"], "cost_usd": "0.00125"},
        {"type": "llm_attempt", **common, "call_id": "c1", "attempt": 1, **call, "error": "rate limited"},
        {"type": "tool_call", **common, "id": "t1", "parent_id": "run", "tool_name": "tides", "tool_call_id": "tc1",
         "arguments": {"harbour": "Cuxhaven"}, "result": {"high": "12:00"}, **ran},
        {"type": "snapshot", **common, "state": {"plan": [{"status": "open"}]}, "time_ns": START},
        {"type": "snapshot_patch", **common, "time_ns": END,
         "operations": [{"op": "replace", "path": "/plan/0/status", "value": "done"}]},
        {"type": "log", **common, "body": "looking", "severity": "warn", "parent_id": "run", "time_ns": START},
        {"type": "error", **common, "message": "no connection", "error_type": "IOError", "time_ns": END},
    ]  # fmt: skip


def contents(stored: Reader, mission: str) -> str:
    """Everything stored that does not depend on when it came, in one text."""
    spans = [{**each, "change_seq": 0} for each in stored.spans(mission)]
    logs = [{**each, "id": 0, "change_seq": 0} for each in stored.logs(mission)]
    return "\n".join(sorted(json.dumps(each, sort_keys=True) for each in [*spans, *logs]))


def test_every_type_becomes_what_it_is(native: JsonSender, stored: Reader, mission: str):
    assert native.send({"records": records(mission)}) == {"accepted": 14, "rejected": []}
    by_name = {span["name"]: span for span in stored.spans(mission)}
    assert {name: span["span_kind"] for name, span in by_name.items()} == {
        "plan the day": "AGENT", "chat gpt-4o": "LLM", "execute_tool tides": "TOOL",
    }  # fmt: skip
    assert len(stored.spans(mission)) == 4
    run = by_name["plan the day"]
    assert (run["start_ns"], run["end_ns"], run["agent_name"], run["step_id"]) == (START, END, "planner", "s1")
    assert run["service_name"] == "desk"
    tool = by_name["execute_tool tides"]
    assert tool["parent_span_id"] == run["span_id"]
    detail = stored.read(f"{mission_path(mission)}spans/{tool['trace_id']}/{tool['span_id']}/")
    assert (detail["attributes"]["missionscope.id"], detail["attributes"]["missionscope.parent.id"]) == ("t1", "run")


def test_a_model_call_shows_its_conversation_tokens_and_money(native: JsonSender, stored: Reader, mission: str):
    native.send(records(mission))
    calls = stored.items(f"{mission_path(mission)}llm-calls/")
    (call,) = [each for each in calls if not each["error"]]
    (attempt,) = [each for each in calls if each["error"]]
    assert attempt["error"] == "rate limited"
    detail = stored.read(f"{mission_path(mission)}llm-calls/{call['id']}/")
    assert (detail["provider_name"], detail["request_model"], detail["operation"]) == ("openai", "gpt-4o", "chat")
    assert (detail["input_tokens"], detail["output_tokens"], detail["cost_usd"]) == (12, 3, "0.00125")
    assert detail["finish_reasons"] == ["stop"]
    assert detail["parameters"] == {"temperature": 0.5}
    assert "what is the tide" in json.dumps(detail["input_messages"])
    assert "high at noon" in json.dumps(detail["output_messages"])


def test_a_tool_call_shows_its_arguments_and_result(native: JsonSender, stored: Reader, mission: str):
    native.send(records(mission))
    (row,) = stored.items(f"{mission_path(mission)}tool-calls/")
    run = stored.read(f"{mission_path(mission)}tool-calls/{row['id']}/")
    assert (run["tool_name"], run["tool_call_id"]) == ("tides", "tc1")
    assert (run["arguments"], run["result"]) == ({"harbour": "Cuxhaven"}, {"high": "12:00"})


def test_states_and_patches_give_the_state_at_a_time(native: JsonSender, stored: Reader, mission: str):
    native.send(records(mission))
    for at_ns, status in ((START, "open"), (END, "done")):
        (state,) = stored.read(f"{mission_path(mission)}state/", at_ns=at_ns)["results"]
        assert (state["agent_name"], state["state"]) == ("planner", {"plan": [{"status": status}]})


def test_records_of_the_plan_keep_the_shape_they_were_sent_in(native: JsonSender, stored: Reader, mission: str):
    sent = records(mission)
    native.send(sent)
    logs = {entry["event_name"]: entry for entry in stored.logs(mission)}
    for record in sent:
        if record["type"] in ("mission", "agent", "step", "step_edge", "plan_revision", "human_request"):
            entry = logs[f"missionscope.{record['type']}"]
            body = entry["body"] if isinstance(entry["body"], dict) else json.loads(entry["body"])
            assert body == record
            assert entry["time_ns"] == START
    line = next(entry for entry in logs.values() if entry["body"] == "looking")
    assert line["severity_text"] == "warn"
    assert line["span_id"] == next(span["span_id"] for span in stored.spans(mission) if span["name"] == "plan the day")
    assert logs["missionscope.error"]["attributes"]["exception.type"] == "IOError"


@pytest.mark.parametrize("seed", range(4))
def test_order_splitting_and_repetition_do_not_matter(native: JsonSender, stored: Reader, mission: str, seed: int):
    sent = records(mission)
    native.send(sent)
    stored.until_computed()
    whole = contents(stored, mission)
    other = f"{mission}-other"
    shuffled = json.loads(json.dumps(records(mission)).replace(mission, other))
    chance = random.Random(seed)
    chance.shuffle(shuffled)
    while shuffled:
        size = chance.randrange(1, 5)
        piece, shuffled = shuffled[:size], shuffled[size:]
        native.send_lines(*piece)
        native.send_lines(*reversed(piece))
    stored.until_computed()
    assert native.send(sent)["accepted"] == len(sent)
    stored.until_computed()
    assert contents(stored, mission) == whole
    assert len(stored.spans(other)) == len(stored.spans(mission))
    assert len(stored.logs(other)) == len(stored.logs(mission))


@pytest.mark.parametrize("end_first", [False, True])
@pytest.mark.parametrize("kind", ["llm_call", "tool_call", "span"])
def test_a_start_is_completed_by_its_end(
    native: JsonSender, stored: Reader, mission: str, kind: str, *, end_first: bool
):
    ids = {"type": kind, "mission_id": mission, "id": "w1"}
    names = {
        "llm_call": {"model": "m", "operation": "embeddings"},
        "tool_call": {"tool_name": "t"},
        "span": {"name": "n"},
    }
    start = {**ids, **names[kind], "start_ns": START, "agent_id": "a1"}
    end = {**ids, "end_ns": END, "status": "error", "error": "broke"}
    for record in (end, start) if end_first else (start, end):
        native.send(record)
    (span,) = stored.spans(mission)
    assert (span["start_ns"], span["end_ns"], span["agent_name"]) == (START, END, "a1")
    assert (span["status_message"], span["name"]) == (
        "broke", {"llm_call": "embeddings m", "tool_call": "execute_tool t", "span": "n"}[kind],
    )  # fmt: skip
    assert span["span_kind"] == {"llm_call": "EMBEDDING", "tool_call": "TOOL", "span": "OTHER"}[kind]


def test_without_an_end_work_is_still_running(native: JsonSender, stored: Reader, mission: str):
    native.send({"type": "tool_call", "mission_id": mission, "id": 7, "tool_name": "slow", "start_ns": START})
    (span,) = stored.spans(mission)
    assert (span["end_ns"], span["name"]) == (None, "execute_tool slow")


def test_without_ids_the_content_is_the_identity(native: JsonSender, stored: Reader, mission: str):
    record = {"type": "span", "mission_id": mission, "name": "n", "start_ns": START, "end_ns": END}
    other = record | {"name": "m"}
    for _ in range(2):
        assert native.send([record, dict(reversed(record.items())), other])["accepted"] == 3
    assert sorted(span["name"] for span in stored.spans(mission)) == ["m", "n"]


def test_ids_of_opentelemetry_join_records_with_its_spans(native: JsonSender, stored: Reader, mission: str):
    trace, span = secrets.token_hex(16), secrets.token_hex(8)
    native.send(
        {"type": "tool_call", "mission_id": mission, "tool_name": "t", "trace_id": trace.upper(), "span_id": span}
    )
    native.send({"type": "log", "body": "b", "trace_id": trace, "time_ns": START})
    assert [(each["trace_id"], each["span_id"]) for each in stored.spans(mission)] == [(trace, span)]
    assert len(stored.logs(mission)) == 1


def test_unknown_fields_stay_visible(native: JsonSender, stored: Reader, mission: str):
    native.send([
        {"type": "span", "mission_id": mission, "name": "n", "mood": {"is": "good"}, "attributes": {"my.own": 1}},
        {"type": "log", "mission_id": mission, "body": "b", "mood": "bad", "time_ns": START},
    ])  # fmt: skip
    (span,) = stored.spans(mission)
    detail = stored.read(f"{mission_path(mission)}spans/{span['trace_id']}/{span['span_id']}/")
    assert detail["attributes"]["missionscope.extra.mood"] == {"is": "good"}
    assert detail["attributes"]["my.own"] == 1
    assert stored.logs(mission)[0]["attributes"]["missionscope.extra.mood"] == "bad"


def test_attributes_beyond_the_limit_are_counted_and_told(native: JsonSender, stored: Reader, mission: str):
    many = {f"a{number}": number for number in range(MAX_ATTRIBUTES + 5)}
    answer = native.send({"type": "span", "mission_id": mission, "name": "n", "attributes": many})
    assert answer["accepted"] == 1
    assert "attributes beyond" in answer["warnings"][0]
    (span,) = stored.spans(mission)
    assert "attributes_dropped" in span["warnings"]


BAD: list[tuple[Any, str, str]] = [
    ({"type": "poem"}, "unknown_type", "'poem'"),
    ({}, "unknown_type", "missing"),
    ("text", "not_an_object", ""),
    (None, "not_an_object", ""),
    ({"type": "step"}, "field_missing", "step_id"),
    ({"type": "step", "step_id": "s", "dependencies": [{}]}, "field_missing", "dependencies[0].source_step_id"),
    ({"type": "llm_call", "input_tokens": -1}, "number_out_of_range", "input_tokens"),
    ({"type": "llm_call", "input_tokens": "12"}, "field_type", "input_tokens"),
    ({"type": "span", "start_ns": 1767323045678}, "time_out_of_range", "start_ns"),
    ({"type": "span", "events": [{"name": "e", "time_ns": "soon"}]}, "time_not_understood", "events[0].time_ns"),
    ({"type": "tool_call", "trace_id": "xyz"}, "field_type", "trace_id"),
    ({"type": "tool_call", "span_id": "0" * 16}, "span_id_zero", "span_id"),
    ({"type": "snapshot", "state": "text"}, "field_type", "state"),
    ({"type": "log"}, "field_missing", "body"),
    ({"type": "mission", "mission_id": None}, "field_type", "mission_id"),
]


def test_each_bad_record_is_named_with_its_field_and_costs_no_other(native: JsonSender, stored: Reader, mission: str):
    good = {"type": "log", "mission_id": mission, "body": "kept", "time_ns": START}
    answer = native.send([record for record, _, _ in BAD] + [good])
    assert answer["accepted"] == 1
    assert [(each["index"], each["reason"]) for each in answer["rejected"]] == [
        (index, reason) for index, (_, reason, _) in enumerate(BAD)
    ]
    for each, (_, _, word) in zip(answer["rejected"], BAD, strict=True):
        assert word in each["detail"]
    assert len(stored.logs(mission)) == 1
    assert "native" in {each["door"] for each in stored.rejections()}


def test_secrets_and_hostile_texts(native: JsonSender, stored: Reader, mission: str):
    word = f"plainword{secrets.token_hex(4)}"
    script = "<script>alert(1)</script>\x00\ud800"
    native.send([
        {"type": "tool_call", "mission_id": mission, "tool_name": script, "arguments": {"password": word}},
        {"type": "step", "mission_id": mission, "step_id": "s", "inputs": {"api_key": word}, "description": script},
        {"type": "llm_call", "mission_id": mission, "model": "m", "input_messages": f"Authorization: Bearer {word}7"},
        {"type": "span", "mission_id": mission, "name": "n", "token": word, "start_ns": END, "end_ns": START},
    ])  # fmt: skip
    assert len(stored.spans(mission)) == 3
    runs = stored.items(f"{mission_path(mission)}tool-calls/", include="content")
    calls = stored.items(f"{mission_path(mission)}llm-calls/", include="content")
    shown = json.dumps([contents(stored, mission), runs, calls])
    assert "alert(1)" in shown
    assert word not in shown
    assert "end_before_start" in json.dumps(stored.spans(mission))


def test_the_schema_is_public_and_says_what_validation_says(server: Server, mission: str):
    answer = httpx.get(f"{server.url}/api/v1/ingest/schema", trust_env=False)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/schema+json")
    from jsonschema import Draft202012Validator

    schema = answer.json()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert list(validator.iter_errors({"records": records(mission)})) == []
    assert list(validator.iter_errors(records(mission))) == []
    for record, reason, _ in BAD:
        if not reason.startswith("time") and reason != "span_id_zero" and record != {"type": "log"}:
            assert not validator.is_valid([record]), record
    described = [field for each in schema["$defs"].values() for field in each.get("properties", {}).items()]
    assert len(described) > 100
    assert [name for name, field in described if "description" not in field and name != "type"] == []


def test_other_methods_on_the_door(server: Server):
    answer = httpx.get(f"{server.url}/api/v1/ingest", trust_env=False)
    assert answer.status_code in (401, 404, 405)
    assert set(answer.json()) == {"detail", "code", "errors"}
    answer = httpx.post(f"{server.url}/api/v1/ingest/schema", trust_env=False)
    assert answer.status_code in (404, 405)
