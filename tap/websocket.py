"""The text messages that a WebSocket server sends, read from a copy of the bytes (RFC 6455, section 5)."""

from collections.abc import Callable

from tap.budget import Capture
from tap.head import Malformed

_CONTINUATION, _TEXT = 0, 1
_FINAL, _RESERVED, _OPCODE, _MASKED = 0x80, 0x70, 0x0F, 0x80
_FIRST_CONTROL = 8
_SHORT_LENGTHS = {126: 2, 127: 8}
"""Of the second byte: how many bytes of length follow."""


class FrameReader:
    """Hands on each complete text message. Binary messages are passed over; compressed ones are counted."""

    def __init__(
        self,
        make_capture: Callable[[], Capture],
        on_text: Callable[[Capture], None],
        leave_out: Callable[[str], None],
    ) -> None:
        self._make_capture, self._on_text, self._leave_out = make_capture, on_text, leave_out
        self._head = bytearray()
        self._left = 0
        self._text: Capture | None = None
        """The text message that has begun."""
        self._is_of_text = self._is_last = False
        """Of the frame that is being read."""

    def feed(self, data: memoryview) -> None:
        """The next bytes, however they were split. Raises Malformed."""
        at = 0
        while at < len(data):
            at = self._read_payload(data, at) if self._left else self._read_head(data, at)

    def close(self) -> None:
        """Keep nothing of a message that has begun."""
        if self._text is not None:
            self._text.let_go()
            self._text = None

    def _read_head(self, data: memoryview, at: int) -> int:
        wanted = self._head_bytes() - len(self._head)
        self._head += data[at : at + wanted]
        if len(self._head) == self._head_bytes():
            self._begin()
        return min(len(data), at + wanted)

    def _head_bytes(self) -> int:
        return 2 if len(self._head) < 2 else 2 + _SHORT_LENGTHS.get(self._head[1] & ~_MASKED, 0)

    def _begin(self) -> None:
        first, second = self._head[0], self._head[1]
        if second & _MASKED:
            raise Malformed("a masked frame from a server")
        self._left = int.from_bytes(self._head[2:]) if len(self._head) > 2 else second
        self._head.clear()
        opcode = first & _OPCODE
        is_data = opcode < _FIRST_CONTROL
        if is_data and opcode != _CONTINUATION:
            self.close()
            self._text = self._begin_message(first) if opcode == _TEXT else None
        self._is_of_text = is_data and self._text is not None
        self._is_last = bool(first & _FINAL)
        if not self._left:
            self._end()

    def _begin_message(self, first: int) -> Capture | None:
        if first & _RESERVED:
            self._leave_out("compressed")
            return None
        return self._make_capture()

    def _read_payload(self, data: memoryview, at: int) -> int:
        part = data[at : at + self._left]
        self._left -= len(part)
        if self._is_of_text and self._text is not None:
            self._text.add(part)
        if not self._left:
            self._end()
        return at + len(part)

    def _end(self) -> None:
        if self._is_of_text and self._is_last and self._text is not None:
            text, self._text = self._text, None
            self._on_text(text)
