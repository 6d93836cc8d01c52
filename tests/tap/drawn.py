"""Drawn messages: what they say, and their bytes."""

from typing import NamedTuple

from hypothesis import strategies as st

TOKEN = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", min_size=1, max_size=12)
VALUE = st.text("".join(map(chr, range(33, 127))), min_size=1, max_size=20)
HEADERS = st.lists(st.tuples(TOKEN.map("X-{}".format), VALUE), max_size=5)


class Message(NamedTuple):
    """A request or an answer."""

    wire: bytes
    body: bytes
    status: int = 0


@st.composite
def bodies(draw: st.DrawFn) -> tuple[list[tuple[str, str]], bytes, bytes]:
    """The headers that frame it, its bytes on the wire, and what it says."""
    body = draw(st.binary(max_size=300))
    how = draw(st.sampled_from(["none", "length", "chunked"]))
    if how == "none":
        return [], b"", b""
    if how == "length":
        return [(draw(st.sampled_from(["Content-Length", "content-length"])), str(len(body)))], body, body
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=4)))
    parts = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    extension = draw(st.sampled_from([b"", b";a=b", b';q="x"']))
    wire = b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts if part)
    trailer = draw(st.sampled_from([b"", b"X-Trailer: 1\r\n"]))
    return [("Transfer-Encoding", "chunked")], wire + b"0\r\n" + trailer + b"\r\n", body


@st.composite
def requests(draw: st.DrawFn) -> Message:
    """A POST to /chat."""
    framing, wire, body = draw(bodies())
    return Message(_head("POST /chat?token=t HTTP/1.1", draw(HEADERS), framing) + wire, body)


@st.composite
def answers(draw: st.DrawFn) -> Message:
    """Perhaps an interim answer, and the answer."""
    status = draw(st.sampled_from([200, 201, 204, 304, 400, 503]))
    framing, wire, body = draw(bodies())
    if status in (204, 304):
        framing, wire, body = [], b"", b""
    elif not framing:
        framing = [("Content-Length", "0")]
    interim = draw(
        st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"])
    )
    return Message(interim + _head(f"HTTP/1.1 {status} Some Words", draw(HEADERS), framing) + wire, body, status)


EXCHANGES = st.lists(st.tuples(requests(), answers()), min_size=1, max_size=4)
SIZES = st.lists(st.integers(1, 200), min_size=1, max_size=5)
"""Of the pieces that bytes are sent in, over and over."""


def split(data: bytes, sizes: list[int]) -> list[bytes]:
    """The same bytes in pieces."""
    pieces, at, turn = [], 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        pieces.append(data[at : at + size])
        at, turn = at + size, turn + 1
    return pieces


def _head(first: str, headers: list[tuple[str, str]], framing: list[tuple[str, str]]) -> bytes:
    lines = [first, "Host: service", *(f"{name}: {value}" for name, value in [*headers, *framing])]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"
