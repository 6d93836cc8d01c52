"""Traces of requests that deliver records: their spans come to the mission of these, in any order, and say so."""

import json
import random
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from django.db import DataError

from accounts.models import Project
from ingest import commit
from ingest.commit import store_prepared
from ingest.decoding import decode_request
from ingest.prepare import prepare
from tests.ingest import delivery
from tests.ingest.delivery import REDACTOR, dump
from tests.ingest.test_order import attribute, request, span
from tests.plans.stage7_events import created, started, stored
from traces.missions import find_mission
from traces.models import Log, Mission, Span
from traces.selectors import find_span

pytestmark = pytest.mark.django_db

TRACE = "5b8efff798038103d269b633813fc60c"
"""Of the spans that `span` makes."""
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
Act = Callable[[int], None]


def make_project(name: str) -> int:
    return Project.objects.create(slug=name, name=name).pk


def event_of(mission: str, step: str = "step-1") -> dict[str, Any]:
    return stored(created(step, 0, missionId=mission))


def deliver(
    project: int, *items: Any, header: str = "", encoding: str = "json", door: str = "stage7_storeData"
) -> None:
    values = [json.dumps(item).encode() for item in items]
    data = b"\n".join(values) if encoding == "ndjson" else b"[" + b",".join(values) + b"]"
    store_prepared(
        [
            prepare(
                project_id=project, redactor=REDACTOR, door=door, encoding=encoding, data=data, received_ns=1,
                traceparent=header,
            )
        ]
    )  # fmt: skip


def send_spans(project: int, *spans: dict[str, Any]) -> None:
    delivery.deliver(project, request(*spans))


def homes(project: int) -> dict[str, str]:
    """By name of a span: the mission it is in."""
    keys = dict(Mission.objects.filter(project_id=project).values_list("id", "key"))
    return {name: keys[pk] for name, pk in Span.objects.filter(project_id=project).values_list("name", "mission_id")}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_spans_come_to_the_mission_of_what_their_trace_delivered_in_any_order(order: tuple[int, ...]) -> None:
    project = make_project("any")
    acts: list[Act] = [
        lambda project: deliver(project, event_of("m-1"), header=TRACEPARENT),
        lambda project: send_spans(project, span(1), span(2)),
        lambda project: deliver(project, stored(started("step-1", 9)), header=TRACEPARENT),
    ]
    for place in order:
        acts[place](project)
    assert homes(project) == {"span 1": "m-1", "span 2": "m-1"}
    found = find_mission(project, TRACE)
    assert found is not None
    assert (found.id, found.is_inferred) == ("m-1", False)


def test_who_is_in_a_mission_by_a_delivery_alone_says_so() -> None:
    project = make_project("says")
    deliver(project, event_of("m-1"), header=TRACEPARENT)
    send_spans(project, span(1))
    assert "concluded" in provenance(project, "m-1")["mission_key"]
    send_spans(project, span(2, attributes=[attribute("stage7.mission.id", "m-1")]))
    assert "mission_key" not in provenance(project, "m-1")


def provenance(project: int, key: str) -> dict[str, str]:
    mission = Mission.objects.get(project_id=project, key=key)
    detail = find_span(project, mission.id, key, TRACE, f"{1:016x}")
    assert detail is not None
    return detail.provenance


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_a_trace_says_itself_counts_more_whenever_it_comes(order: tuple[int, ...]) -> None:
    project = make_project("says")
    acts: list[Act] = [
        lambda project: deliver(project, event_of("m-1"), header=TRACEPARENT),
        lambda project: send_spans(project, span(1)),
        lambda project: send_spans(project, span(2, attributes=[attribute("session.id", "talk-7")])),
    ]
    for place in order:
        acts[place](project)
    assert homes(project) == {"span 1": "talk-7", "span 2": "talk-7"}


@pytest.mark.parametrize("is_split", [True, False])
def test_a_trace_that_delivered_for_two_missions_belongs_to_neither(is_split: bool) -> None:
    project = make_project("two")
    send_spans(project, span(1))
    events = [event_of("m-1"), event_of("m-2", "step-2"), event_of("m-1", "step-3")]
    for part in [[each] for each in events] if is_split else [events]:
        deliver(project, *part, header=TRACEPARENT)
    assert homes(project) == {"span 1": TRACE}


