"""Several at once: two collectors, a record that changes while it is looked at."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from accounts.models import Project
from faults import collecting
from faults.models import Event, Group, Work
from tests.errors.telling import PYTHON_STACK, collect, exception, line, read_events, read_groups, send, span
from tests.ingest.delivery import deliver

BOOM = ("ValueError", "Expecting value")
TRACES = 12


def requests(trace: int) -> list[dict[str, Any]]:
    """One failure of a trace, told by four records."""
    named = f"{trace + 1:032x}"
    told = {"exception__type": BOOM[0], "exception__message": BOOM[1]}
    return [
        span(1, exception(*BOOM), failed=True, trace=named),
        span(2, exception(*BOOM, stack=PYTHON_STACK), parent=1, failed=True, trace=named),
        line("it failed", number=2, trace=named, **told),
        line("it failed", trace=named, **told),
    ]


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_collectors_at_the_same_time_agree() -> None:
    project, alone = (Project.objects.create(slug=name, name=name).pk for name in ("many", "alone"))
    told = [request for trace in range(TRACES) for request in requests(trace)]
    gate = threading.Barrier(4)

    def work(number: int) -> None:
        try:
            gate.wait(30)
            for request in told[number::4]:
                deliver(project, request, "traces" if "resourceSpans" in request else "logs")
                collecting.collect_pending()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(work, number) for number in range(4)]:
            future.result(120)
    collect()
    send(alone, *told)
    assert read_groups(project)[0]["event_count"] == TRACES
    assert read_events(project) == read_events(alone)
    assert read_groups(project) == read_groups(alone)


@pytest.mark.django_db
def test_a_record_that_changes_while_it_is_looked_at_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project.objects.create(slug="one", name="one").pk
    deliver(project, span(1, failed=True))
    read = collecting.tell_spans

    def tell_and_change(project_id: int, pks: Any) -> Any:
        found = read(project_id, pks)
        monkeypatch.setattr(collecting, "tell_spans", read)
        deliver(project, span(1, exception(*BOOM), failed=True))
        return found

    monkeypatch.setattr(collecting, "tell_spans", tell_and_change)
    collecting.collect_items(list(Work.objects.order_by("id")))
    assert not Event.objects.exists()  # what was read is no more
    assert Work.objects.exists()
    collect()
    assert [group.title for group in Group.objects.filter(event_count__gt=0)] == ["ValueError: Expecting value"]


@pytest.mark.django_db
def test_a_collector_that_is_stopped_in_the_middle_loses_and_doubles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project.objects.create(slug="one", name="one").pk
    for request in requests(0):
        deliver(project, request, "traces" if "resourceSpans" in request else "logs")

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(collecting, "refresh_groups", stop)
        with pytest.raises(KeyboardInterrupt):
            collecting.collect_pending()
    assert not Event.objects.exists()
    collect()
    assert [event["for"] is None for event in read_events(project)].count(True) == 1
    assert read_groups(project)[0]["event_count"] == 1
