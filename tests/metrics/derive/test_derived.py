"""What is stored is measured by the minute, whenever and in whatever order it comes."""

import json
import random
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.commit import store_prepared
from metrics.derive import tallies, units, writing
from metrics.derive.job import derive_marked
from metrics.models import DerivedWork, Rollup, Sample
from metrics.records import MetricQuery
from metrics.rolling import merge_pending
from metrics.selectors import list_missions_behind, query
from tests.ingest.delivery import deliver, pieces, prepared, shuffled
from tests.metrics.derive.records import (
    BEGIN,
    MINUTE,
    SECOND,
    call,
    dump,
    from_service,
    log,
    log_request,
    make_project,
    settle,
    span,
    values,
)

pytestmark = pytest.mark.django_db


def test_requests_messages_and_agents_are_measured() -> None:
    project = make_project("requests")
    deliver(
        project,
        from_service(
            "api",
            span(1, 0, 2, "GET /missions/17", kind=2),
            span(2, 5, 9, "GET /missions/12345678-1234-1234-1234-123456789abc", kind=2),
            span(3, 58, 61, "POST /missions", kind=2, status=2, error__type="503"),
            span(4, 0, 3, "inner"),
            span(5, 1, 5, "process order-17", kind=5),
            span(
                6, 1, 9, "invoke_agent planner", gen_ai__operation__name="invoke_agent", gen_ai__agent__name="planner"
            ),
        ),
    )
    settle(project)
    name = "missionscope.request.duration"
    assert values(project, name) == {
        ("api", '{"endpoint":"GET /missions/{id}","status":"ok"}', 0): (2, 6.0, 0),
        ("api", '{"endpoint":"POST /missions","status":"503"}', 60): (1, 3.0, 1),
    }
    assert values(project, "missionscope.message.duration") == {
        ("api", '{"operation":"process order-{id}"}', 0): (1, 4.0, 0)
    }
    assert values(project, "missionscope.agent.duration") == {("api", '{"agent":"planner"}', 0): (1, 8.0, 0)}
    asked = MetricQuery(name, "error_rate", BEGIN, BEGIN + 600 * SECOND, group_by=("service",), step_s=600)
    [series] = query(project, asked).series
    assert series.labels == {"service": "api"}
    assert series.points == [(BEGIN, pytest.approx(1 / 3))]


def test_model_calls_are_measured_in_time_tokens_and_money() -> None:
    project = make_project("calls")
    usage = {"gen_ai__usage__input_tokens": 100, "gen_ai__usage__output_tokens": 20}
    cost = {"gen_ai__usage__cost": "0.25"}
    deliver(
        project,
        from_service(
            "brain",
            call(1, 0, 4, gen_ai__agent__name="planner", **usage, **cost),
            call(2, 10, 12, gen_ai__agent__name="planner", **usage, **cost),
            call(3, 20, 21, gen_ai__agent__name="planner", status=2, error__type="timeout"),
        ),
    )
    settle(project)
    labels = '{"agent":"planner","model":"m-1","provider":"acme"}'
    assert values(project, "missionscope.llm.duration") == {("brain", labels, 0): (3, 7.0, 1)}
    assert values(project, "missionscope.llm.cost") == {("brain", labels, 0): (2, 0.5, None)}
    by_direction = {
        json.loads(key[1])["direction"]: each for key, each in values(project, "missionscope.llm.tokens").items()
    }
    assert by_direction == {"input": (2, 200.0, None), "output": (2, 40.0, None)}
    assert values(project, "missionscope.errors") == {("brain", '{"source":"llm"}', 0): (1, 1.0, None)}


def test_a_call_inside_a_call_is_measured_once() -> None:
    project = make_project("wrapped")
    outer, inner = call(1, 0, 4, gen_ai__usage__input_tokens=9), call(2, 1, 3, gen_ai__usage__input_tokens=9)
    deliver(project, from_service("brain", outer, inner | {"parentSpanId": f"{1:016x}"}))
    derive_marked()
    settle(project)
    assert [each[1] for each in values(project, "missionscope.llm.tokens").values()] == [9.0]