def test_deliveries_split_shuffled_and_repeated_are_the_same_missions() -> None:
    plain, mixed = make_project("plain"), make_project("mixed")
    acts: list[Act] = []
    for number in range(12):
        trace = f"{number % 6 + 1:032x}"
        item = event_of(f"m-{number % 3 + number // 10}", f"step-{number}") | {"traceparent": f"00-{trace}-{1:016x}-01"}
        acts.append(lambda project, item=item: deliver(project, item, encoding="ndjson"))  # type: ignore[misc]
        acts.append(lambda project, trace=trace, number=number: send_spans(project, span(number, traceId=trace)))  # type: ignore[misc]
    for act in acts:
        act(plain)
    mixed_acts = acts * 2
    random.Random(5).shuffle(mixed_acts)
    for act in mixed_acts:
        act(mixed)
    assert dump(mixed) == dump(plain)
    assert len(set(homes(plain).values())) > 3


def test_a_record_is_the_same_one_whichever_request_delivers_it() -> None:
    project = make_project("same")
    deliver(project, event_of("m-1"))
    deliver(project, event_of("m-1") | {"traceparent": TRACEPARENT}, encoding="ndjson")
    deliver(project, event_of("m-1"), header=f"00-{'7' * 32}-{'7' * 16}-01")
    send_spans(project, span(1), span(2, traceId="7" * 32))
    assert Log.objects.filter(project_id=project).count() == 1
    assert homes(project) == {"span 1": "m-1", "span 2": "m-1"}


def test_the_field_counts_more_than_the_header_and_a_batch_has_no_header() -> None:
    other = f"00-{'7' * 32}-{'7' * 16}-01"
    items = [event_of("m-1") | {"traceparent": other}, event_of("m-1", "step-2")]

    def traces(encoding: str, data: bytes) -> dict[int, str]:
        decoded = decode_request("stage7_storeData", encoding, data, 1, TRACEPARENT)
        return {item: trace_id.hex() for item, trace_id in decoded.deliveries.items()}

    assert traces("json", json.dumps(items).encode()) == {0: "7" * 32, 1: TRACE}
    assert traces("ndjson", b"\n".join(json.dumps(item).encode() for item in items)) == {0: "7" * 32}


@pytest.mark.parametrize("said", ["no trace", f"00-{'0' * 32}-{'1' * 16}-01", 7, None, {"a": 1}])
def test_a_field_that_names_no_trace_is_kept_as_what_it_is(said: Any) -> None:
    item = {"path": "/unknown", "request": {"a": 1}, "traceparent": said}
    decoded = decode_request("stage7_messages", "json", json.dumps(item).encode(), 1, "")
    assert decoded.deliveries == {}
    assert decoded.logs[0].body["traceparent"] == said


def test_typed_records_take_it_too() -> None:
    project = make_project("typed")
    line = {"type": "log", "mission_id": "m-1", "body": "hello", "time_ns": 1_700_000_000_000_000_000}
    deliver(project, line | {"traceparent": TRACEPARENT}, encoding="ndjson", door="native")
    send_spans(project, span(1))
    assert homes(project) == {"span 1": "m-1"}


@pytest.mark.django_db(transaction=True)
def test_a_record_that_the_database_refuses_costs_no_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    store = commit.store_records

    def refuse_some(cursor: Any, project_id: int, spans: Any, logs: Any, *rest: Any) -> Any:
        if any("unwanted" in log.body for log in logs):
            raise DataError("no")
        return store(cursor, project_id, spans, logs, *rest)

    monkeypatch.setattr(commit, "store_records", refuse_some)
    project = make_project("pieces")
    items = [event_of("m-1"), event_of("m-1", "unwanted")]
    whole = prepare(
        project_id=project, redactor=REDACTOR, door="stage7_storeData", encoding="json",
        data=json.dumps(items).encode(), received_ns=1, traceparent=TRACEPARENT,
    )  # fmt: skip
    outcome = commit.committer.submit(whole).result(60)
    assert [record.reason for record in outcome.refused] == ["not_storable"]
    send_spans(project, span(1))
    assert homes(project) == {"span 1": "m-1"}
