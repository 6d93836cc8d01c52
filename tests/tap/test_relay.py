"""What a caller and a service exchange through the tap is, byte by byte, what they exchange without it."""

import asyncio
import contextlib
import socket
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tap.budget import Budget
from tap.exchange import Recorder
from tap.losses import Losses
from tap.service import Service
from tap.settings import Tapped
from tests.tap.drawn import EXCHANGES, SIZES, split
from tests.tap.inside import place, until

SLOWLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


async def send(writer: asyncio.StreamWriter, data: bytes, sizes: list[int]) -> None:
    for piece in split(data, sizes):
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)


@SLOWLY
@given(EXCHANGES, SIZES, SIZES)
def test_bytes_are_the_same_both_ways_and_every_exchange_is_seen(exchanges, request_sizes, answer_sizes):
    async def script(reader, writer):
        for request, answer in exchanges:
            got.append(await reader.readexactly(len(request.wire)))
            await send(writer, answer.wire, answer_sizes)
        writer.close()

    async def go():
        async with place("brain", script) as stands:
            reader, writer = await stands.open()
            for request, answer in exchanges:
                await send(writer, request.wire, request_sizes)
                assert await reader.readexactly(len(answer.wire)) == answer.wire
            assert await reader.read() == b""
            writer.close()
            await until(lambda: len(stands.captured) == len(exchanges))
            return stands.captured, stands.left_out(), stands.kept_bytes()

    got: list[bytes] = []
    captured, left_out, kept = asyncio.run(go())
    assert got == [request.wire for request, _ in exchanges]
    assert [(seen.request.data, seen.answer.data, seen.status) for seen in captured] == [
        (request.body, answer.body, answer.status) for request, answer in exchanges
    ]
    assert (left_out, kept) == ([], 0)


@SLOWLY
@given(EXCHANGES, SIZES)
def test_requests_that_do_not_wait_for_answers(exchanges, sizes):
    async def script(reader, writer):
        await reader.readexactly(sum(len(request.wire) for request, _ in exchanges))
        await send(writer, b"".join(answer.wire for _, answer in exchanges), sizes)
        writer.close()

    async def go():
        async with place("brain", script) as stands:
            reader, writer = await stands.open()
            await send(writer, b"".join(request.wire for request, _ in exchanges), sizes)
            assert await reader.read() == b"".join(answer.wire for _, answer in exchanges)
            writer.close()
            await until(lambda: len(stands.captured) == len(exchanges))
            return [(seen.request.data, seen.answer.data) for seen in stands.captured]

    assert asyncio.run(go()) == [(request.body, answer.body) for request, answer in exchanges]


@SLOWLY
@given(st.binary(max_size=2000), st.binary(max_size=2000), SIZES)
def test_what_is_no_http_passes_too(forth, back, sizes):
    async def script(reader, writer):
        got.append(await reader.readexactly(len(forth)))
        await send(writer, back, sizes)
        writer.close()

    async def go():
        async with place("brain", script) as stands:
            reader, writer = await stands.open()
            await send(writer, forth, sizes)
            assert await reader.read() == back
            writer.close()

    got: list[bytes] = []
    asyncio.run(go())
    assert got == [forth]


async def test_an_answer_passes_while_the_request_is_still_coming():
    async def script(reader, writer):
        while piece := await reader.read(100):
            writer.write(piece)
        writer.close()

    async with place("brain", script) as stands:
        reader, writer = await stands.open()
        for number in range(20):
            writer.write(b"%d\n" % number)
            assert await reader.readline() == b"%d\n" % number
        writer.write_eof()
        assert await reader.read() == b""
        writer.close()


async def test_an_answer_that_comes_before_the_request_is_complete():
    async def script(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}")
        assert await reader.readexactly(5) == b"12345"
        writer.close()

    async with place("brain", script) as stands:
        reader, writer = await stands.open()
        writer.write(b"POST /chat HTTP/1.1\r\nContent-Length: 5\r\n\r\n")
        assert await reader.readexactly(47) == b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}"
        assert stands.captured == []
        writer.write(b"12345")
        await until(lambda: stands.captured)
        assert (stands.captured[0].request.data, stands.captured[0].status) == (b"12345", 413)
        writer.close()