def test_tools_and_the_methods_of_the_sdk_are_measured() -> None:
    project = make_project("tools")
    tool = {"gen_ai__operation__name": "execute_tool", "gen_ai__tool__name": "search"}
    deliver(
        project,
        from_service(
            "sdk",
            span(1, 0, 1, "execute_tool search", **tool),
            span(2, 1, 4, "execute_tool search", status=2, **tool),
            span(3, 0, 5, "Tool.execute"),
            span(4, 0, 50, "HumanInTheLoop.ask"),
            span(5, 0, 1, "Tool of mine"),
        ),
    )
    settle(project)
    assert values(project, "missionscope.tool.duration") == {("sdk", '{"tool":"search"}', 0): (2, 4.0, 1)}
    assert values(project, "missionscope.sdk.duration") == {
        ("sdk", '{"method":"Tool.execute"}', 0): (1, 5.0, 0),
        ("sdk", '{"method":"HumanInTheLoop.ask"}', 0): (1, 50.0, 0),
    }


def test_log_records_and_pages_are_counted() -> None:
    project = make_project("logs")
    records = [log(1, 9), log(2, 9), log(3, 17), log(61, 21), log(4, 0), log(5, 17, event="browser.exception")]
    records += [log(7, 17, event="browser.sentry.event")]
    deliver(project, log_request(*records, log(6, 9, event="browser.websocket.open"), service="web"), "logs")
    click = span(2, 3, 3, "click", event_type="click", http__url="https://a.example/")
    deliver(project, from_service("web", span(1, 0, 2, "documentLoad"), click))
    settle(project)
    counted = {
        (json.loads(key[1])["severity"], key[2]): each[1]
        for key, each in values(project, "missionscope.log.records").items()
    }
    assert counted == {("info", 0): 3, ("error", 0): 3, ("critical", 60): 1, ("unset", 0): 1}
    assert values(project, "missionscope.errors") == {
        ("web", '{"source":"log"}', 0): (3, 3.0, None),
        ("web", '{"source":"log"}', 60): (1, 1.0, None),
    }
    assert values(project, "missionscope.frontend.errors") == {("web", "{}", 0): (2, 2.0, None)}
    assert values(project, "missionscope.frontend.websocket") == {("web", '{"state":"open"}', 0): (1, 1.0, None)}
    assert values(project, "missionscope.frontend.page_load") == {("web", "{}", 0): (1, 2.0, 0)}
    assert values(project, "missionscope.frontend.interactions") == {("web", '{"type":"click"}', 0): (1, 1.0, None)}


@pytest.mark.parametrize(
    ("event", "severity", "told", "state"),
    [
        ("closed", 9, {"websocket.close_code": 1000}, "closed"), ("close", 9, {"websocket.close_code": 1001}, "closed"),
        ("close", 9, {"code": 1005}, "closed"), ("close", 9, {}, "closed"), ("close", 13, {}, "lost"),
        ("close", 9, {"websocket.close_code": 1006}, "lost"), ("closed", 9, {"closeCode": "1011"}, "lost"),
        ("close", 13, {"websocket.close_code": 1000}, "closed"), ("close", 9, {"code": "gone"}, "closed"),
        ("error", 13, {}, "error"), ("open", 9, {"code": 1006}, "open"),
    ],
)  # fmt: skip
def test_a_websocket_is_lost_where_it_did_not_end_as_sockets_do(
    event: str, severity: int, told: dict[str, Any], state: str
) -> None:
    project = make_project("sockets")
    record = log(6, severity, event=f"browser.websocket.{event}")
    for name, value in told.items():
        field = "intValue" if isinstance(value, int) else "stringValue"
        record["attributes"].append({"key": name, "value": {field: str(value)}})
    deliver(project, log_request(record, service="web"), "logs")
    settle(project)
    found = values(project, "missionscope.frontend.websocket")
    assert found == {("web", f'{{"state":"{state}"}}', 0): (1, 1.0, None)}
    [behind] = list_missions_behind(project, "missionscope.frontend.websocket", {"state": state}, BEGIN, BEGIN + MINUTE)
    assert behind.count == 1
    [records] = values(project, "missionscope.log.records").values()
    assert records[0] == 1


