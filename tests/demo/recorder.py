"""A server on loopback that takes OTLP and remembers what came."""

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class Received(NamedTuple):
    """One request as it came."""

    path: str
    authorization: str
    body: bytes


class Recorder:
    """Answers from `answers` first (status, headers), then 200; keeps requests, spans and logs in order of arrival."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.requests: list[Received] = []
        self.spans: list[Any] = []
        self.logs: list[Any] = []
        self.metrics: list[Any] = []
        self.items: list[tuple[str, Any]] = []
        """What came through the JSON doors: path and object."""
        self.resources: list[dict[str, str]] = []
        self.rejected_spans = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, received: Received) -> tuple[int, dict[str, str], bytes]:
        with self._lock:
            self.requests.append(received)
            if self.answers:
                status, headers = self.answers.pop(0)
                return status, headers, b""
            self._remember(received.path, received.body)
            answer = ExportTraceServiceResponse()
            if self.rejected_spans:
                answer.partial_success.rejected_spans = self.rejected_spans
            if received.path.startswith("/api/"):
                return 200, {}, b'{"accepted": 1, "rejected": []}'
            return 200, {}, answer.SerializeToString()

    def _remember(self, path: str, body: bytes) -> None:
        if path == "/v1/traces":
            for block in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.resources.append({pair.key: pair.value.string_value for pair in block.resource.attributes})
                self.spans += [span for group in block.scope_spans for span in group.spans]
        elif path == "/v1/metrics":
            for sent in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                self.metrics += [metric for group in sent.scope_metrics for metric in group.metrics]
        elif path.startswith("/api/"):
            self.items += [(path, json.loads(line)) for line in body.splitlines()]
        else:
            for kept in ExportLogsServiceRequest.FromString(body).resource_logs:
                self.logs += [log for group in kept.scope_logs for log in group.log_records]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                status, headers, answer = recorder.take(Received(self.path, self.headers["Authorization"], body))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                """Stay silent."""

        return Handler
