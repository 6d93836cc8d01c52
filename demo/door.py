"""The client's side of the doors, with OTLP's own rules for repeating a request."""

import gzip
import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from demo.otlp import encode_logs, encode_traces
from demo.otlp_metrics import Series, encode_metrics
from demo.records import Log, Span

RETRYABLE = frozenset({429, 502, 503, 504})
ATTEMPTS = 8
LONGEST_WAIT_S = 30.0


class DoorClosed(Exception):
    """The server did not take a request, finally."""


class Answer(NamedTuple):
    """What came back for one request."""

    status: int
    body: bytes
    retry_after: str | None


class Door:
    """Posts spans and log records to `url` with an API key. Raises `DoorClosed` when they are not taken."""

    def __init__(self, url: str, key: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        parts = urlsplit(url if "//" in url else f"http://{url}")
        self._https = parts.scheme == "https"
        self._netloc, self._path = parts.netloc, parts.path.rstrip("/")
        self._key, self._sleep = key, sleep

    def post_spans(self, spans: list[Span]) -> None:
        """Send spans; every one must be accepted."""
        if spans:
            answer = self._send("POST", "/v1/traces", encode_traces(spans))
            refused = ExportTraceServiceResponse.FromString(answer.body).partial_success
            _expect_all_accepted(refused.rejected_spans, refused.error_message)

    def post_logs(self, logs: list[Log]) -> None:
        """Send log records; every one must be accepted."""
        if logs:
            answer = self._send("POST", "/v1/logs", encode_logs(logs))
            refused = ExportLogsServiceResponse.FromString(answer.body).partial_success
            _expect_all_accepted(refused.rejected_log_records, refused.error_message)

    def post_metrics(self, series: Sequence[Series]) -> None:
        """Send measurements; every one must be accepted."""
        if series:
            answer = self._send("POST", "/v1/metrics", encode_metrics(series))
            refused = ExportMetricsServiceResponse.FromString(answer.body).partial_success
            _expect_all_accepted(refused.rejected_data_points, refused.error_message)

    def post_items(self, path: str, items: Sequence[Mapping[str, Any]]) -> None:
        """Send JSON objects to a door that takes them; every one must be accepted."""
        answer = self._send(
            "POST", path, b"\n".join(json.dumps(item).encode() for item in items), "application/x-ndjson"
        )
        refused = json.loads(answer.body).get("rejected", [])
        _expect_all_accepted(len(refused), str(refused[:1]))

    def read(self, path: str) -> Any:
        """What REST answers there."""
        return json.loads(self._send("GET", path, b"").body)

    def add(self, path: str, given: Mapping[str, Any]) -> None:
        """Make an object over REST."""
        self._send("POST", path, json.dumps(given).encode(), "application/json")

    def change(self, path: str, change: Mapping[str, Any]) -> None:
        """Change an object over REST."""
        self._send("PATCH", path, json.dumps(change).encode(), "application/json")

    def _send(self, method: str, path: str, body: bytes, content_type: str = "application/x-protobuf") -> Answer:
        is_packed = method == "POST" and content_type != "application/json"
        packed = gzip.compress(body, 5, mtime=0) if is_packed else body
        problem = ""
        for attempt in range(ATTEMPTS):
            try:
                answer = self._send_once(method, path, packed, content_type, is_packed=is_packed)
            except (OSError, http.client.HTTPException) as error:
                problem, wait_s = f"{type(error).__name__}: {error}", _backoff_s(attempt)
            else:
                if answer.status in (200, 201):
                    return answer
                problem, wait_s = f"HTTP {answer.status}", _wait_s(answer, attempt)
                if answer.status not in RETRYABLE:
                    break
            if attempt < ATTEMPTS - 1:
                self._sleep(wait_s)
        raise DoorClosed(f"{method} {path} at {self._netloc} failed: {problem}")

    def _send_once(self, method: str, path: str, packed: bytes, content_type: str, *, is_packed: bool) -> Answer:
        kind = http.client.HTTPSConnection if self._https else http.client.HTTPConnection
        connection = kind(self._netloc, timeout=30)
        headers = {
            "Authorization": f"Bearer {self._key}",
            "Content-Type": content_type,
        }
        if is_packed:
            headers["Content-Encoding"] = "gzip"
        try:
            connection.request(method, self._path + path, packed, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read(), response.getheader("Retry-After"))
        finally:
            connection.close()


def _expect_all_accepted(refused: int, message: str) -> None:
    if refused:
        raise DoorClosed(f"{refused} records were refused: {message}")


def _wait_s(answer: Answer, attempt: int) -> float:
    named = (answer.retry_after or "").strip()
    return min(float(named), LONGEST_WAIT_S) if named.isdigit() else _backoff_s(attempt)


def _backoff_s(attempt: int) -> float:
    return float(min(5.0, 0.2 * 2**attempt))
