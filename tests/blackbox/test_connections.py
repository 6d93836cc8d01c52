"""Cases 42 to 44: many connections, slow ones, real senders."""

import asyncio
import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest
import zstandard
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from tests.blackbox.client import Reader, Sender
from tests.blackbox.machine import quickest_s
from tests.blackbox.wire import JSON, PROTOBUF, encode, span, traces
from tests.servers import Server


def _raw_request(server: Server, body: bytes, *headers: str) -> bytes:
    netloc = urlsplit(server.url).netloc
    lines = [
        "POST /v1/traces HTTP/1.1",
        f"Host: {netloc}",
        f"Authorization: Bearer {server.key}",
        f"Content-Type: {PROTOBUF}",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _connect(server: Server, timeout: float = 20) -> socket.socket:
    parts = urlsplit(server.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=timeout)


def _read_answers(connection: socket.socket, count: int) -> list[int]:
    """The statuses of `count` answers, read to the end of each."""
    statuses, waiting = [], b""
    reader = connection.makefile("rb")
    for _ in range(count):
        status = int(reader.readline().split()[1])
        length = 0
        while (line := reader.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        waiting += reader.read(length)
        statuses.append(status)
    return statuses


def test_case_42_pipelined_requests_are_answered_in_their_order(server: Server, stored: Reader, mission: str):
    good = encode(traces([span()], mission=mission), PROTOBUF)
    sent = [good, b"\xff\xff", encode(traces([span()], mission=mission), PROTOBUF), b"\xff", good]
    with _connect(server) as connection:
        connection.sendall(b"".join(_raw_request(server, body) for body in sent))
        assert _read_answers(connection, len(sent)) == [200, 400, 200, 400, 200]
    assert len(stored.spans(mission)) == 2


def test_case_42_a_hundred_connections_each_get_their_own_answer(server: Server, stored: Reader, mission: str):
    """Every tenth request holds one bad span more: its answer must say so, the others must not."""

    async def post_all() -> list[tuple[int, int]]:
        headers = {"Authorization": f"Bearer {server.key}", "Content-Type": JSON}
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
        async with httpx.AsyncClient(
            base_url=server.url, timeout=60, headers=headers, limits=limits, trust_env=False
        ) as client:

            async def post(number: int) -> tuple[int, int]:
                bad = [span(spanId="00" * 8)] * (number % 10)
                body = encode(traces([span(name=f"n{number}"), *bad], mission=mission), JSON)
                response = await client.post("/v1/traces", content=body)
                assert response.status_code == 200
                return number, int((response.json().get("partialSuccess") or {}).get("rejectedSpans", 0))

            return await asyncio.gather(*(post(number) for number in range(300)))

    answers = asyncio.run(post_all())
    assert all(rejected == number % 10 for number, rejected in answers)
    assert {item["name"] for item in stored.spans(mission)} == {f"n{number}" for number in range(300)}


def test_case_42_one_connection_serves_many_requests(server: Server, stored: Reader, mission: str):
    with _connect(server) as connection:
        for _ in range(20):
            connection.sendall(_raw_request(server, encode(traces([span()], mission=mission), PROTOBUF)))
            assert _read_answers(connection, 1) == [200]
    assert len(stored.spans(mission)) == 20


def test_case_43_a_client_that_asks_before_it_sends_is_told_to_go_on(server: Server, stored: Reader, mission: str):
    body = encode(traces([span()], mission=mission), PROTOBUF)
    head = _raw_request(server, body, "Expect: 100-continue")[: -len(body)]
    with _connect(server) as connection:
        connection.sendall(head)
        assert b"100" in connection.recv(100).split(b"\r\n")[0]
        connection.sendall(body)
        assert _read_answers(connection, 1) == [200]
    assert len(stored.spans(mission)) == 1


def test_case_43_two_hundred_slow_bodies_do_not_hold_up_others_and_are_ended(small_server: Server, small_door: Sender):
    connections = [_connect(small_server) for _ in range(200)]
    try:
        for connection in connections:
            connection.sendall(_raw_request(small_server, b"x" * 1000)[:-999])
        assert small_door.send(traces([span()])).status == 200
        assert quickest_s(lambda: small_door.send(traces([span()]))) < 1.0
        with ThreadPoolExecutor(20) as pool:
            ended = list(pool.map(_trickle_until_ended, connections))
    finally:
        for connection in connections:
            connection.close()
    assert all(ended)


def _trickle_until_ended(connection: socket.socket) -> bool:
    """One byte every half second; True when the server answers or closes within eight seconds."""
    connection.settimeout(0.5)
    for _ in range(16):
        try:
            connection.sendall(b"x")
            answer = connection.recv(200)
        except TimeoutError:
            continue
        except OSError:
            return True
        return answer == b"" or b" 408 " in answer
    return False


@pytest.mark.filterwarnings("ignore:.*LoggingHandler.*:DeprecationWarning")
@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip, Compression.Deflate])
def test_case_44_the_python_sdk_delivers_everything_without_a_complaint(
    server: Server, stored: Reader, mission: str, caplog: pytest.LogCaptureFixture, compression: Compression
):
    headers = {"Authorization": f"Bearer {server.key}"}
    resource = Resource.create({"service.name": "sdk", "mission.id": mission})
    spans = OTLPSpanExporter(f"{server.url}/v1/traces", headers=headers, compression=compression)
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(spans, max_export_batch_size=64))
    records = LoggerProvider(resource=resource)
    logs = OTLPLogExporter(f"{server.url}/v1/logs", headers=headers, compression=compression)
    records.add_log_record_processor(BatchLogRecordProcessor(logs))
    log = logging.getLogger(f"sdk.{mission}")
    log.addHandler(LoggingHandler(logger_provider=records))
    with caplog.at_level(logging.WARNING):
        with provider.get_tracer("t").start_as_current_span("root"):
            for number in range(150):
                attributes = {"n": number, "l": ["a", "b"]}
                with provider.get_tracer("t").start_as_current_span(f"s{number}", attributes=attributes):
                    log.warning("line %d", number)
        provider.shutdown()
        records.shutdown()
    complaints = [record for record in caplog.records if record.name.startswith("opentelemetry.exporter")]
    assert complaints == []
    assert len(stored.spans(mission)) == 151
    found = stored.logs(mission)
    assert len(found) == 150
    assert all(item["span_id"] for item in found)


def test_case_44_zstd_as_the_collector_sends_it_is_read(door: Sender, stored: Reader, mission: str):
    body = zstandard.compress(encode(traces([span(), span()], mission=mission), PROTOBUF))
    assert door.post(body, PROTOBUF, Content_Encoding="zstd").status == 200
    assert len(stored.spans(mission)) == 2
