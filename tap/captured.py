"""What was seen of a request and its answer, before anything is decoded. Plain values that another process can read."""

import msgspec

WHOLE, TOO_LARGE, CUT = "whole", "too_large", "cut"
RECORD_BYTES = 1024
"""What a record without bodies counts in the budget."""


class Part(msgspec.Struct, frozen=True, array_like=True):
    """The body of a request, an answer or a frame."""

    data: bytes = b""
    """As it came, without chunks; empty unless the state is WHOLE."""
    size_bytes: int = 0
    """What came, also of a body that is not kept."""
    state: str = WHOLE
    """WHOLE, TOO_LARGE, or CUT: it ended too early."""
    coding: str = ""
    """Content-Encoding, lower case."""


class Captured(msgspec.Struct, frozen=True, array_like=True):
    """One thing to record."""

    kind: str
    """The service behind the tap: a key of `routes.ROUTES`."""
    what: str
    """Path of its route, or SOCKET: what it is counted as."""
    door: str
    """Path at MissionScope; of frames, that of messages."""
    form: str
    """How the door wants it: EXCHANGE, BODY or FRAME of `routes`."""
    method: str
    path: str
    request: Part
    answer: Part
    status: int | None
    """None: no answer came."""
    started_ns: int
    """When the head of the request had come."""
    ended_ns: int
    """When the answer was complete, or the connection gone."""
    traceparent: str = ""
    """The request's header, where it names a trace."""

    @property
    def cost_bytes(self) -> int:
        """What it counts in the budget."""
        return RECORD_BYTES + len(self.request.data) + len(self.answer.data)


class LeftOut(msgspec.Struct, frozen=True, array_like=True):
    """Things of one sort that could not be recorded."""

    kind: str
    what: str
    """Path of the route, or what else it was."""
    reason: str
    count: int = 1
    size_bytes: int = 0
