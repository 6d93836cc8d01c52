"""OpenTelemetry's own metrics SDK sends to a started server; what it measured is read over REST."""

import secrets
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from tests.servers import Server

PATIENCE_S = 60
DELTA = {Counter: AggregationTemporality.DELTA, Histogram: AggregationTemporality.DELTA}


class Metrics:
    """Reads metrics of a server."""

    def __init__(self, server: Server) -> None:
        headers = {"Authorization": f"Bearer {server.key}"}
        self.http = httpx.Client(base_url=server.url, headers=headers, timeout=60, trust_env=False)
        self.since_ns = time.time_ns() - 10**9

    def total(self, name: str, aggregation: str, **parameters: str) -> float:
        """What all buckets since the test began come to; for counts and sums."""
        lines = self.read("", name=name, aggregation=aggregation, since_ns=str(self.since_ns), **parameters)
        return sum(value or 0.0 for line in lines for _, value in line["points"])

    def read(self, path: str, **parameters: str) -> list[Any]:
        answer = self.http.get(f"/api/v1/metrics/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["results"])

    def until(self, reads: Callable[[], Any], wanted: Any) -> None:
        """Wait until what is read is what is wanted."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := reads()) != wanted:
            assert time.monotonic() < deadline, f"{found} is not {wanted}"
            time.sleep(0.3)


@pytest.fixture
def metrics(server: Server) -> Metrics:
    return Metrics(server)


def provider(server: Server, *, is_delta: bool, service: str) -> MeterProvider:
    exporter = OTLPMetricExporter(
        f"{server.url}/v1/metrics",
        headers={"Authorization": f"Bearer {server.key}"},
        compression=Compression.Gzip,
        preferred_temporality=DELTA if is_delta else None,
    )
    views = [View(instrument_name="*.exponential", aggregation=ExponentialBucketHistogramAggregation())]
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
    return MeterProvider([reader], resource=Resource.create({"service.name": service}), views=views)


@pytest.mark.parametrize("is_delta", [False, True], ids=["cumulative", "delta"])
def test_what_the_python_sdk_measures_is_what_is_read(server: Server, metrics: Metrics, is_delta: bool):
    run = f"t{secrets.token_hex(4)}"
    meters = provider(server, is_delta=is_delta, service=f"sdk-{run}")
    meter = meters.get_meter("test")
    counter = meter.create_counter(f"{run}.requests", unit="1")
    histogram = meter.create_histogram(f"{run}.duration", unit="s")
    exponential = meter.create_histogram(f"{run}.exponential", unit="s")
    open_ = meter.create_up_down_counter(f"{run}.open")
    meter.create_observable_gauge(f"{run}.load", [lambda _: [Observation(0.5)]])
    with TracerProvider().get_tracer("t").start_as_current_span("measured") as span:
        for _ in range(3):
            for number in range(10):
                counter.add(2, {"route": "/a"})
                counter.add(1, {"route": "/b"})
                histogram.record(0.1 * number)
                exponential.record(0.1 * (number + 1))
            open_.add(1)
            assert meters.force_flush(), "the server took it"
    meters.shutdown()

    metrics.until(lambda: metrics.total(f"{run}.requests", "sum"), 90.0)
    assert metrics.total(f"{run}.requests", "sum", filter="route=/b") == 30.0
    assert metrics.total(f"{run}.duration", "count") == 30.0
    assert metrics.total(f"{run}.exponential", "count") == 30.0
    assert metrics.total(f"{run}.exponential", "sum") == pytest.approx(16.5)
    newest = {name: _newest(metrics, f"{run}.{name}") for name in ("open", "load")}
    assert newest == {"open": 3.0, "load": 0.5}
    (median,) = {value for _, value in _points(metrics, f"{run}.exponential", "p50") if value is not None} or {None}
    assert median == pytest.approx(0.5, rel=0.1)
    catalogue = {
        info["name"]: info for info in metrics.http.get("/api/v1/metrics/catalogue/?limit=1000").json()["results"]
    }
    assert catalogue[f"{run}.requests"]["labels"] == ["route"]
    assert catalogue[f"{run}.exponential"]["kinds"] == ["exponential"]
    examples = metrics.read("exemplars/", name=f"{run}.duration", since_ns=str(metrics.since_ns))
    assert {one["trace_id"] for one in examples} == {f"{span.get_span_context().trace_id:032x}"}


def _points(metrics: Metrics, name: str, aggregation: str) -> list[Any]:
    (line,) = metrics.read("", name=name, aggregation=aggregation, since_ns=str(metrics.since_ns))
    return list(line["points"])


def _newest(metrics: Metrics, name: str) -> float | None:
    return next((value for _, value in reversed(_points(metrics, name, "last")) if value is not None), None)


def test_a_batch_with_bad_points_is_taken_in_part_and_says_how_many(server: Server, metrics: Metrics):
    name = f"partial.{secrets.token_hex(4)}"
    points = [{"timeUnixNano": str(time.time_ns()), "asInt": "1"}, {"asInt": "1"}, {"timeUnixNano": "x"}]
    sent = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": name, "gauge": {"dataPoints": points}}]}]}]}
    answer = metrics.http.post("/v1/metrics", json=sent)
    assert answer.status_code == 200
    assert answer.json()["partialSuccess"]["rejectedDataPoints"] == "2"
    assert "time_missing" in answer.json()["partialSuccess"]["errorMessage"]
    metrics.until(lambda: metrics.total(name, "count"), 1.0)
    rejected = metrics.http.get("/api/v1/rejections/").json()["results"]
    assert any(one["door"] == "otlp_metrics" and one["reason"] == "time_missing" for one in rejected)


def test_a_batch_of_bad_points_alone_is_refused(metrics: Metrics):
    sent = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "x", "gauge": {"dataPoints": [{}]}}]}]}]}
    assert metrics.http.post("/v1/metrics", json=sent).status_code == 400


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer ms_wrong"}])
def test_without_a_key_nothing_is_taken(server: Server, headers: dict[str, str]):
    answer = httpx.post(f"{server.url}/v1/metrics", json={"resourceMetrics": []}, headers=headers, trust_env=False)
    assert answer.status_code == 401
