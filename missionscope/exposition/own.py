"""The program's own health as metric families: what was counted, and what the database and Redis say."""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from alerts.timekeeping import read_idle_ns
from core import counters
from faults.selectors import count_pending_records
from metrics.selectors import count_pending
from missionscope.job_records import list_records
from search.selectors import get_index_lag_ns
from traces.counts import count_waiting_missions


def collect_own() -> Iterator[Metric]:
    """Every family. What cannot be read is left out, and `missionscope_database_up` says so."""
    yield from counters.collect()
    yield _ingest_lag()
    yield from _database()
    with suppress(redis.RedisError):
        yield from _jobs()


def _ingest_lag() -> Metric:
    """How long the slowest of the processes has been writing."""
    begun = [
        sample.value
        for metric in counters.collect()
        for sample in metric.samples
        if sample.name == "missionscope_commit_begun_timestamp_seconds" and sample.value
    ]
    lag_s = max((time.time() - each for each in begun), default=0.0)
    return _gauge("missionscope_ingest_lag_seconds", "How long what arrived has waited to be stored.", lag_s)


def _database() -> Iterator[Metric]:
    begun_s = time.perf_counter()
    try:
        families = list(_read_database())
    except DatabaseError:
        yield _gauge("missionscope_database_up", "Whether the database answers.", 0)
        return
    yield _gauge("missionscope_database_up", "Whether the database answers.", 1)
    took_s = time.perf_counter() - begun_s
    yield _gauge("missionscope_database_read_seconds", "How long these values took to be read.", took_s)
    yield from families


def _read_database() -> Iterable[Metric]:
    waiting = GaugeMetricFamily(
        "missionscope_work_waiting", "Pieces of work that jobs have not done yet.", labels=["work"]
    )
    pending = count_pending()
    waiting.add_metric(["totals"], count_waiting_missions())
    waiting.add_metric(["derived_metrics"], pending.derived)
    waiting.add_metric(["rollups"], pending.rollups)
    waiting.add_metric(["errors"], count_pending_records())
    yield waiting
    lag_s = get_index_lag_ns(time.time_ns()) / 1e9
    yield _gauge("missionscope_search_lag_seconds", "How long the oldest record waits that cannot be found yet.", lag_s)
    idle_s = read_idle_ns() / 1e9
    yield _gauge("missionscope_alerts_idle_seconds", "For how long nobody has looked at the rules of alerts.", idle_s)
    yield _gauge("missionscope_database_bytes", "Size of the database.", _read_size())


def _read_size() -> float:
    with connection.cursor() as cursor:
        if settings.IS_SQLITE:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return float(cursor.fetchone()[0])


def _jobs() -> Iterator[Metric]:
    runs = CounterMetricFamily("missionscope_job_runs", "Runs of jobs.", labels=["job_name"])
    failures = CounterMetricFamily("missionscope_job_failures", "Runs that failed.", labels=["job_name"])
    seconds = CounterMetricFamily("missionscope_job_run_seconds", "Time that runs took.", labels=["job_name"])
    lag = GaugeMetricFamily("missionscope_job_lag_seconds", "How long a good end is overdue.", labels=["job_name"])
    now_s = time.time()
    for record in list_records():
        runs.add_metric([record.name], record.runs)
        failures.add_metric([record.name], record.failures)
        seconds.add_metric([record.name], record.total_s)
        lag_s = record.find_lag_s(now_s)
        if lag_s is not None:
            lag.add_metric([record.name], lag_s)
    yield from (runs, failures, seconds, lag)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
