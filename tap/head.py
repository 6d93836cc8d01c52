"""Heads of HTTP/1.1 messages, read strictly: what two readers might understand differently is refused.

Only the headers that frame or name a body are kept, and `traceparent`; authorization, cookies and all others are let
go here.
"""

import re
from typing import NamedTuple

KEPT = frozenset(
    (
        b"content-length", b"transfer-encoding", b"content-encoding", b"upgrade", b"sec-websocket-extensions",
        b"traceparent",
    )
)  # fmt: skip
NONE, LENGTH, CHUNKED, UNTIL_CLOSE = "none", "length", "chunked", "until_close"

_REQUEST = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,40}) ([!-~\x80-\xff]+) HTTP/1\.([01])")
_ANSWER = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\x00\r\n]*)?")
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00\r\n]*)")
_LENGTH = re.compile(rb"[0-9]{1,18}")


class Malformed(Exception):
    """These bytes are no HTTP/1.1 that has one meaning. The text says what is wrong and holds nothing of them."""


class Framing(NamedTuple):
    """Where a message's body ends."""

    kind: str
    """NONE, LENGTH, CHUNKED or UNTIL_CLOSE."""
    length: int = 0
    """Bytes, of the kind LENGTH."""


class RequestHead(NamedTuple):
    """What is kept of a request's head."""

    method: str
    path: str
    """Without the query, which may hold tokens."""
    headers: dict[bytes, bytes]
    framing: Framing


class AnswerHead(NamedTuple):
    """What is kept of an answer's head."""

    status: int
    headers: dict[bytes, bytes]
    framing: Framing


def read_request_head(block: bytes) -> RequestHead:
    """The head of a request, given without its last empty line. Raises Malformed."""
    first, _, rest = block.partition(b"\r\n")
    matched = _REQUEST.fullmatch(first)
    if matched is None:
        raise Malformed("request line")
    headers = _read_headers(rest)
    path = matched[2].partition(b"?")[0].decode("latin-1")
    return RequestHead(matched[1].decode("ascii"), path, headers, _frame_request(headers, matched[3]))


def read_answer_head(block: bytes, *, method: str) -> AnswerHead:
    """The head of an answer to a request of this method. Raises Malformed."""
    first, _, rest = block.partition(b"\r\n")
    matched = _ANSWER.fullmatch(first)
    if matched is None:
        raise Malformed("status line")
    headers, status = _read_headers(rest), int(matched[2])
    return AnswerHead(status, headers, _frame_answer(headers, status, method))


def _read_headers(block: bytes) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for line in block.split(b"\r\n") if block else ():
        matched = _HEADER.fullmatch(line)
        if matched is None:
            raise Malformed("header line")
        name, value = matched[1].lower(), matched[2].rstrip(b" \t")
        if name not in KEPT:
            continue
        if name in headers and name == b"content-length" and headers[name] != value:
            raise Malformed("two lengths")
        is_list = name in headers and name != b"content-length"
        headers[name] = headers[name] + b"," + value if is_list else value
    return headers


def _frame_request(headers: dict[bytes, bytes], minor_version: bytes) -> Framing:
    if b"transfer-encoding" not in headers:
        return _frame_by_length(headers) or Framing(NONE)
    if not _is_chunked(headers) or minor_version == b"0":
        raise Malformed("transfer coding")
    return Framing(CHUNKED)


def _frame_answer(headers: dict[bytes, bytes], status: int, method: str) -> Framing:
    if method == "CONNECT" and status // 100 == 2:
        raise Malformed("a tunnel")
    if status == 101:
        return Framing(UNTIL_CLOSE)
    if status < 200 or status in (204, 304) or method == "HEAD":
        return Framing(NONE)
    if b"transfer-encoding" not in headers:
        return _frame_by_length(headers) or Framing(UNTIL_CLOSE)
    if not _is_chunked(headers):
        raise Malformed("transfer coding")
    return Framing(CHUNKED)


def _frame_by_length(headers: dict[bytes, bytes]) -> Framing | None:
    value = headers.get(b"content-length")
    if value is None:
        return None
    if not _LENGTH.fullmatch(value):
        raise Malformed("length")
    return Framing(LENGTH, int(value))


def _is_chunked(headers: dict[bytes, bytes]) -> bool:
    if b"content-length" in headers:
        raise Malformed("length and transfer coding")
    return headers[b"transfer-encoding"].lower() == b"chunked"
