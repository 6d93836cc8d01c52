"""The server's own traces: requests, commits, jobs, SQL, across processes, and never about being sent themselves."""

import gzip
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.blackbox.client import Reader
from tests.blackbox.wire import span, traces
from tests.servers import Server, find_free_port, start_server

pytestmark = pytest.mark.server
PATIENCE_S = 60
QUIET_S = 3
"""Thirty times as long as spans wait to be sent."""
SOON = {"OTEL_BSP_SCHEDULE_DELAY": "100"}
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SERVER_KIND, CLIENT_KIND = 2, 3


class Received(NamedTuple):
    """One span as it came."""

    span: Any
    resource: dict[str, str]

    @property
    def attributes(self) -> dict[str, str]:
        return attributes_of(self.span.attributes)


def attributes_of(attributes: Any) -> dict[str, str]:
    return {each.key: each.value.string_value for each in attributes}


@contextmanager
def collector() -> Iterator[tuple[str, list[Received]]]:
    """Takes OTLP as a Collector does; its address and what came."""
    received: list[Received] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            for block in ExportTraceServiceRequest.FromString(body).resource_spans:
                resource = attributes_of(block.resource.attributes)
                received.extend(Received(each, resource) for scope in block.scope_spans for each in scope.spans)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, list[Received]]]:
    """A server whose traces a collector takes."""
    with collector() as (url, received):
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, **SOON}
        with start_server(tmp_path_factory.mktemp("traced"), **environment) as server:
            yield server, received


def wait_for(received: list[Received], **wanted: Any) -> Received:
    """The first span with this name, or of this trace."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for each in list(received):
            if all(getattr(each.span, name) == value for name, value in wanted.items()):
                return each
        time.sleep(0.05)
    raise AssertionError(f"{wanted} did not come: {sorted({each.span.name for each in received})}")


def send(url: str, key: str, *spans: Any, **headers: str) -> None:
    headers = {"x-api-key": key, "content-type": "application/json", **headers}
    answer = httpx.post(f"{url}/v1/traces", json=traces(list(spans)), headers=headers, trust_env=False)
    assert answer.status_code == 200, answer.text


def test_a_request_goes_on_with_the_callers_trace_and_shows_its_statements_without_values(traced):
    server, received = traced
    headers = {"x-api-key": server.key, "traceparent": f"00-{TRACE}-{PARENT}-01", "x-request-id": "asked-1"}
    httpx.get(f"{server.url}/api/v1/missions/x/?q=hidden", headers=headers, trust_env=False)
    request = wait_for(received, name="GET /api/v1/missions/x/")
    assert (request.span.trace_id.hex(), request.span.parent_span_id.hex()) == (TRACE, PARENT)
    assert request.span.kind == SERVER_KIND
    assert request.resource["service.name"] == "missionscope"
    assert (request.attributes["request.id"], request.attributes["mission.id"]) == ("asked-1", "x")
    statement = wait_for(received, parent_span_id=request.span.span_id)
    assert statement.span.kind == CLIENT_KIND
    assert statement.attributes["db.query.text"].startswith("SELECT")
    assert statement.attributes["db.system.name"] in ("sqlite", "postgresql")
    told = b"".join(each.span.SerializeToString() for each in received)
    assert b"hidden" not in told
    assert server.key.encode() not in told


def test_what_a_door_stored_is_a_trace_of_its_own_that_reaches_the_job_it_woke(traced):
    server, received = traced
    send(server.url, server.key, span(name="theirs"), traceparent=f"00-{'ab' * 16}-{PARENT}-01")
    door = wait_for(received, name="POST /v1/traces")
    assert door.span.trace_id.hex() != "ab" * 16
    assert [link.trace_id.hex() for link in door.span.links] == ["ab" * 16]
    commit = wait_for(received, name="ingest.commit", parent_span_id=door.span.span_id)
    job = wait_for(received, name="job analysis.recompute", trace_id=door.span.trace_id)
    assert job.span.parent_span_id == commit.span.span_id
    assert job.resource["missionscope.process"] == ("worker" if server.database_url else "web")
    assert wait_for(received, parent_span_id=job.span.span_id).span.kind == CLIENT_KIND


def test_health_and_files_make_no_spans(traced):
    server, received = traced
    for path in ("/healthz", "/readyz", "/static/css/tokens.css"):
        httpx.get(f"{server.url}{path}", trust_env=False)
    httpx.get(f"{server.url}/login/?last=1", trust_env=False)
    wait_for(received, name="GET /login/")
    assert not [each.span.name for each in received if each.span.name.endswith(("z", ".css"))]


def test_traces_sent_to_itself_come_to_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    port, key = find_free_port(), "ms_own_traces_0123456789"
    monkeypatch.setattr("tests.servers.find_free_port", lambda: port)
    environment = {
        "MISSIONSCOPE_BOOTSTRAP_KEY": key,
        "MISSIONSCOPE_LOG_LEVEL": "debug",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-api-key={key}",
        **SOON,
    }
    with start_server(tmp_path, **environment) as server:
        send(server.url, key, span(name="theirs"))
        reader = Reader(server.url, key)
        wait_for_missions(reader, "POST /v1/traces")
        reader.close()
        wait_until_quiet(server)


def wait_for_missions(reader: Reader, name: str) -> None:
    """Until a mission of this name is there: what the server told of itself."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if name in [mission["name"] for mission in reader.items("/api/v1/missions/")]:
            return
        time.sleep(0.3)
    raise AssertionError("its own traces did not come")


def wait_until_quiet(server: Server) -> None:
    """Until nothing was sent to a door for QUIET_S."""
    deadline, sent, since = time.monotonic() + PATIENCE_S, -1, time.monotonic()
    while time.monotonic() < deadline:
        lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
        now_sent = sum(line.get("event") == "answered" and line["path"] == "/v1/traces" for line in lines)
        if now_sent != sent:
            sent, since = now_sent, time.monotonic()
        elif time.monotonic() - since > QUIET_S:
            assert sent >= 2
            return
        time.sleep(0.2)
    raise AssertionError(f"it goes on sending: {sent} requests")
