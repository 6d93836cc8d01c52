"""A mission leaves as OTLP and comes back the same."""

import json
import random
import secrets
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import create_api_key
from accounts.models import Project
from api import export
from tests.api.conftest import attribute, make_request, make_rich_mission, make_span, mission_path
from tests.api.test_access import logged_in, with_key
from tests.api.test_queries import SHARED_BODIES, fill
from tests.ingest.delivery import NOTES, deliver, dump
from tests.ingest.test_order import SOURCES, make_project, read_missions
from traces.models import Mission

database = pytest.mark.django_db
COUNTED = ("redactions",)
"""How many values a door replaced: where their tokens come in, it has nothing to replace."""


def lines_of(client: Any, mission_id: str) -> list[dict[str, Any]]:
    """The export, line by line."""
    answer = client.get(mission_path(mission_id, "export/"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/x-ndjson")
    text = b"".join(answer.streaming_content)
    assert text.endswith(b"\n") or not text
    return [json.loads(line) for line in text.splitlines()]


def send_lines(project_pk: int, lines: list[dict[str, Any]]) -> None:
    for line in lines:
        deliver(project_pk, line, "traces" if "resourceSpans" in line else "logs")


def exported(client: Any, project_pk: int) -> list[dict[str, Any]]:
    """All missions of a project."""
    keys = Mission.objects.filter(project_id=project_pk).order_by("id").values_list("key", flat=True)
    return [line for key in keys for line in lines_of(client, key)]


@pytest.fixture
def own(project, api_key):
    return project.pk, with_key(api_key.key)


@database
@pytest.mark.parametrize("source", SOURCES)
def test_recorded_missions_come_back_byte_for_byte(shared_data: Path, own, source) -> None:
    project_pk, client = own
    for mission in read_missions(shared_data, source):
        deliver(project_pk, mission)
    again = make_project("again")
    send_lines(again, exported(client, project_pk))
    assert dump(again, without=COUNTED) == dump(project_pk, without=COUNTED)


@database
@pytest.mark.parametrize("rows", [1, 3, 500])
def test_a_rich_mission_comes_back_whatever_the_order_and_the_size_of_the_lines(own, monkeypatch, rows):
    project_pk, client = own
    monkeypatch.setattr(export, "LINE_ROWS", rows)
    traces, logs = make_rich_mission("a b ü")
    deliver(project_pk, logs, "logs")
    deliver(project_pk, traces)
    lines = lines_of(client, "a b ü")
    random.Random(3).shuffle(lines)
    again = make_project("again")
    send_lines(again, lines * 2)
    assert dump(again) == dump(project_pk)
    assert len(lines) == -(-8 // rows) + -(-23 // rows)


ODD_VALUES = [
    {"stringValue": ""}, {"stringValue": "\u2400 \U0001f600 \u202e\r\n\t\"\\"}, {"stringValue": "[1, 2]"},
    {"stringValue": json.dumps([{"role": "user", "content": "x" * 500}] * 3)}, {"boolValue": False},
    {"intValue": "0"}, {"intValue": str(-(2**63))}, {"intValue": str(2**63 - 1)}, {"doubleValue": 0.0},
    {"doubleValue": -0.0}, {"doubleValue": 5.0}, {"doubleValue": 1e300}, {"doubleValue": 5e-324},
    {"doubleValue": "NaN"}, {"doubleValue": "-Infinity"}, {"doubleValue": "Infinity"}, {"bytesValue": ""},
    {"bytesValue": "AP+A"}, {}, {"arrayValue": {}}, {"kvlistValue": {}},
    {"arrayValue": {"values": [{}, {"intValue": "7"}, {"arrayValue": {"values": [{"stringValue": "y" * 900}]}}]}},
    {"kvlistValue": {"values": [attribute("k", "z" * 900), {"key": "", "value": {"doubleValue": 1.5}}]}},
]  # fmt: skip


@database
def test_every_kind_of_value_and_field_comes_back(own):
    project_pk, client = own
    trace = "ab" * 16
    odd = [{"key": f"odd {at}", "value": value} for at, value in enumerate(ODD_VALUES)]
    whole = make_span(trace, 0, "whole", seconds=None) | {
        "kind": 7, "traceState": "a=b", "flags": 257, "attributes": odd, "droppedAttributesCount": 3,
        "droppedEventsCount": 4, "droppedLinksCount": 5, "status": {"message": "m", "code": 2},
        "events": [{"name": "e", "attributes": odd, "droppedAttributesCount": 6}, {"name": "f", "timeUnixNano": "9"}],
        "links": [{"traceId": "cd" * 16, "spanId": "ef" * 8, "traceState": "c=d", "attributes": odd,
                   "droppedAttributesCount": 7, "flags": 1}],
    }  # fmt: skip
    bare = {"traceId": trace, "spanId": "12" * 8, "name": "bare"}
    server = make_span(trace, 0, "server's half of the same id") | {"kind": 2}
    request = make_request("odd", [whole, bare, server])
    [block] = request["resourceSpans"]
    block["resource"]["droppedAttributesCount"] = 2
    block["schemaUrl"] = "https://a"
    block["scopeSpans"][0] |= {"scope": {"name": "s", "version": "1", "attributes": odd}, "schemaUrl": "https://b"}
    deliver(project_pk, request)
    deliver(project_pk, make_request("odd", [make_span("cd" * 16, 4, "of another scope, resource and trace")], more=1))
    records = [{"body": value, "attributes": odd, "traceId": trace, "severityNumber": 9} for value in ODD_VALUES]
    records[0] |= {"timeUnixNano": "5", "spanId": "12" * 8, "eventName": "n", "flags": 1, "severityText": "INFO"}
    records[1] |= {"observedTimeUnixNano": "6"}
    resource = {"attributes": [attribute("mission.id", "odd")]}
    deliver(project_pk, {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": records}]}]}, "logs")
    again = make_project("again")
    lines = lines_of(client, "odd")
    send_lines(again, lines)
    elsewhere = with_key(create_api_key(Project.objects.get(pk=again), "k", ("read",)).key)
    assert lines_of(elsewhere, "odd") == lines
    assert dump(again) == dump(project_pk)


@database
def test_what_was_redacted_and_repaired_stays_so(own):
    project_pk, client = own
    said = "write to jane.doe@example.com, key sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD"
    span = make_span("ab" * 16, 0, "na\0me", said=said, password="hunter2-hunter2", note="a\0b")
    deliver(project_pk, make_request("kept", [span]))
    lines = lines_of(client, "kept")
    text = json.dumps(lines)
    assert "jane.doe" not in text
    assert "hunter2" not in text
    again = make_project("again")
    send_lines(again, lines)
    assert dump(again, without=NOTES) == dump(project_pk, without=NOTES)
    row = client.get(mission_path("kept", "spans/"), {"include": "content"}).json()["results"][0]
    values = [each["stringValue"] for each in values_of(lines)]
    assert values == [row["attributes"][name] for name in ("said", "password", "note")]
    assert "[EMAIL·" in values[0]


def values_of(lines):
    [span] = lines[0]["resourceSpans"][0]["scopeSpans"][0]["spans"]
    return [each["value"] for each in span["attributes"]]


@database
def test_a_span_of_several_records_comes_back_as_what_they_are_together(own):
    project_pk, client = own
    trace = "ab" * 16
    started = make_span(trace, 0, "work", seconds=None, early=1)
    deliver(project_pk, make_request("merged", [started]))
    deliver(
        project_pk,
        make_request("merged", [make_span(trace, 0, "work", late=2), make_span(trace, 1, "open", seconds=None)]),
    )
    again = make_project("again")
    send_lines(again, lines_of(client, "merged"))
    assert dump(again) == dump(project_pk)


@database
def test_a_mission_without_a_name_and_one_of_logs_alone_come_back(own):
    project_pk, client = own
    deliver(project_pk, {"resourceSpans": [{"scopeSpans": [{"spans": [make_span("ab" * 16, 0, "s")]}]}]})
    record = {"traceId": "cd" * 16, "body": {"stringValue": "alone"}, "timeUnixNano": "7"}
    deliver(project_pk, {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}, "logs")
    again = make_project("again")
    send_lines(again, exported(client, project_pk))
    assert dump(again) == dump(project_pk)
    assert Mission.objects.filter(project_id=again, is_inferred=True).count() == 2


@database
def test_lines_are_bounded_by_bytes(own, monkeypatch):
    project_pk, client = own
    monkeypatch.setattr(export, "LINE_BYTES", 50_000)
    spans = [make_span("ab" * 16, at, "work", said="s" * 12_000, own=at) for at in range(10)]
    deliver(project_pk, make_request("large", spans))
    lines = lines_of(client, "large")
    assert [len(line["resourceSpans"][0]["scopeSpans"][0]["spans"]) for line in lines] == [4, 4, 2]


@database
def test_fifty_rounds_ask_as_often_as_one(project, api_key):
    client = with_key(api_key.key)
    asked = []
    for mission_id, count in (("one", 1), ("ten", 10)):
        fill(project, mission_id, count)
        asked.append(count_queries_of_stream(client, mission_path(mission_id, "export/")))
    assert asked[1] <= asked[0] + 2 * SHARED_BODIES


def count_queries_of_stream(client, path):
    with CaptureQueriesContext(connection) as seen:
        assert b"".join(client.get(path).streaming_content)
    return len(seen)


@database
def test_members_may_export_and_strangers_learn_nothing(own, alice, bob, charlie):
    project_pk, client = own
    deliver(project_pk, make_rich_mission("secret")[0])
    whole = lines_of(client, "secret")
    for user in (alice, bob):
        assert lines_of(logged_in(user), "secret") == whole
    stranger = with_key(create_api_key(charlie.memberships.get().project, "c", ("read",)).key)
    for other in (stranger, logged_in(charlie)):
        answer = other.get(mission_path("secret", "export/"), headers={"accept": "application/x-ndjson"})
        assert (answer.status_code, json.loads(answer.content)["code"]) == (404, "not_found")
    sender = with_key(create_api_key(Project.objects.get(pk=project_pk), "s", ("ingest",)).key)
    assert sender.get(mission_path("secret", "export/")).status_code == 403


@pytest.mark.server
def test_a_server_streams_a_large_mission_and_takes_it_back(asker):
    """Sent to the doors of the same server, under another mission's name: as many records, and nothing refused."""
    name = f"large {secrets.token_hex(4)}"
    trace = secrets.token_hex(16)
    spans = [make_span(trace, at, f"span {at}", said=secrets.token_hex(2_000)) for at in range(1_300)]
    asker.send(make_request(name, spans))
    answer = asker.http.get(mission_path(name, "export/"), headers={"accept": "application/x-ndjson"})
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Transfer-Encoding"] == "chunked"
    lines = answer.text.splitlines()
    assert len(lines) == 3
    copy = answer.text.replace(name, f"{name} copy").replace(trace, secrets.token_hex(16))
    for line in copy.splitlines():
        assert asker.http.post("/v1/traces", content=line, headers={"content-type": "application/json"}).json() == {}
    assert asker.settled(f"{name} copy", len(spans))["span_count"] == asker.settled(name, len(spans))["span_count"]
