"""An upgraded connection passes as bytes; the text frames of PostOffice are read from a copy."""

import asyncio
import json

import pytest
import websockets
from hypothesis import given
from hypothesis import strategies as st

from tap.budget import Budget, Capture
from tap.head import Malformed
from tap.websocket import FrameReader
from tests.tap.drawn import SIZES, split
from tests.tap.inside import Place, place, until


def frame(opcode: int, payload: bytes, *, final: bool = True, reserved: int = 0) -> bytes:
    first = (0x80 if final else 0) | reserved | opcode
    if len(payload) < 126:
        return bytes([first, len(payload)]) + payload
    if len(payload) < 65536:
        return bytes([first, 126]) + len(payload).to_bytes(2) + payload
    return bytes([first, 127]) + len(payload).to_bytes(8) + payload


class Reading:
    """A reader and what it handed on."""

    def __init__(self, limit_bytes: int = 100_000) -> None:
        self.texts: list[bytes] = []
        self.reasons: list[str] = []
        self.budget = Budget(1 << 20)
        self.reader = FrameReader(lambda: Capture(self.budget, limit_bytes), self.take, self.reasons.append)

    def take(self, capture: Capture) -> None:
        part = capture.end("whole", "")
        self.texts.append(part.data)
        self.budget.give_back(len(part.data))

    def feed(self, data: bytes, sizes: list[int]) -> None:
        for piece in split(data, sizes):
            self.reader.feed(memoryview(piece))


MESSAGES = st.lists(
    st.one_of(
        st.tuples(st.just(1), st.lists(st.binary(max_size=300), min_size=1, max_size=3)),
        st.tuples(st.just(2), st.lists(st.binary(max_size=300), min_size=1, max_size=3)),
        st.tuples(st.just(9), st.lists(st.binary(max_size=125), min_size=1, max_size=1)),
    ),
    max_size=5,
)


@given(MESSAGES, SIZES)
def test_text_messages_are_put_together_from_their_frames(messages, sizes):
    data = b""
    for opcode, parts in messages:
        for place_, part in enumerate(parts):
            data += frame(opcode if place_ == 0 else 0, part, final=place_ == len(parts) - 1)
            data += frame(9, b"ping") if opcode != 9 else b""
    reading = Reading()
    reading.feed(data, sizes)
    assert reading.texts == [b"".join(parts) for opcode, parts in messages if opcode == 1]
    assert reading.budget.used_bytes == 0


def test_long_messages():
    reading = Reading()
    reading.feed(frame(1, b"a" * 126) + frame(1, b"b" * 70_000) + frame(1, b""), [1000])
    assert reading.texts == [b"a" * 126, b"b" * 70_000, b""]


def test_a_compressed_message_is_counted():
    reading = Reading()
    reading.feed(frame(1, b"packed", reserved=0x40, final=False) + frame(0, b"more") + frame(1, b"plain"), [3])
    assert (reading.texts, reading.reasons) == ([b"plain"], ["compressed"])


def test_a_masked_frame_is_no_servers():
    with pytest.raises(Malformed):
        Reading().feed(bytes([0x81, 0x85, 1, 2, 3, 4]) + b"hello", [100])


def test_a_message_that_never_ends_gives_its_room_back():
    reading = Reading()
    reading.feed(frame(1, b"x" * 50_000, final=False) + frame(0, b"y" * 10)[:5], [1000])
    assert reading.budget.used_bytes > 0
    reading.reader.close()
    assert reading.budget.used_bytes == 0


def stand(kind: str, port: int, limit_bytes: int) -> Place:
    started = Place(kind, port, limit_bytes, 64 << 20)
    started.service.start()
    return started


async def test_a_socket_of_postoffice_passes_and_is_recorded():
    sent = [
        {"type": "statusUpdate", "data": {"content": {"id": "m"}}},
        {"type": "agentStatistics", "content": {"text": "x" * 70_000}},
    ]

    async def talk(socket):
        assert socket.request.path == "/?clientId=c&token=secret"
        for message in sent:
            await socket.send(json.dumps(message))
        async for message in socket:
            await socket.send(f'{{"type":"echo","content":{message}}}')

    async with websockets.serve(talk, "127.0.0.1", 0, compression=None) as server:
        stands = stand("postoffice", server.sockets[0].getsockname()[1], 100_000)
        url = f"ws://127.0.0.1:{stands.port}/?clientId=c&token=secret"
        async with asyncio.timeout(10), websockets.connect(url) as caller:
            assert [json.loads(await caller.recv()) for _ in sent] == sent
            await caller.send("1")
            assert json.loads(await caller.recv()) == {"type": "echo", "content": 1}
            await caller.ping()
            await caller.send("2" * 200_000)
            assert len(await caller.recv()) > 200_000
        await until(lambda: len(stands.captured) == 3)
        assert [json.loads(seen.request.data) for seen in stands.captured] == [*sent, {"type": "echo", "content": 1}]
        assert {seen.form for seen in stands.captured} == {"frame"}
        assert stands.left_out() == [("WebSocket", "too_large", 1)]
        assert "secret" not in repr(stands.captured)
        await stands.service.stop(0)
        assert stands.kept_bytes() == 0


async def test_a_socket_that_compresses_passes_and_is_counted():
    async def talk(socket):
        await socket.send("x" * 5000)
        await socket.wait_closed()

    async with websockets.serve(talk, "127.0.0.1", 0, compression="deflate") as server:
        stands = stand("postoffice", server.sockets[0].getsockname()[1], 100_000)
        async with asyncio.timeout(10), websockets.connect(f"ws://127.0.0.1:{stands.port}/") as caller:
            assert await caller.recv() == "x" * 5000
        await until(stands.has_left_out)
        assert stands.left_out() == [("WebSocket", "compressed", 1)]
        assert stands.captured == []
        await stands.service.stop(0)


async def test_another_protocol_after_an_upgrade_passes_unseen():
    async def script(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\n\x00\x01")
        assert await reader.readexactly(4) == b"\xff\xfe\r\n"
        writer.write(b"\x02")
        writer.close()

    async with place("brain", script) as stands:
        reader, writer = await stands.open()
        writer.write(b"GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n")
        await reader.readuntil(b"\x00\x01")
        writer.write(b"\xff\xfe\r\n")
        assert await reader.read() == b"\x02"
        writer.close()
        assert (stands.captured, stands.left_out()) == ([], [])
