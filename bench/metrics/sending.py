"""Metric points, log records and spans at fixed rates at the same time, each through its door, until all is stored."""

import multiprocessing
import random
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench.stage7.machine import Client, Machine
from tests.servers import Server

PROTOBUF = "application/x-protobuf"
Make = Callable[[int], bytes]
"""The body of a request; the argument tells requests apart."""


class Load(NamedTuple):
    """What one signal sends."""

    path: str
    per_s: int
    """Records a second."""
    batch: int
    """Records of a request."""
    senders: int


LOADS = {
    "metrics": Load("/v1/metrics", 5_000, 1_000, 2),
    "logs": Load("/v1/logs", 5_000, 500, 4),
    "traces": Load("/v1/traces", 500, 100, 2),
}
SOURCES = 5
"""Services that send metrics, each its own series."""
LABEL_SETS = 20
TABLES = {"metrics": "metrics_point", "logs": "traces_log", "traces": "traces_span"}


def measure_sending(machine: Machine, seconds: int) -> dict[str, Any]:
    """All signals for so long; what came of each, and how long until everything was rolled up."""
    context = multiprocessing.get_context("spawn")
    begin_s = time.time() + 4
    results: Any = context.Queue()
    server = machine.server._replace(process=None)  # it cannot go to another process
    processes = [context.Process(target=send, args=(server, signal, seconds, begin_s, results)) for signal in LOADS]
    for process in processes:
        process.start()
    time.sleep(max(0.0, begin_s - time.time()))
    cpu_s = machine.cpu_s()
    found = dict(results.get() for _ in processes)
    for process in processes:
        process.join()
    cpu_s = machine.cpu_s() - cpu_s
    stored = {signal: machine.rows(f"SELECT count(*) FROM {table}")[0][0] for signal, table in TABLES.items()}
    waited_s = wait_until_rolled_up(machine)
    return {
        "signals": {signal: {**found[signal], "stored": stored[signal]} for signal in LOADS},
        "server_cpu_share": round(cpu_s / seconds, 2),
        "rolled_up_after_s": round(waited_s, 1),
    }


def wait_until_rolled_up(machine: Machine) -> float:
    """Until no minute with new points waits."""
    begun = time.monotonic()
    while machine.rows("SELECT count(*) FROM metrics_rollupwork WHERE level_s = 60")[0][0]:
        assert time.monotonic() - begun < 300, "the points are not rolled up"
        time.sleep(0.2)
    return time.monotonic() - begun


def send(server: Server, signal: str, seconds: int, begin_s: float, results: Any) -> None:
    """In a process of its own: one signal, at its rate, by several senders."""
    load = LOADS[signal]
    requests = seconds * load.per_s // load.batch
    took_ms: list[float] = []
    late_ms: list[float] = []
    failed: list[int] = []

    def run(first: int) -> None:
        client = Client(server)
        for number in range(first, requests, load.senders):
            due_s = begin_s + number * load.batch / load.per_s
            body = MAKERS[signal](number)
            time.sleep(max(0.0, due_s - time.time()))
            late_ms.append(max(0.0, (time.time() - due_s) * 1000))
            answer = client.ask("POST", load.path, body, PROTOBUF)
            took_ms.append(answer.took_ms)
            if answer.status != 200:
                failed.append(answer.status)

    threads = [threading.Thread(target=run, args=(first,)) for first in range(load.senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted_s = time.time() - begin_s
    results.put((signal, _result(load, requests, lasted_s, took_ms, late_ms, failed)))


def _result(
    load: Load, requests: int, lasted_s: float, took_ms: list[float], late_ms: list[float], failed: list[int]
) -> dict[str, Any]:
    ranked = sorted(took_ms)
    return {
        "asked_per_s": load.per_s,
        "per_s": round(requests * load.batch / lasted_s),
        "sent": requests * load.batch,
        "not_200": len(failed),
        "p50_ms": round(statistics.median(ranked), 1),
        "p99_ms": round(ranked[min(len(ranked) - 1, len(ranked) * 99 // 100)], 1),
        "latest_start_ms": round(max(late_ms)),
    }


def make_metrics(number: int) -> bytes:
    """A thousand series of one service: counters, gauges and histograms."""
    request = ExportMetricsServiceRequest()
    group = request.resource_metrics.add()
    _add(group.resource.attributes, "service.name", f"service-{number % SOURCES}")
    scope = group.scope_metrics.add()
    time_ns, start_ns = time.time_ns(), 1_700_000_000_000_000_000
    for place in range(LOADS["metrics"].batch // LABEL_SETS):
        metric = scope.metrics.add(name=f"bench.metric.{place}", unit="s")
        for label in range(LABEL_SETS):
            point = _add_point(metric, place, number)
            point.time_unix_nano, point.start_time_unix_nano = time_ns, start_ns
            _add(point.attributes, "http.route", f"/route/{label}")
            _add(point.attributes, "http.request.method", "GET")
    return bytes(request.SerializeToString())


def _add_point(metric: Any, place: int, number: int) -> Any:
    if place % 5 == 0:
        metric.gauge.SetInParent()
        return metric.gauge.data_points.add(as_double=random.random())
    if place % 5 == 1:
        metric.histogram.aggregation_temporality = 2
        return metric.histogram.data_points.add(
            count=10 * (number + 1),
            sum=3.5 * number,
            explicit_bounds=[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            bucket_counts=[0, 0, 0, 0, number + 1, 4 * (number + 1), 5 * (number + 1), 0, 0, 0, 0, 0],
        )
    metric.sum.aggregation_temporality, metric.sum.is_monotonic = 2, True
    return metric.sum.data_points.add(as_int=number * 7)


def make_logs(number: int) -> bytes:
    """Lines of one service in some missions."""
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add()
    _add(group.resource.attributes, "service.name", f"service-{number % SOURCES}")
    _add(group.resource.attributes, "mission.id", f"bench-{number % 50}")
    scope = group.scope_logs.add()
    time_ns = time.time_ns()
    for place in range(LOADS["logs"].batch):
        record = scope.log_records.add(time_unix_nano=time_ns + place, severity_number=9, severity_text="INFO")
        record.body.string_value = f"step {number}-{place} of the bench took {random.random():.6f} s"
        _add(record.attributes, "request.id", f"r-{number}-{place % 20}")
    return bytes(request.SerializeToString())


def make_traces(number: int) -> bytes:
    """Spans of one mission."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    _add(group.resource.attributes, "service.name", f"service-{number % SOURCES}")
    _add(group.resource.attributes, "mission.id", f"bench-{number % 50}")
    scope = group.scope_spans.add()
    trace_id, time_ns = random.randbytes(16), time.time_ns()
    for place in range(LOADS["traces"].batch):
        scope.spans.add(
            trace_id=trace_id,
            span_id=(place + 1).to_bytes(8, "big"),
            name=f"work {place % 10}",
            kind=2,
            start_time_unix_nano=time_ns - 10**9,
            end_time_unix_nano=time_ns + place,
        )
    return bytes(request.SerializeToString())


def _add(attributes: Any, key: str, value: str) -> None:
    attributes.add(key=key).value.string_value = value


MAKERS: dict[str, Make] = {"metrics": make_metrics, "logs": make_logs, "traces": make_traces}
