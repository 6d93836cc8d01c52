"""What is captured of what passes, and what is only counted."""

import asyncio

import pytest

from tap.routes import ROUTES
from tests.tap.inside import place, until

TRACEPARENT = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def post(path: str, body: bytes = b"{}", *, method: str = "POST") -> bytes:
    return b"%s %s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (method.encode(), path.encode(), len(body), body)


async def answer_all(reader, writer):
    """A service that takes requests with a length."""
    while True:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            break
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or 0))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" if head.startswith(b"HEAD") else OK)
    writer.close()


async def ask(stands, *requests: bytes) -> None:
    reader, writer = await stands.open()
    for request in requests:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not request.startswith(b"HEAD"):
            assert head + await reader.readexactly(2) == OK
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("kind", ROUTES)
async def test_only_its_own_routes_are_captured(kind):
    async with place(kind, answer_all) as stands:
        own = [(route.method, route.path + "id" * route.path.endswith("/")) for route in ROUTES[kind]]
        others = [("GET", "/health"), ("GET", "/ready"), ("HEAD", "/chat"), ("GET", "/chat"), ("POST", "/storeDataX")]
        await ask(stands, *(post(path, method=method) for method, path in [*own, *others, *own]))
        await until(lambda: len(stands.captured) == 2 * len(own))
        assert [(seen.method, seen.path) for seen in stands.captured] == own + own
        assert stands.left_out() == []


async def test_a_query_is_not_kept():
    async with place("brain", answer_all) as stands:
        await ask(stands, post("/chat?token=secret"))
        await until(lambda: stands.captured)
        assert stands.captured[0].path == "/chat"
        assert "secret" not in repr(stands.captured)


async def test_a_body_beyond_the_limit_is_only_measured():
    async with place("brain", answer_all, limit_bytes=1000) as stands:
        await ask(stands, post("/chat", b"x" * 1000), post("/chat", b"x" * 1001))
        await until(lambda: len(stands.captured) == 2)
        parts = [seen.request for seen in stands.captured]
        assert [(len(part.data), part.size_bytes, part.state) for part in parts] == [
            (1000, 1000, "whole"),
            (0, 1001, "too_large"),
        ]
        assert stands.kept_bytes() == 0


async def test_what_finds_no_room_is_dropped_and_counted():
    async with place("brain", answer_all, budget_bytes=10_000) as stands:
        await ask(stands, *[post("/chat", b"x" * 3000)] * 5)
        await until(stands.has_left_out)
        await ask(stands, post("/chat", b""))
        await until(lambda: len(stands.captured) == 3)
        assert stands.left_out() == [("/chat", "no_room", 3)]
        assert stands.kept_bytes() == 0


async def test_what_is_no_http_is_counted_once_for_a_connection():
    async def script(reader, writer):
        await reader.read(100)
        writer.write(b"what?")
        await reader.read(100)
        writer.write(b"what?")
        writer.close()

    async with place("brain", script) as stands:
        reader, writer = await stands.open()
        writer.write(b"\x00\x01\x02\r\n\r\n")
        await reader.readexactly(5)
        writer.write(post("/chat"))
        await reader.read()
        writer.close()
        await until(stands.has_left_out)
        assert stands.left_out() == [("connection", "unreadable", 1)]
        assert stands.captured == []


async def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next_one():
    async def script(reader, writer):
        writer.write(OK)
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with place("brain", script) as stands:
        reader, writer = await stands.open()
        assert await reader.readexactly(len(OK)) == OK
        writer.write(post("/chat"))
        await reader.read()
        writer.close()
        await until(stands.has_left_out)
        assert stands.left_out() == [("connection", "unreadable", 1)]


async def test_too_many_open_requests_are_relayed_but_no_longer_followed():
    async def script(reader, writer):
        await reader.readexactly(len(post("/chat")) * 200)
        writer.write(OK * 200)
        writer.close()

    async with place("brain", script) as stands:
        reader, writer = await stands.open()
        writer.write(post("/chat") * 200)
        assert await reader.read() == OK * 200
        writer.close()
        await until(stands.has_left_out)
        assert ("connection", "unreadable", 1) in stands.left_out()
        assert stands.kept_bytes() == 0


async def test_a_failure_of_the_recorder_costs_the_caller_nothing(monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("recording is broken")

    async with place("brain", answer_all) as stands:
        monkeypatch.setattr("tap.watch.find_route", fail)
        await ask(stands, post("/chat"), post("/chat"))
        await until(stands.has_left_out)
        assert stands.left_out() == [("connection", "failed", 1)]


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        (b"", ""),
        (b"traceparent: %s\r\n" % TRACEPARENT, TRACEPARENT.decode()),
        (b"traceparent: Bearer secret\r\n", ""),
        (b"traceparent: %s\r\ntraceparent: %s\r\n" % (TRACEPARENT, TRACEPARENT), ""),
    ],
)
async def test_a_header_that_names_a_trace_is_captured(headers, kept):
    async with place("brain", answer_all) as stands:
        await ask(stands, b"POST /chat HTTP/1.1\r\n%sContent-Length: 2\r\n\r\n{}" % headers)
        await until(lambda: len(stands.captured) == 1)
        assert stands.captured[0].traceparent == kept
