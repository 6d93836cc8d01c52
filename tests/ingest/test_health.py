"""A project is told what its doors took: as metrics, which its dashboard of ingest shows."""

import asyncio
import time
from contextlib import suppress

import pytest

from core.errors import NotFound
from ingest import health
from ingest.commit import store_prepared
from ingest.doors import Problem
from ingest.health import DoorHealth
from metrics.records import MetricQuery
from metrics.rolling import roll_up
from metrics.selectors import list_metrics, query_totals

NS = 10**9


def ask(project_pk: int, name: str, aggregation: str, **labels: str) -> float | None:
    """A total over the last hour."""
    now_ns = time.time_ns()
    asked = MetricQuery(name, aggregation, now_ns - 3600 * NS, now_ns + 60 * NS, filters=tuple(labels.items()))
    series = query_totals(project_pk, asked).series
    return series[0].points[0][1] if series else None


async def _take(counted: DoorHealth, project_pk: int) -> None:
    for error in (None, Problem(503, "busy", "Too much."), NotFound(), ValueError("unforeseen")):
        with suppress(Problem, NotFound, ValueError), counted.watching(project_pk, "otlp_traces"):
            if error is not None:
                raise error
    counted.count(project_pk, "otlp_traces", accepted=5, rejected=2)


@pytest.mark.django_db
def test_requests_and_records_are_told_to_their_project_alone(project, charlie):
    from accounts.models import Project

    counted = DoorHealth()
    asyncio.run(_take(counted, project.pk))
    store_prepared(counted.take(time.time_ns(), 3 * NS))
    roll_up()
    assert ask(project.pk, "missionscope.ingest.records", "sum", outcome="accepted") == 5
    assert ask(project.pk, "missionscope.ingest.records", "sum", outcome="rejected", door="otlp_traces") == 2
    assert ask(project.pk, "missionscope.ingest.duration", "count") == 4
    assert ask(project.pk, "missionscope.ingest.duration", "count", status="404") == 1
    assert ask(project.pk, "missionscope.ingest.duration", "error_rate") == 0.5
    assert ask(project.pk, "missionscope.ingest.lag", "max") == 3
    assert list_metrics(Project.objects.get(slug="elsewhere").pk) == []
    assert counted.take(time.time_ns(), 0) == []


def test_what_was_counted_is_written_by_itself(monkeypatch):
    monkeypatch.setattr(health, "FLUSH_S", 0.01)
    monkeypatch.setattr(health, "get_index_lag_ns", lambda now_ns: 0)
    written = []

    async def count() -> None:
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def submit(prepared):
            written.append(prepared)
            asyncio.get_running_loop().call_soon(ended.set_result, None)
            from concurrent.futures import Future

            done: Future[None] = Future()
            done.set_result(None)
            return done

        with DoorHealth(submit).watching(7, "logs"):
            pass
        await asyncio.wait_for(ended, 20)

    asyncio.run(count())
    assert [(each.project_id, len(each.points)) for each in written] == [(7, 2)]
