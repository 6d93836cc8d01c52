"""OTLP metrics through decoding, redaction and the store; then rolled up and asked for."""

import json
from collections.abc import Sequence
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from ingest.commit import store_prepared
from ingest.prepare import Prepared, prepare
from metrics.records import MetricQuery, MetricSeries
from metrics.rolling import merge_pending, roll_up
from metrics.selectors import query
from telemetry.redaction import Redactor
from tests.metrics.making import BEGIN_NS, minute

REDACTOR = Redactor(bytes(range(32)))
SECOND_NS = 10**9
NOW_NS = minute(3000)


def at(number: int, second: float = 0) -> int:
    """A time in a minute after BEGIN_NS."""
    return minute(number) + int(second * SECOND_NS)


def attributes(labels: dict[str, str]) -> list[dict[str, Any]]:
    """As OTLP/JSON writes them."""
    return [{"key": key, "value": {"stringValue": value}} for key, value in labels.items()]


def point(time_ns: int, *, start_ns: int = 0, labels: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """A data point; `fields` tell its values."""
    times = {"timeUnixNano": str(time_ns), **({"startTimeUnixNano": str(start_ns)} if start_ns else {})}
    return {**times, "attributes": attributes(labels or {}), **fields}


def metric(kind: str, *points: dict[str, Any], name: str = "m", temporality: int = 2, **fields: Any) -> dict[str, Any]:
    """A metric. `kind` as OTLP/JSON names it; of a sum `isMonotonic` is among the fields of its data."""
    data: dict[str, Any] = {"dataPoints": list(points)}
    if kind not in ("gauge", "summary"):
        data["aggregationTemporality"] = temporality
    if kind == "sum":
        data["isMonotonic"] = fields.pop("monotonic", True)
    return {"name": name, "unit": "s", kind: data, **fields}


def request(*metrics: dict[str, Any], service: str = "brain", **resource: str) -> dict[str, Any]:
    """Of one resource and scope."""
    told = attributes({"service.name": service, **resource})
    scope = {"scope": {"name": "meter"}, "metrics": list(metrics)}
    return {"resourceMetrics": [{"resource": {"attributes": told}, "scopeMetrics": [scope]}]}


def encode(sent: dict[str, Any], encoding: str) -> bytes:
    """The request's bytes; protobuf by Google's own reader of JSON."""
    if encoding == "json":
        return json.dumps(sent).encode()
    return bytes(ParseDict(sent, ExportMetricsServiceRequest()).SerializeToString())


def prepared(project_id: int, sent: dict[str, Any], encoding: str = "json") -> Prepared:
    """One request, decoded and redacted."""
    data = encode(sent, encoding)
    return prepare(
        project_id=project_id, redactor=REDACTOR, door="otlp_metrics", encoding=encoding, data=data, received_ns=NOW_NS
    )


def push(project_id: int, *sent: dict[str, Any], encoding: str = "json") -> None:
    """Requests, stored one after the other."""
    for one in sent:
        store_prepared([prepared(project_id, one, encoding)])


def push_metric(project_id: int, *metrics: dict[str, Any]) -> None:
    """One request of these metrics, stored and rolled up."""
    push(project_id, request(*metrics))
    roll()


def roll() -> None:
    """All that is to be rolled up."""
    roll_up()
    merge_pending()


def ask(project_id: int, aggregation: str, until: int = 3, **fields: Any) -> list[MetricSeries]:
    """About the first minutes of `m`."""
    asked = {"name": "m", "since_ns": BEGIN_NS, "until_ns": minute(until), "step_s": 60, **fields}
    return query(project_id, MetricQuery(aggregation=aggregation, **asked), now_ns=NOW_NS).series


def values(project_id: int, aggregation: str, until: int = 3, **fields: Any) -> Sequence[float | None]:
    """Of the only line of the answer."""
    (series,) = ask(project_id, aggregation, until, **fields)
    return [value for _, value in series.points]