def test_missions_are_active_from_their_first_to_their_last_record() -> None:
    project = make_project("active")
    deliver(project, from_service("s", span(1, 0, 10), span(2, 170, 185, gen_ai__agent__name="a")))
    deliver(project, from_service("s", span(9, 130, 131, mission="other", gen_ai__agent__name="a")))
    settle(project)
    assert [(key[2], each[1]) for key, each in values(project, "missionscope.missions.active").items()] == [
        (0, 1.0),
        (60, 1.0),
        (120, 2.0),
        (180, 1.0),
    ]
    assert {key[2]: each[1] for key, each in values(project, "missionscope.agents.active").items()} == {120: 1, 180: 1}
    [ten] = values(project, "missionscope.missions.active", 600).values()
    assert ten == (4, 5.0, None)


def test_the_end_of_a_mission_is_measured_once_however_it_grows() -> None:
    project = make_project("ends")
    deliver(project, from_service("s", span(1, 0, 30)))
    settle(project)
    first = values(project, "missionscope.mission.duration")
    assert first == {("", '{"status":"ok"}', 0): (1, 30.0, 0)}
    deliver(project, from_service("s", span(2, 60, 90) | {"parentSpanId": f"{1:016x}"}))
    settle(project)
    assert values(project, "missionscope.mission.duration") == {("", '{"status":"ok"}', 60): (1, 90.0, 0)}
    assert sum(each[1] for each in values(project, "missionscope.missions.ended").values()) == 1


def test_steps_that_spans_tell_of_are_measured() -> None:
    project = make_project("steps")
    step = {"missionscope__span__kind": "STEP", "missionscope__step__id": "s-1", "gen_ai__agent__name": "a"}
    deliver(project, from_service("s", span(1, 5, 65, "step", **step)))
    settle(project)
    [(key, value)] = values(project, "missionscope.step.duration").items()
    assert (key[2], value) == (60, (1, 60.0, 0))


def test_a_span_that_is_corrected_leaves_the_minute_it_was_in() -> None:
    project = make_project("corrected")
    deliver(project, from_service("s", span(1, 0, 10, "Tool.execute")))
    settle(project)
    assert list(values(project, "missionscope.sdk.duration")) == [("s", '{"method":"Tool.execute"}', 0)]
    deliver(project, from_service("s", span(1, 0, 130, "Tool.execute")))
    settle(project)
    assert values(project, "missionscope.sdk.duration") == {("s", '{"method":"Tool.execute"}', 120): (1, 130.0, 0)}
    assert [each[0] for each in values(project, "missionscope.sdk.duration", 600).values()] == [1]


def test_a_mission_key_that_comes_late_moves_what_is_counted_of_missions() -> None:
    project = make_project("late")
    one, two = span(1, 0, 10, gen_ai__agent__name="a"), span(2, 20, 30, gen_ai__agent__name="a")
    for number, each in enumerate((one, two)):
        each["attributes"] = [item for item in each["attributes"] if item["key"] != "mission.id"]
        each["traceId"] = f"{number + 1:032x}"
        deliver(project, from_service("s", each))
    settle(project)
    assert [each[1] for each in values(project, "missionscope.missions.active").values()] == [2.0]
    for number in (1, 2):
        named = span(10 + number, 5, 6, mission="one")
        deliver(project, from_service("s", named | {"traceId": f"{number:032x}"}))
    settle(project)
    assert [each[1] for each in values(project, "missionscope.missions.active").values()] == [1.0]
    assert [each[1] for each in values(project, "missionscope.agents.active").values()] == [1.0]


