"""One failure is one error, however many spans and records tell of it, and whenever they come."""

import json
from collections import Counter
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.selectors import list_missions_behind
from tests.ingest.delivery import deliver
from tests.metrics.derive.records import (
    BEGIN,
    MINUTE,
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
NAME = "missionscope.errors"
TRACE = f"{ord('m'):032x}"


def under(parent: int, made: dict[str, Any]) -> dict[str, Any]:
    return made | {"parentSpanId": f"{parent:016x}"}


def within(number: int, made: dict[str, Any]) -> dict[str, Any]:
    """A log record of a span."""
    return made | {"traceId": TRACE, "spanId": f"{number:016x}"}


def errors_of(project: int) -> Counter[tuple[str, str, float]]:
    """(service, source, seconds) with how many."""
    return Counter({
        (service, json.loads(labels)["source"], second): told[1]
        for (service, labels, second), told in values(project, NAME).items()
    })  # fmt: skip


def test_an_error_is_counted_where_it_began_and_not_at_each_span_it_went_through() -> None:
    project = make_project("through")
    tool = {"gen_ai__operation__name": "execute_tool", "gen_ai__tool__name": "search"}
    deliver(project, from_service("brain", span(1, 0, 130, "mission", status=2), under(1, span(2, 0, 90, "wraps"))))
    deliver(project, from_service("tools", under(2, span(3, 0, 50, "execute_tool search", status=2, **tool))))
    deliver(project, log_request(within(3, log(40, 17)), within(2, log(80, 21)), service="brain"), "logs")
    settle(project)
    assert errors_of(project) == {("tools", "tool", 0): 1}


def test_two_that_failed_side_by_side_are_two_errors() -> None:
    project = make_project("beside")
    failed = [under(1, span(number, 0, 10, status=2)) for number in (2, 3)]
    deliver(project, from_service("s", span(1, 0, 130, status=2), *failed))
    settle(project)
    assert errors_of(project) == {("s", "span", 0): 2}


def test_an_error_record_counts_where_no_span_around_it_failed() -> None:
    project = make_project("told")
    deliver(project, from_service("s", span(1, 0, 10), under(1, span(2, 0, 5, status=2)), under(2, span(3, 0, 4))))
    records = [within(1, log(1, 17)), within(3, log(2, 17)), within(9, log(3, 17)), log(4, 21), within(1, log(5, 13))]
    deliver(project, log_request(*records, service="s"), "logs")
    settle(project)
    assert errors_of(project) == {("s", "span", 0): 1, ("s", "log", 0): 3}


def test_error_records_of_no_mission_count_each() -> None:
    project = make_project("lone")
    records = [log(second, 17) | {"attributes": []} for second in (1, 2, 61)]
    deliver(project, log_request(*records, service="s"), "logs")
    settle(project)
    assert errors_of(project) == {("s", "log", 0): 2, ("s", "log", 60): 1}


def test_the_mission_behind_an_error_is_found_with_its_span() -> None:
    project = make_project("behind")
    deliver(project, from_service("s", span(1, 0, 10, status=2), under(1, span(2, 0, 5, status=2))))
    settle(project)
    [found] = list_missions_behind(project, NAME, {"service": "s", "source": "span"}, BEGIN, BEGIN + MINUTE)
    assert (found.id, found.count, [each.span_id for each in found.spans]) == ("m", 1, [f"{2:016x}"])
    assert list_missions_behind(project, NAME, {"service": "x"}, BEGIN, BEGIN + MINUTE) == []


numbers = count()
PIECES = [
    (from_service("s", span(1, 0, 200, status=2)), "traces"),
    (from_service("s", under(1, span(2, 0, 130))), "traces"),
    (from_service("s", under(2, span(3, 0, 70, status=2))), "traces"),
    (from_service("s", under(3, span(4, 0, 10, error__type="timeout"))), "traces"),
    (from_service("s", under(1, span(5, 0, 20))), "traces"),
    (log_request(within(5, log(15, 17)), within(3, log(65, 17)), within(7, log(66, 17)), service="s"), "logs"),
]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    order=st.permutations(range(len(PIECES))),
    repeats=st.lists(st.integers(0, len(PIECES) - 1), max_size=3),
    settled=st.sets(st.integers(0, len(PIECES) - 1), max_size=3),
)
def test_any_order_gives_the_same_errors(order: list[int], repeats: list[int], settled: set[int]) -> None:
    project = make_project(f"order-{next(numbers)}")
    for place, number in enumerate([*order, *repeats]):
        deliver(project, *PIECES[number])
        if place in settled:
            settle(project)
    settle(project)
    assert errors_of(project) == {("s", "span", 0): 1, ("s", "log", 60): 1}
    assert len([row for row in dump(project) if row[0] == NAME]) == 8
