"""Messages are found in the bytes however these are split; what has no single meaning is refused."""

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap.framing import MAX_HEAD_BYTES, Framer
from tap.head import Framing, Malformed, read_answer_head, read_request_head
from tests.tap.drawn import EXCHANGES, SIZES, split


class Heard:
    """Remembers each message of one direction."""

    def __init__(self, *, method: str = "") -> None:
        self.method = method
        self.bodies: list[bytes] = []
        self.ended = 0

    def on_head(self, block: bytes) -> Framing:
        self.bodies.append(b"")
        return (read_answer_head(block, method=self.method) if self.method else read_request_head(block)).framing

    def on_body(self, part: memoryview) -> None:
        self.bodies[-1] += part

    def on_end(self) -> None:
        self.ended += 1


def read(data: bytes, sizes: list[int], *, method: str = "") -> Heard:
    heard = Heard(method=method)
    framer = Framer(heard)
    for piece in split(data, sizes):
        framer.feed(piece)
    framer.finish()
    return heard


def read_by_h11(data: bytes) -> list[bytes]:
    """The bodies of the requests in these bytes."""
    bodies = []
    while data:
        connection = h11.Connection(h11.SERVER)
        connection.receive_data(data)
        body = b""
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            assert event is not h11.NEED_DATA
            body += event.data if isinstance(event, h11.Data) else b""
        bodies.append(body)
        data = connection.trailing_data[0]
    return bodies


@given(EXCHANGES, SIZES)
def test_requests_are_read_as_h11_reads_them(exchanges, sizes):
    data = b"".join(request.wire for request, _ in exchanges)
    heard = read(data, sizes)
    assert heard.bodies == read_by_h11(data) == [request.body for request, _ in exchanges]
    assert heard.ended == len(exchanges)


@given(EXCHANGES, SIZES)
def test_answers_are_read_in_whatever_pieces_they_come(exchanges, sizes):
    heard = read(b"".join(answer.wire for _, answer in exchanges), sizes, method="POST")
    assert [body for body in heard.bodies if body] == [answer.body for _, answer in exchanges if answer.body]
    assert heard.ended == len(heard.bodies) >= len(exchanges)


@settings(max_examples=300)
@given(st.binary(max_size=400), SIZES)
def test_anything_at_all_is_read_or_refused(data, sizes):
    for method in ("", "GET"):
        try:
            read(data, sizes, method=method)
        except Malformed:
            continue


@given(
    st.sampled_from([b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"]),
    st.binary(max_size=200),
)
def test_how_bytes_are_split_does_not_matter(begin, rest):
    def outcome(sizes: list[int]) -> object:
        try:
            heard = read(begin + rest, sizes)
        except Malformed:
            return "refused"
        return heard.bodies, heard.ended

    assert outcome([1]) == outcome([3, 7]) == outcome([10_000])


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked",
        b"POST / HTTP/1.1\r\nContent-Length: +3",
        b"POST / HTTP/1.1\r\nContent-Length: 3, 3",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked",
        b"POST / HTTP/1.1\r\nHost: a\r\n folded",
        b"POST / HTTP/1.1\r\nHost : a",
        b"POST / HTTP/1.1\r\nHost: a\nContent-Length: 3",
        b"POST / HTTP/1.1\r\nHost: a\x00",
        b"POST  / HTTP/1.1",
        b"PRI * HTTP/2.0",
        b"\x16\x03\x01\x02\x00",
    ],
)
def test_a_head_of_two_meanings_is_refused(head):
    with pytest.raises(Malformed):
        read_request_head(head)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nX: " + b"a" * MAX_HEAD_BYTES,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 5000,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 20_000,
    ],
)
@pytest.mark.parametrize("size", [1, 100_000])
def test_what_cannot_end_is_refused(data, size):
    with pytest.raises(Malformed):
        read(data, [size])


def test_only_headers_that_frame_or_name_the_trace_are_kept():
    head = read_request_head(
        b"POST /a?token=secret HTTP/1.1\r\nAuthorization: Bearer secret\r\nCookie: secret\r\nContent-Length: 3\r\n"
        b"Traceparent: 00-a-b-01\r\nTracestate: secret\r\nBaggage: user=secret"
    )
    kept = {b"content-length": b"3", b"traceparent": b"00-a-b-01"}
    assert (head.method, head.path, head.headers) == ("POST", "/a", kept)


@pytest.mark.parametrize(
    ("head", "method", "framing"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5", "HEAD", Framing("none")),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5", "GET", Framing("none")),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5", "GET", Framing("none")),
        (b"HTTP/1.1 200 OK", "GET", Framing("until_close")),
        (b"HTTP/1.0 200 OK", "GET", Framing("until_close")),
        (b"HTTP/1.1 200", "GET", Framing("until_close")),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket", "GET", Framing("until_close")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5", "GET", Framing("length", 5)),
    ],
)
def test_where_an_answer_ends(head, method, framing):
    assert read_answer_head(head, method=method).framing == framing
