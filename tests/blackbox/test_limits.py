"""Cases 33 to 41: bounds, overload, lost databases, repeats."""

import asyncio
import gzip
import itertools
import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import pytest

from tests.blackbox.client import SETTLED_S, Reader, Sender
from tests.blackbox.conftest import SMALL_LIMIT
from tests.blackbox.machine import MIB, resident_bytes
from tests.blackbox.outages import database_gone, names
from tests.blackbox.wire import JSON, PROTOBUF, Message, attribute, encode, span, traces
from tests.servers import Server, start_server


def _body_of(size: int, mission: str, content_type: str) -> bytes:
    """A request of one span of exactly `size` bytes."""
    sent = span(attributes=[attribute("filler", "")])
    missing = size - len(encode(traces([sent], mission=mission), content_type))
    for length in range(missing, missing - 24, -1):
        sent["attributes"][0]["value"]["stringValue"] = "x" * length
        body = encode(traces([sent], mission=mission), content_type)
        if len(body) == size:
            return body
    raise AssertionError("no body of that size")


@pytest.mark.parametrize(("over", "status"), [(-1, 200), (0, 200), (1, 413)])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_case_33_the_limit_of_a_body_is_exact_after_decompression(
    small_door: Sender, encoding: str, mission: str, over: int, status: int, packed: bool
):
    body = _body_of(SMALL_LIMIT + over, mission, encoding)
    headers = {"Content_Encoding": "gzip"} if packed else {}
    answer = small_door.post(gzip.compress(body) if packed else body, encoding, **headers)
    assert answer.status == status
    if status == 413:
        assert answer.content_type == encoding
        assert answer.message


def test_case_34_a_body_without_a_length_is_refused_long_before_its_end(small_server: Server):
    """The client would send 200 MB in chunks; the server answers after its limit and stops reading."""
    parts = urlsplit(small_server.url)
    before = resident_bytes(small_server.process.pid)
    sent = 0
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(
            f"POST /v1/traces HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {small_server.key}\r\n"
            f"Content-Type: {JSON}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        answer = b""
        connection.settimeout(0.01)
        while sent < 200 * MIB and not answer:
            try:
                connection.settimeout(20)
                connection.sendall(chunk)
                sent += 0x10000
                connection.settimeout(0.0)
                answer = connection.recv(1000)
            except BlockingIOError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break
        if not answer:
            connection.settimeout(20)
            answer = connection.recv(1000)
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert sent < 20 * MIB
    assert resident_bytes(small_server.process.pid) - before < 50 * MIB


class _Told(NamedTuple):
    """What the door said to a request while its database was gone."""

    request: Message
    status: int
    retry_after: str | None
    took_s: float


class _Outage(NamedTuple):
    """A server whose database was gone for a while, and what it said then."""

    server: Server
    mission: str
    told: list[_Told]


BACK_S = 5.0
"""The first 200 comes within this time of the database's return: a bar of the fault tests."""
AT_ONCE_S = 5.0


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Outage]:
    """The database goes, 1 MiB may wait: a first request fills that, eight more come; then the database is back.

    On SQLite it takes as long as the server waits for a locked file, about half a minute.
    """
    before = names()
    with start_server(tmp_path_factory.mktemp("lone"), MISSIONSCOPE_MAX_WAITING_BYTES=str(1 << 20)) as server:
        (name,) = (names() - before) or {""}
        large = span(attributes=[attribute("filler", "y" * 1_200_000)])
        requests = [traces([one], mission="outage") for one in (large, *(span() for _ in range(8)))]
        with closing(Sender(server.url, server.key)) as door:
            assert door.send(traces([])).status == 200
        with database_gone(server, name):
            told = asyncio.run(_post_together(server, requests))
        yield _Outage(server, "outage", told)


async def _post_together(server: Server, requests: list[Message]) -> list[_Told]:
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": PROTOBUF}
    async with httpx.AsyncClient(base_url=server.url, timeout=90, headers=headers, trust_env=False) as client:

        async def post(request: Message, after_s: float) -> _Told:
            await asyncio.sleep(after_s)
            begun = time.monotonic()
            response = await client.post("/v1/traces", content=encode(request, PROTOBUF))
            took_s = time.monotonic() - begun
            return _Told(request, response.status_code, response.headers.get("retry-after"), took_s)

        return await asyncio.gather(*(post(request, min(place, 1)) for place, request in enumerate(requests)))


def test_case_36_without_its_database_the_door_says_503_and_when_to_come_back(outage: _Outage):
    assert {told.status for told in outage.told} <= {429, 503}
    assert all(told.retry_after is not None and int(told.retry_after) >= 1 for told in outage.told)


def test_case_36_a_key_that_must_first_be_looked_up_changes_nothing_about_that(
    tmp_path_factory: pytest.TempPathFactory,
):
    """500 would tell an OpenTelemetry SDK to drop the data; it must hear 503 from the very first request on."""
    before = names()
    with start_server(tmp_path_factory.mktemp("cold")) as server:
        (name,) = (names() - before) or {""}
        with database_gone(server, name):
            (told,) = asyncio.run(_post_together(server, [traces([span()], mission="cold")]))
        assert (told.status, told.retry_after is not None) == (503, True)
        with closing(Sender(server.url, server.key)) as door:
            back = time.monotonic()
            while door.send(told.request, PROTOBUF).status != 200:
                assert time.monotonic() - back < BACK_S
                time.sleep(0.1)