async def test_a_body_until_the_connection_ends():
    async def script(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\n\r\nas long as it lasts")
        writer.close()

    async with place("brain", script) as stands:
        reader, writer = await stands.open()
        writer.write(b"POST /chat HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        assert (await reader.read()).endswith(b"as long as it lasts")
        writer.close()
        await until(lambda: stands.captured)
        assert stands.captured[0].answer.data == b"as long as it lasts"
        assert stands.captured[0].answer.state == "whole"


async def test_a_service_that_breaks_off_is_seen_to_break_off():
    async def script(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\n\r\nonly half of")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async with place("brain", script) as stands:
        reader, writer = await stands.open()
        writer.write(b"POST /chat HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        await reader.readuntil(b"only half of")
        with pytest.raises(ConnectionResetError):
            await reader.read()
        await until(lambda: stands.captured)
        assert (stands.captured[0].answer.state, stands.captured[0].answer.size_bytes) == ("cut", 12)
        writer.close()


async def test_a_service_that_breaks_off_after_a_complete_answer_is_no_error_to_its_caller():
    async def script(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}")
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await arrived.wait()
        writer.transport.abort()

    arrived = asyncio.Event()
    async with place("brain", script) as stands:
        reader, writer = await stands.open()
        writer.write(b"POST /chat HTTP/1.1\r\nContent-Length: 5\r\n\r\n")
        await reader.readuntil(b"{}")
        arrived.set()
        assert await reader.read() == b""
        writer.close()


async def test_a_caller_that_goes_away_is_missed_by_the_service():
    gone = asyncio.Event()

    async def script(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            await reader.read()
        gone.set()
        writer.close()

    async with place("brain", script) as stands:
        _, writer = await stands.open()
        writer.write(b"POST /chat HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
        await asyncio.sleep(0.05)
        writer.transport.abort()
        await asyncio.wait_for(gone.wait(), 5)
        await until(lambda: stands.captured)
        captured = stands.captured[0]
        assert (captured.status, captured.request.data, captured.answer.state) == (None, b"{}", "cut")


async def test_a_service_that_cannot_be_reached_is_answered_for():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    captured = []
    recorder = Recorder(Budget(1 << 20), Losses(), captured.append, 1 << 20)
    service = Service(Tapped("librarian", "127.0.0.1", 0, "127.0.0.1", port), recorder, connect_timeout_s=5)
    service.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    body = b'{"data":{"eventType":"step_created"},"storageType":"mongo"}'
    writer.write(b"POST /storeData HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert answer.endswith(
        b'{"error":"The tap could not reach librarian at 127.0.0.1:%d: ConnectionRefusedError."}' % port
    )
    await until(lambda: captured)
    assert (captured[0].request.data, captured[0].status) == (body, 502)
    writer.close()
    await service.stop(0)


async def test_a_reader_that_is_slow_slows_the_writer():
    sent = 0

    async def script(reader, writer):
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(bytes(65536))
                await writer.drain()
                sent += 65536

    async with place("postoffice", script) as stands:
        reader, writer = await stands.open()
        writer.write(b"GET /download HTTP/1.1\r\n\r\n")
        await reader.readline()
        before = -1
        while sent != before:
            before = sent
            await asyncio.sleep(0.3)
        assert sent < 64 << 20
        await reader.readexactly(1 << 20)
        writer.transport.abort()


async def test_ending_waits_for_answers_that_are_under_way_but_not_for_idle_connections():
    asked, release = asyncio.Event(), asyncio.Event()

    async def script(reader, writer):
        while await reader.readuntil(b"\r\n\r\n"):
            asked.set()
            await release.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    async with place("brain", script) as stands:
        idle, _ = await stands.open()
        reader, writer = await stands.open()
        writer.write(b"POST /chat HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        await asked.wait()
        ending = asyncio.create_task(stands.service.stop(60))
        assert await idle.read() == b""
        release.set()
        assert (await reader.read()).endswith(b"{}")
        await ending
        assert stands.captured[0].status == 200


async def test_an_answer_that_is_cut_off_at_the_end_does_not_look_complete():
    async def script(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\n\r\nonly half of")
        await reader.read()

    async with place("brain", script) as stands:
        reader, writer = await stands.open()
        writer.write(b"POST /chat HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
        await reader.readuntil(b"half of")
        await stands.service.stop(0)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