numbers = count()
RECORDS = [
    from_service("s", call(1, 0, 70, gen_ai__usage__input_tokens=7, gen_ai__agent__name="a")),
    from_service("s", call(1, 0, None, gen_ai__agent__name="a")),
    from_service("s", call(2, 3, 20, gen_ai__usage__input_tokens=7) | {"parentSpanId": f"{1:016x}"}),
    from_service("s", span(3, 10, 700, "GET /a/1", kind=2, status=2, gen_ai__agent__name="b")),
    from_service("s", span(4, 0, 0.5, "Tool.execute", mission="other")),
    from_service("s", span(4, 0, 90, "Tool.execute", mission="other")),
]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    order=st.permutations(range(len(RECORDS))),
    repeats=st.lists(st.integers(0, len(RECORDS) - 1), max_size=4),
    settled=st.sets(st.integers(0, len(RECORDS) - 1), max_size=3),
)
def test_any_order_and_repetition_gives_the_same_rollups(
    order: list[int], repeats: list[int], settled: set[int]
) -> None:
    made = next(numbers)
    plain, mixed = make_project(f"plain-{made}"), make_project(f"mixed-{made}")
    store_prepared([prepared(plain, each) for each in RECORDS])
    settle(plain)
    for place, number in enumerate([*order, *repeats]):
        deliver(mixed, RECORDS[number])
        if place in settled:
            settle(mixed)
    settle(mixed)
    assert dump(mixed) == dump(plain)
    assert len(dump(plain)) > 20


@pytest.mark.parametrize("source", ["langfuse", "openhands"])
def test_real_missions_shuffled_and_split_give_the_same_rollups(
    shared_data: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "LONG_DAYS", 10_000)
    with (shared_data / "data" / "otlp" / f"{source}.jsonl").open(encoding="utf-8") as lines:
        missions = [json.loads(line) for _, line in zip(range(2), lines, strict=False)]
    plain, mixed = make_project("plain"), make_project("mixed")
    for mission in missions:
        deliver(plain, mission)
    settle(plain)
    work = [piece for mission in missions for piece in pieces(shuffled(mission, 7), 5)] * 2
    random.Random(11).shuffle(work)
    for number, piece in enumerate(work):
        deliver(mixed, piece)
        if number % 7 == 0:
            derive_marked()
    settle(mixed)
    assert dump(mixed) == dump(plain)
    assert dump(plain)


def test_what_is_computed_again_is_not_written_again() -> None:
    project = make_project("again")
    deliver(project, from_service("s", span(1, 0, 10, "Tool.execute")))
    settle(project)
    before = dump(project)
    DerivedWork.objects.create(project_id=project, bucket_ns=BEGIN, last_ns=BEGIN)
    with CaptureQueriesContext(connection) as queries:
        derive_marked()
    written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert all("metrics_work" in sql for sql in written)
    assert dump(project) == before


def test_a_mark_that_came_meanwhile_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project("meanwhile")
    deliver(project, from_service("s", span(1, 0, 10, "Tool.execute")))
    written = []

    def deliver_first(*arguments: Any) -> int:
        if not written:
            written.append(1)
            DerivedWork.objects.create(project_id=project, bucket_ns=BEGIN, last_ns=BEGIN)
        return writing.write_minutes(*arguments)

    monkeypatch.setattr("metrics.derive.job.write_minutes", deliver_first)
    assert derive_marked() >= 2
    assert not DerivedWork.objects.exists()


def test_only_the_most_frequent_labels_have_series_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "MOST_SETS", 2)
    project = make_project("many")
    names = ["Tool.execute"] * 3 + ["Tool.a", "Tool.a", "Tool.b", "Tool.c"]
    deliver(project, from_service("s", *(span(number, 0, 1, name) for number, name in enumerate(names, start=1))))
    settle(project)
    found = {key[:2]: value[0] for key, value in values(project, "missionscope.sdk.duration").items()}
    assert found == {
        ("s", '{"method":"Tool.execute"}'): 3,
        ("s", '{"method":"Tool.a"}'): 2,
        ("other", '{"method":"other"}'): 2,
    }
    behind = list_missions_behind(project, "missionscope.sdk.duration", {"method": "other"}, BEGIN, BEGIN + MINUTE)
    assert [each.count for each in behind] == [2]


