"""A request body, decompressed as it arrives and never beyond a limit."""

import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import zstandard

from core.limits import MAX_BODY_BYTES, MAX_COMPRESSED_PARTS, MIB
from telemetry.decode.errors import MalformedBody, TooLarge, UnsupportedEncoding

GZIP, ZLIB = 31, 15
"""zlib's window bits for the two containers."""

_DEFLATE_STEP = 8 * 1024
"""Input is fed in steps, which bounds what one call may give (about a thousand times as much) and copies."""

_ZSTD_STEP = 512
"""zstd has no bound on its output, but 4 bytes of input never give more than 128 KiB: a step gives at most 16 MiB."""

_ZSTD_MAX_WINDOW = 32 * MIB

_BROTLI_STEP = 64 * 1024
_BROTLI_PIECE = MIB
"""Of output at once: brotli bounds that itself."""


class _Decompressor(ABC):
    """One or more compressed parts, one after the other."""

    step: int
    """Bytes of input that may be fed at once."""

    def __init__(self, name: str, most_parts: int) -> None:
        self._name, self._most_parts = name, most_parts
        self._stream = self._begin()
        self._parts = 1

    def feed(self, data: bytes, room: int) -> bytes:
        """What `data` expands to; may be a step more than `room`, never much more."""
        pieces = []
        while data:
            if self._stream.eof:
                self._begin_part()
            piece, data = self._expand(data, room)
            pieces.append(piece)
            room -= len(piece)
            if room < 0:
                break
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def check_complete(self) -> None:
        """Raises MalformedBody when the last part was cut short."""
        if not self._stream.eof:
            raise MalformedBody(f"The {self._name} body was cut short.")

    @abstractmethod
    def _begin(self) -> Any:
        """The stream of a new part."""

    @abstractmethod
    def _expand(self, data: bytes, room: int) -> tuple[bytes, bytes]:
        """What the part's stream makes of `data`, and what of it is left. Raises MalformedBody."""

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > self._most_parts:
            raise MalformedBody(f"The {self._name} body has too many parts.")
        self._stream = self._begin()

    def _broken(self) -> MalformedBody:
        return MalformedBody(f"The request body is not valid {self._name}.")


class BodyReader:
    """Takes a body chunk by chunk, so that a door can refuse it before all of it has arrived."""

    def __init__(self, content_encoding: str = "", limit: int = MAX_BODY_BYTES) -> None:
        self._decompressor = _find_decompressor(content_encoding)
        self._limit = limit
        self._received = 0
        self._size = 0
        self._pieces: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """Adds a chunk. Raises TooLarge as soon as the limit is passed, MalformedBody on broken compression."""
        self._received += len(chunk)
        if self._received > self._limit:
            raise TooLarge(f"The request body is larger than {self._limit} bytes.")
        if self._decompressor is None:
            self._size += len(chunk)
            self._pieces.append(chunk)
            return
        step = self._decompressor.step
        for start in range(0, len(chunk), step):
            piece = self._decompressor.feed(chunk[start : start + step], self._limit - self._size)
            self._size += len(piece)
            if self._size > self._limit:
                raise TooLarge(f"The request body is larger than {self._limit} bytes after decompression.")
            if piece:
                self._pieces.append(piece)

    def finish(self) -> bytes:
        """The whole body. Raises MalformedBody when it was cut short."""
        if self._decompressor is not None and self._received:
            self._decompressor.check_complete()
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)


def read_body(body: bytes | Iterable[bytes], content_encoding: str = "", limit: int = MAX_BODY_BYTES) -> bytes:
    """The decompressed body. Raises TooLarge, MalformedBody or UnsupportedEncoding."""
    reader = BodyReader(content_encoding, limit)
    for chunk in (body,) if isinstance(body, bytes) else body:
        reader.feed(chunk)
    return reader.finish()


def _find_decompressor(content_encoding: str) -> _Decompressor | None:
    match content_encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return _Deflate(GZIP, "gzip")
        case "deflate":
            return _Deflate(ZLIB, "deflate")
        case "zstd":
            return _Zstd()
        case "br":
            return _Brotli()
    raise UnsupportedEncoding


class _Deflate(_Decompressor):
    """gzip of one or more members, or a zlib stream."""

    step = _DEFLATE_STEP

    def __init__(self, window_bits: int, name: str) -> None:
        self._window_bits = window_bits
        super().__init__(name, MAX_COMPRESSED_PARTS if window_bits == GZIP else 1)

    def _begin(self) -> Any:
        return zlib.decompressobj(self._window_bits)

    def _expand(self, data: bytes, room: int) -> tuple[bytes, bytes]:
        try:
            piece = self._stream.decompress(data, room + 1)
        except zlib.error as error:
            raise self._broken() from error
        return piece, self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail


class _Zstd(_Decompressor):
    """zstd of one or more frames."""

    step = _ZSTD_STEP

    def __init__(self) -> None:
        self._context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_MAX_WINDOW)
        super().__init__("zstd", MAX_COMPRESSED_PARTS)

    def _begin(self) -> Any:
        return self._context.decompressobj()

    def _expand(self, data: bytes, room: int) -> tuple[bytes, bytes]:
        try:
            piece = self._stream.decompress(data)
        except zstandard.ZstdError as error:
            raise self._broken() from error
        return piece, self._stream.unused_data if self._stream.eof else b""


class _Brotli(_Decompressor):
    """A brotli stream, which senders in Python prefer where they find the package. It has no parts."""

    step = _BROTLI_STEP

    def __init__(self) -> None:
        try:
            import brotli
        except ImportError:
            raise UnsupportedEncoding from None
        self._library = brotli
        super().__init__("brotli", 1)

    def _begin(self) -> Any:
        return _BrotliStream(self._library.Decompressor())

    def _expand(self, data: bytes, room: int) -> tuple[bytes, bytes]:
        try:
            return self._stream.expand(data, room), b""
        except self._library.error as error:
            raise self._broken() from error


class _BrotliStream:
    """A decompressor that knows whether it is at its end, as the others do."""

    def __init__(self, decompressor: Any) -> None:
        self._decompressor = decompressor

    @property
    def eof(self) -> bool:
        return bool(self._decompressor.is_finished())

    def expand(self, data: bytes, room: int) -> bytes:
        """What the data gives, piece by piece; ends early once there is more than `room`."""
        pieces = [self._decompressor.process(data, output_buffer_limit=_BROTLI_PIECE)]
        while not self._decompressor.can_accept_more_data() and room >= 0:
            pieces.append(self._decompressor.process(b"", output_buffer_limit=_BROTLI_PIECE))
            room -= len(pieces[-1])
        return b"".join(pieces)
