"""The same records in any order, split, repeated: the same missions, byte for byte."""

import json
import random
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Project
from tests.ingest.delivery import deliver, dump, pieces, shuffled
from traces.models import Mission
from traces.selectors import list_spans

pytestmark = pytest.mark.django_db

SOURCES = ("agentprism", "langfuse", "inspect_ai", "openhands", "zipkin", "sweagent")


def read_missions(shared_data: Path, source: str, most: int = 3) -> list[dict[str, Any]]:
    with (shared_data / "data" / "otlp" / f"{source}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for _, line in zip(range(most), lines, strict=False)]


def make_project(name: str) -> int:
    return Project.objects.create(slug=name, name=name).pk


@pytest.mark.parametrize("source", SOURCES)
def test_shuffled_split_and_repeated_deliveries_store_the_same(shared_data: Path, source: str) -> None:
    missions = read_missions(shared_data, source)
    plain, mixed = make_project("plain"), make_project("mixed")
    for mission in missions:
        deliver(plain, mission)
    work = [piece for mission in missions for piece in pieces(shuffled(mission, 7), 3)] * 2
    random.Random(11).shuffle(work)
    for piece in work:
        deliver(mixed, piece)
    assert dump(mixed) == dump(plain)


def span(number: int, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": f"{number:016x}",
        "name": f"span {number}",
        "kind": 1,
        "startTimeUnixNano": str(1_700_000_000_000_000_000 + number),
        "endTimeUnixNano": str(1_700_000_001_000_000_000 + number),
    }
    return made | fields


def attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def request(*spans: dict[str, Any], resource: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    groups = [{"scope": {}, "spans": list(spans)}]
    return {"resourceSpans": [{"resource": {"attributes": list(resource)}, "scopeSpans": groups}]}


# Five records of three spans of one trace: an open one, its end, one with more attributes, a late mission key,
# a conversation named by one span alone.
RECORDS = [
    span(1, endTimeUnixNano="0"),
    span(1, attributes=[attribute("gen_ai.operation.name", "invoke_agent"), attribute("a", "1")]),
    span(1, attributes=[attribute("gen_ai.operation.name", "invoke_agent"), attribute("b", "2")]),
    span(2, parentSpanId=f"{1:016x}", attributes=[attribute("session.id", "talk-7"), attribute("x", "y" * 300)]),
    span(3, parentSpanId=f"{2:016x}", attributes=[attribute("mission.id", "late"), attribute("mission.name", "N")]),
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(5)), repeats=st.lists(st.integers(0, 4), max_size=4), together=st.booleans())
def test_any_order_of_partial_records_gives_the_same_mission(
    order: list[int], repeats: list[int], together: bool
) -> None:
    straight = Project.objects.create(slug=f"s{Project.objects.count()}", name="s").pk
    other = Project.objects.create(slug=f"o{Project.objects.count()}", name="o").pk
    for record in RECORDS:
        deliver(straight, request(record))
    work = [RECORDS[at] for at in [*order, *repeats]]
    if together:
        deliver(other, request(*work))
    else:
        for record in work:
            deliver(other, request(record))
    assert dump(other) == dump(straight)
    stored = json.loads(dump(other))
    assert list(stored) == ["late"]
    assert len(stored["late"]["spans"]) == 3


# Two records of one span that name different missions, a third that names one by its resource alone, and a span that
# follows its trace.
RIVALS = [
    request(span(1, endTimeUnixNano="0", attributes=[attribute("mission.id", "aa")])),
    request(span(1, attributes=[attribute("mission.id", "zz")])),
    request(span(2, startTimeUnixNano="7", endTimeUnixNano="0"), resource=[attribute("mission.id", "mm")]),
    request(span(2)),
    request(span(3)),
]


@pytest.mark.parametrize("order", list(permutations(range(5)))[1::7])
def test_records_of_one_span_that_name_different_missions_bind_their_trace_in_any_order(order: tuple[int, ...]) -> None:
    straight, other = make_project("straight"), make_project("other")
    for record in RIVALS:
        deliver(straight, record)
    for at in order:
        deliver(other, RIVALS[at])
    assert dump(other) == dump(straight)


# A span that names the mission before anybody says which it is, in two forms; another that names it worse; the key.
NAMED = [
    request(span(1, endTimeUnixNano="0", attributes=[attribute("mission.name", "as it began")])),
    request(span(1, attributes=[attribute("mission.name", "until it ended")])),
    request(span(2, attributes=[attribute("missionscope.mission.goal", "a goal")])),
    request(span(3, attributes=[attribute("mission.id", "late")])),
    request(span(4, attributes=[attribute("mission.id", "own"), attribute("mission.name", "another")])),
]


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7])
def test_a_mission_is_called_by_its_spans_in_whatever_order_they_and_its_key_came(order: tuple[int, ...]) -> None:
    project = make_project("named")
    for at in order:
        deliver(project, NAMED[at])
    names = {key: mission["name"] for key, mission in json.loads(dump(project)).items()}
    assert names == {"late": "until it ended", "own": "another"}


# A root that is open, then ended; work in it that fails and is done again, the second time in two records; a tool run
# that fails through what it holds; a span whose mission is named late; one that was cancelled.
FATES = [
    request(span(1, endTimeUnixNano="0")),
    request(span(1)),
    request(span(2, parentSpanId=f"{1:016x}", name="work", status={"code": 2}, endTimeUnixNano=f"{17 * 10**17 + 3}")),
    request(span(4, parentSpanId=f"{1:016x}", name="work", endTimeUnixNano="0")),
    request(span(4, parentSpanId=f"{1:016x}", name="work")),
    request(
        span(5, attributes=[attribute("gen_ai.operation.name", "execute_tool"), attribute("gen_ai.tool.name", "t")])
    ),
    request(span(6, parentSpanId=f"{5:016x}", status={"code": 2})),
    request(span(7, attributes=[attribute("mission.id", "late"), attribute("error.type", "CancelledError")])),
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(FATES))), computed=st.sets(st.integers(0, len(FATES) - 1)))
def test_outcomes_are_the_same_whatever_the_order_and_whenever_they_were_computed(
    order: list[int], computed: set[int]
) -> None:
    straight = make_project(f"s{Project.objects.count()}")
    other = make_project(f"o{Project.objects.count()}")
    for record in FATES:
        deliver(straight, record)
    for place, at in enumerate(order):
        deliver(other, FATES[at])
        if place in computed:
            dump(other)
    assert dump(other) == dump(straight)
    assert _fates(other) == {1: "ok", 2: "failed", 4: "ok", 5: "failed", 6: "failed", 7: "gone"}


def _fates(project: int) -> dict[int, str]:
    """By number of the span: what became of it in the mission `late`."""
    mission = Mission.objects.get(project_id=project, key="late")
    return {int(row.span_id, 16): row.effective_status for row in list_spans(mission.id, mission.key)}
