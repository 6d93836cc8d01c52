"""Where messages begin and end in the bytes of one direction of a connection, in whatever pieces these come.

Written here and not taken from a library because it must follow both directions of a conversation it takes no part in,
cost little beside the relay, and keep nothing: bodies are handed on as they come. h11 is the yardstick of its tests.
"""

import re
from collections.abc import Callable
from typing import Protocol

from tap.head import CHUNKED, LENGTH, NONE, Framing, Malformed

MAX_HEAD_BYTES = 64 * 1024
"""Of a head, or of the trailers after a chunked body. Beyond: Malformed."""
MAX_SIZE_LINE_BYTES = 4 * 1024
"""Of the line before a chunk, with its extensions. Beyond: Malformed."""

_SIZE_LINE = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?")


class Listener(Protocol):
    """What hears of the messages of one direction, in order."""

    def on_head(self, block: bytes) -> Framing:
        """A head without its last empty line; answers how the body is framed."""

    def on_body(self, part: memoryview) -> None:
        """The next part of the body, without what frames it; valid during the call."""

    def on_end(self) -> None:
        """The message is complete."""


class Framer:
    """Reads one direction. What cannot be read raises Malformed; the framer is of no use after that."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._kept = bytearray()
        """The beginning of a head or line whose end has not come."""
        self._left = 0
        """Bytes that the body, the chunk or the trailers may still have."""
        self._read: Callable[[bytes, int], int] = self._read_head

    def feed(self, data: bytes) -> None:
        """The next bytes, however they were split."""
        at = 0
        while at < len(data):
            at = self._read(data, at)

    def finish(self) -> None:
        """Nothing more comes: ends a body that lasts until the connection is closed."""
        if self._read == self._read_rest:
            self._end()

    def ignore_the_rest(self) -> None:
        """What comes from here on is no HTTP."""
        self._read = lambda data, _at: len(data)

    def _read_head(self, data: bytes, at: int) -> int:
        while not self._kept and data.startswith(b"\r\n", at):
            at += 2
        block, at = self._take(data, at, b"\r\n\r\n", MAX_HEAD_BYTES)
        if block is not None:
            self._begin(self._listener.on_head(block.removeprefix(b"\r\n")))
        return at

    def _begin(self, framing: Framing) -> None:
        self._left = framing.length
        if framing.kind == NONE or framing == (LENGTH, 0):
            self._end()
        elif framing.kind == LENGTH:
            self._read = self._read_length
        elif framing.kind == CHUNKED:
            self._read = self._read_size
        else:
            self._read = self._read_rest

    def _end(self) -> None:
        self._read = self._read_head
        self._listener.on_end()

    def _read_length(self, data: bytes, at: int) -> int:
        at = self._hand_on(data, at)
        if not self._left:
            self._end()
        return at

    def _read_size(self, data: bytes, at: int) -> int:
        line, at = self._take(data, at, b"\r\n", MAX_SIZE_LINE_BYTES)
        if line is None:
            return at
        matched = _SIZE_LINE.fullmatch(line)
        if matched is None:
            raise Malformed("size of a chunk")
        self._left = int(matched[1], 16)
        self._read = self._read_chunk
        if not self._left:
            self._left, self._read = MAX_HEAD_BYTES, self._read_trailer
        return at

    def _read_chunk(self, data: bytes, at: int) -> int:
        at = self._hand_on(data, at)
        if not self._left:
            self._read = self._read_chunk_end
        return at

    def _read_chunk_end(self, data: bytes, at: int) -> int:
        line, at = self._take(data, at, b"\r\n", 0)
        if line is not None:
            self._read = self._read_size
        return at

    def _read_trailer(self, data: bytes, at: int) -> int:
        line, at = self._take(data, at, b"\r\n", self._left)
        if line is not None:
            self._left -= min(self._left, len(line) + 2)
            if not line:
                self._end()
        return at

    def _read_rest(self, data: bytes, at: int) -> int:
        self._listener.on_body(memoryview(data)[at:])
        return len(data)

    def _hand_on(self, data: bytes, at: int) -> int:
        part = memoryview(data)[at : at + self._left]
        self._left -= len(part)
        self._listener.on_body(part)
        return at + len(part)

    def _take(self, data: bytes, at: int, mark: bytes, limit: int) -> tuple[bytes | None, int]:
        """What stands before the mark, None until it has come, and where reading goes on. Linear in what was fed."""
        found = data.find(mark, at, at + limit + len(mark))
        stop = len(data) if found < 0 else found + len(mark)
        if found >= 0 and not self._kept:
            return data[at:found], stop
        before = len(self._kept)
        self._kept += data[at:stop]
        end = self._kept.find(mark, max(0, before - len(mark) + 1))
        if end > limit or (end < 0 and len(self._kept) >= limit + len(mark)):
            raise Malformed("too long")
        if end < 0:
            return None, stop
        block = bytes(self._kept[:end])
        self._kept.clear()
        return block, at + end + len(mark) - before