def test_case_35_what_has_no_room_to_wait_is_told_so_at_once(outage: _Outage):
    assert all(told.took_s < AT_ONCE_S for told in outage.told[1:])


def test_case_35_36_nothing_is_lost_or_stored_twice_by_senders_that_repeat(outage: _Outage):
    with (
        closing(Sender(outage.server.url, outage.server.key)) as door,
        closing(Reader(outage.server.url, outage.server.key)) as stored,
    ):
        deadline = time.monotonic() + SETTLED_S
        for told in outage.told:
            while (status := door.send(told.request, PROTOBUF).status) != 200:
                assert status in {429, 503}
                assert time.monotonic() < deadline
                time.sleep(0.1)
        assert len(stored.spans(outage.mission)) == len(outage.told)


@pytest.mark.parametrize("body", [b"[", json.dumps(traces([span(spanId="00" * 8)])).encode()])
def test_case_37_what_can_never_succeed_is_not_called_retryable(door: Sender, body: bytes):
    answer = door.post(body, JSON)
    assert answer.status == 400
    assert "retry-after" not in answer.headers


def test_case_38_the_same_spans_again_change_nothing(door: Sender, stored: Reader, encoding: str, mission: str):
    trace = span()["traceId"]
    sent = [span(traceId=trace, attributes=[attribute("gen_ai.operation.name", "chat")]) for _ in range(5)]
    assert door.send(traces(sent, mission=mission), encoding).status == 200
    stored.until_computed()
    first = stored.mission(mission)
    assert first["span_count"] == 5
    for again in ([*sent], sent[2:4], [sent[0], sent[0]], sent[::-1]):
        answer = door.send(traces(again, mission=mission), encoding)
        assert (answer.status, answer.rejected) == (200, 0)
    assert len(stored.spans(mission)) == 5
    after = stored.mission(mission)
    assert {name: after[name] for name in ("span_count", "llm_call_count", "change_seq")} == {
        name: first[name] for name in ("span_count", "llm_call_count", "change_seq")
    }


def test_case_38_the_same_span_in_both_encodings_is_one_span(door: Sender, stored: Reader, mission: str):
    request = traces(
        [span(attributes=[attribute("n", {"intValue": "7"}), attribute("f", {"doubleValue": 0.5})])], mission=mission
    )
    assert door.send(request, JSON).status == 200
    stored.until_computed()
    before = stored.spans(mission)
    assert door.send(request, PROTOBUF).status == 200
    assert stored.spans(mission) == before


def test_case_39_a_later_fuller_record_completes_a_span_in_whatever_order_it_comes(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    started = str(time.time_ns() - 5_000_000_000)
    ended = str(time.time_ns())
    outcomes = []
    for place, order in enumerate(itertools.permutations(range(3))):
        name = f"{mission}-{place}"
        base = span(startTimeUnixNano=started, endTimeUnixNano=None, attributes=[attribute("a", "1")])
        middle = {**base, "attributes": [attribute("a", "1"), attribute("b", "2")]}
        final = {
            **base,
            "endTimeUnixNano": ended,
            "attributes": [attribute("a", "1"), attribute("b", "2"), attribute("c", "3")],
            "status": {"code": 1},
        }
        versions = (base, middle, final)
        for index in order:
            assert door.send(traces([versions[index]], mission=name), encoding).status == 200
        (found,) = stored.spans(name)
        whole = stored.span(name, base)
        outcomes.append((found["end_ns"], found["status_code"], sorted(k for k in whole["attributes"] if len(k) == 1)))
    assert outcomes == [(ended, "OK", ["a", "b", "c"])] * 6


def test_case_40_the_answer_to_a_thousand_bad_spans_stays_small(door: Sender, encoding: str):
    bad = [span(traceId="00" * 16, name="n" * 1000) for _ in range(1000)]
    answer = door.send(traces([*bad, span()]), encoding)
    assert (answer.status, answer.rejected) == (200, 1000)
    assert 0 < len(answer.message) < 10_000
    assert len(answer.body) < 20_000


_TRACEPARENTS = [
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "rubbish",
    "",
]


@pytest.mark.parametrize("traceparent", _TRACEPARENTS)
def test_case_41_the_requests_own_trace_context_never_mixes_with_the_data(
    door: Sender, stored: Reader, mission: str, traceparent: str
):
    sent = span()
    tracestate = ",".join(f"v{n}=x" for n in range(33))
    answer = door.send(traces([sent], mission=mission), traceparent=traceparent, tracestate=tracestate)
    assert answer.status == 200
    found = stored.span(mission, sent)
    assert (found["trace_id"], found["parent_span_id"], found["trace_state"]) == (sent["traceId"], None, "")