def test_a_metric_has_no_more_series_than_may_be(settings: Any) -> None:
    settings.MISSIONSCOPE_METRIC_SERIES = 2
    project = make_project("full")
    for number, name in enumerate(("Tool.a", "Tool.b", "Tool.c", "Tool.d", "Tool.a"), start=1):
        deliver(project, from_service("s", span(number, 0, 1, name)))
        settle(project)
    found = {key[1]: value[0] for key, value in values(project, "missionscope.sdk.duration").items()}
    assert found == {'{"method":"Tool.a"}': 2, '{"method":"Tool.b"}': 1, '{"method":"other"}': 2}


@pytest.mark.parametrize("end_ns", [1, 2**63 - 1, 4_102_444_800 * SECOND])
def test_broken_clocks_cost_nothing_but_their_own_minute(end_ns: int) -> None:
    project = make_project("clocks")
    broken = span(1, 0, 1) | {"startTimeUnixNano": "1", "endTimeUnixNano": str(end_ns)}
    deliver(project, from_service("s", broken, span(2, 0, 1, "Tool.execute")))
    settle(project)
    assert len(values(project, "missionscope.sdk.duration")) == 1
    assert Rollup.objects.filter(project_id=project, level_s=60).count() < 11_000


def test_missions_behind_a_value_are_found_with_their_spans() -> None:
    project, stranger = make_project("behind"), make_project("stranger")
    slow = span(1, 0, 50, "Tool.execute", mission="slow")
    quick = [span(number, 0, 1, "Tool.execute", mission="quick") for number in (2, 3)]
    deliver(project, from_service("s", slow, *quick, span(4, 0, 99, "Tool.execute", mission="later")))
    settle(project)
    name = "missionscope.sdk.duration"
    found = list_missions_behind(project, name, {"service": "s", "method": "Tool.execute"}, BEGIN, BEGIN + MINUTE)
    assert [(each.id, each.count, each.largest) for each in found] == [("slow", 1, 50.0), ("quick", 2, 1.0)]
    assert [each.span_id for each in found[0].spans] == [f"{1:016x}"]
    active = list_missions_behind(project, "missionscope.missions.active", {}, BEGIN + MINUTE, BEGIN + 2 * MINUTE)
    assert [each.id for each in active] == ["later"]
    assert list_missions_behind(project, name, {"service": "x"}, BEGIN, BEGIN + MINUTE) == []
    assert list_missions_behind(project, name, {"nonsense": "x"}, BEGIN, BEGIN + MINUTE) == []
    assert list_missions_behind(project, "up", {}, BEGIN, BEGIN + MINUTE) == []
    assert list_missions_behind(stranger, name, {}, BEGIN, BEGIN + MINUTE) == []


def test_everything_is_derived_again_by_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    project = make_project("command")
    step = {"missionscope__span__kind": "STEP", "missionscope__step__id": "s-1"}
    deliver(project, from_service("s", span(1, 0, 10, "Tool.execute", **step)))
    settle(project)
    before = dump(project)
    Rollup.objects.all().delete()
    Sample.objects.all().delete()
    call_command("derive_metrics", since="2026-09-20T00:00:00Z")
    merge_pending()
    assert dump(project) == before
    assert "1 missions" in capsys.readouterr().out


def test_the_mission_key_is_in_no_label() -> None:
    project = make_project("keys")
    deliver(project, from_service("s", call(1, 0, 1, mission="secret"), span(2, 0, 1, mission="secret")))
    settle(project)
    assert dump(project)
    assert "secret" not in repr(dump(project))


def test_a_long_range_has_what_was_derived_just_now() -> None:
    project, name = make_project("long"), "missionscope.tool.duration"
    tool = {"gen_ai__operation__name": "execute_tool", "gen_ai__tool__name": "search"}
    deliver(project, from_service("s", span(1, 0, 10, "execute_tool search", **tool)))
    derive_marked()
    assert values(project, name)
    assert not values(project, name, level_s=7200)
    asked = MetricQuery(name, "count", BEGIN - 30 * 1440 * MINUTE, BEGIN + 5 * MINUTE, step_s=7200)
    [series] = query(project, asked).series
    assert series.points[-1] == (BEGIN, 1.0)
