"""Two processes write to PostgreSQL at the same time: one waits for the other or is tried again. Nothing is refused."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import Project
from analysis.recompute import recompute_missions
from ingest import commit
from tests.ingest.delivery import deliver, prepared
from tests.ingest.test_order import attribute, request, span
from traces.models import Log, Mission, Span
from traces.selectors import read_spans

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]
WAIT_S = 20.0


def in_thread(work: Callable[[], object]) -> Callable[[], None]:
    """Begin `work` on a connection of its own; what is given waits for its end and raises what it raised."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()

    def join() -> None:
        thread.join(WAIT_S)
        assert not thread.is_alive()
        if errors:
            raise errors[0]

    return join


def wait_for_a_waiter() -> None:
    """Until some connection waits for a lock of this one."""
    deadline = time.monotonic() + WAIT_S
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone()[0]:
                return
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_the_same_spans_of_a_new_trace_at_the_same_time() -> None:
    project = Project.objects.create(slug="p", name="p").pk
    spans = request(*(span(number) for number in range(1, 6)))
    with transaction.atomic():
        commit._store([prepared(project, spans)])
        join = in_thread(lambda: deliver(project, spans))
        wait_for_a_waiter()
    join()
    assert Span.objects.count() == 5
    assert Mission.objects.count() == 1


def test_the_same_logs_without_a_trace_at_the_same_time() -> None:
    project = Project.objects.create(slug="p", name="p").pk
    records = [
        {
            "timeUnixNano": str(10**18 + at),
            "body": {"stringValue": f"line {at}"},
            "attributes": [attribute("mission.id", "m")],
        }
        for at in range(3)
    ]
    logs = {"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}
    with transaction.atomic():
        commit._store([prepared(project, logs, "logs")])
        join = in_thread(lambda: deliver(project, logs, "logs"))
        wait_for_a_waiter()
    join()
    assert Log.objects.count() == 3


def talk(number: int, trace: str) -> dict[str, Any]:
    """A span of its own trace and mission with a text that others have too."""
    return request(span(number, traceId=trace * 32, attributes=[attribute("input.value", "the same words " * 40)]))


def test_the_same_text_in_two_traces_at_the_same_time() -> None:
    project = Project.objects.create(slug="p", name="p").pk
    with transaction.atomic():
        commit._store([prepared(project, talk(1, "a"))])
        join = in_thread(lambda: deliver(project, talk(2, "b")))
        wait_for_a_waiter()
    join()
    found = read_spans(project, Span.objects.values_list("id", flat=True))
    assert [record.attributes["input.value"] for record in found.values()] == ["the same words " * 40] * 2


def test_a_text_that_cannot_be_written_now_is_the_databases_error() -> None:
    project = Project.objects.create(slug="p", name="p").pk

    def deliver_impatiently() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            deliver(project, talk(2, "b"))

    with transaction.atomic():
        commit._store([prepared(project, talk(1, "a"))])
        join = in_thread(deliver_impatiently)
        with pytest.raises(OperationalError):
            join()
    assert Span.objects.count() == 1


def test_totals_that_were_the_victim_of_a_deadlock_are_written() -> None:
    project = Project.objects.create(slug="p", name="p").pk
    for name in ("one", "two"):
        deliver(project, request(span(len(name) + ord(name[0]), attributes=[attribute("mission.id", name)])))
    first, second = Mission.objects.order_by("key_hash")
    touch = "UPDATE traces_mission SET name = name WHERE id = %s"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(touch, [second.pk])
        join = in_thread(lambda: recompute_missions([first.pk, second.pk]))
        wait_for_a_waiter()
        cursor.execute(touch, [first.pk])  # the other one has waited longer: it is the victim
    join()
    assert list(Mission.objects.order_by("key_hash").values_list("span_count", flat=True)) == [1, 1]


def test_totals_take_their_locks_in_the_order_of_ingest() -> None:
    """Missions by key hash, as hold_missions does: by primary key the two would wait for each other."""
    project = Project.objects.create(slug="p", name="p").pk
    for number, name in enumerate(("alpha", "beta", "gamma", "delta"), 1):
        deliver(project, request(span(number, attributes=[attribute("mission.id", name)])))
    by_hash = list(Mission.objects.order_by("key_hash"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE traces_mission SET name = name WHERE id = %s", [by_hash[0].pk])
        join = in_thread(lambda: recompute_missions([mission.pk for mission in by_hash]))
        wait_for_a_waiter()
        # It waits for the first, so it must not hold any of the others.
        cursor.execute("SELECT id FROM traces_mission WHERE project_id = %s FOR UPDATE SKIP LOCKED", [project])
        assert len(cursor.fetchall()) == 4
    join()
