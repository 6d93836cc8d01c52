"""From what was captured to the lines that the doors take. Plain functions: they run in a process of their own."""

import zlib
from typing import Any

import msgspec

from core.nanotime import NS_PER_SECOND, format_utc
from tap.bodies import Body, read_body
from tap.captured import Captured, LeftOut, Part
from tap.routes import BODY, EXCHANGE, POLLED, SILENT_FRAMES, STATISTICS

GZIP_LEVEL = 4
TIMES = ("timestamp", "startedAt")
"""Where a frame tells its own time."""
_WINDOW_OF_GZIP = 31


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """A request's worth of lines for one door."""

    door: str
    body: bytes
    """NDJSON, gzip."""
    places: list[int]
    """Of the records in the batch that these lines were made of."""


class Encoded(msgspec.Struct, frozen=True, array_like=True):
    """What became of a batch."""

    packed: list[Packed]
    left_out: list[LeftOut]


class Unusable(Exception):
    """This record has nothing that its door could take; the text is the reason."""


def encode(batch: list[Captured], *, limit_bytes: int) -> Encoded:
    """One request for each door. A record that cannot be encoded costs no other."""
    lines: dict[str, list[tuple[int, bytes]]] = {}
    left_out: list[LeftOut] = []
    for place, captured in enumerate(batch):
        try:
            for door, line in _make_lines(captured, limit_bytes):
                lines.setdefault(door, []).append((place, line))
        except Unusable as unusable:
            left_out.append(_leave_out(captured, str(unusable)))
        except Exception:  # whatever it is, it must not stop the others; it is counted
            left_out.append(_leave_out(captured, "failed"))
    packed = [_pack(door, placed) for door, placed in lines.items()]
    return Encoded(packed, left_out)


def _make_lines(captured: Captured, limit_bytes: int) -> list[tuple[str, bytes]]:
    """Door and line of a record; none of one that says nothing of a mission."""
    if captured.form == EXCHANGE:
        line = _encode_exchange(captured, limit_bytes)
        return [] if line is None else [(captured.door, line)]
    body = read_body(captured.request, limit_bytes=limit_bytes)
    if body.problem or body.text is None:
        raise Unusable(body.problem or "not_json")
    if captured.form == BODY:
        return [(captured.door, _name_trace(body, captured.traceparent))]
    kind = body.value.get("type") if isinstance(body.value, dict) else None
    if kind in SILENT_FRAMES:
        return []
    return [(STATISTICS if kind == "agentStatistics" else captured.door, _stamp(body, captured.started_ns))]


def _name_trace(body: Body, traceparent: str) -> bytes:
    """The body, with the `traceparent` of the request that brought it unless it has one."""
    if traceparent and isinstance(body.value, dict) and "traceparent" not in body.value:
        return _add_first(body, "traceparent", traceparent)
    return body.text or b""


def _add_first(body: Body, name: str, text: str) -> bytes:
    """The object with one field more; all else in it as it was written."""
    rest = (body.text or b"").lstrip()[1:]
    return b"{%s:%s%s%s" % (msgspec.json.encode(name), msgspec.json.encode(text), b"," if body.value else b"", rest)


def _stamp(body: Body, time_ns: int) -> bytes:
    """The frame, with the second in which it passed when it tells no time of its own.

    Whole seconds: a frame that goes to several browsers at once stays one and the same record.
    """
    if not isinstance(body.value, dict) or not body.value or any(name in body.value for name in TIMES):
        return body.text or b""
    return _add_first(body, "startedAt", format_utc(time_ns - time_ns % NS_PER_SECOND))


def _encode_exchange(captured: Captured, limit_bytes: int) -> bytes | None:
    request = read_body(captured.request, limit_bytes=limit_bytes)
    answer = read_body(captured.answer, limit_bytes=limit_bytes)
    if captured.what == POLLED and isinstance(answer.value, dict) and answer.value.get("status") == "pending":
        return None
    exchange: dict[str, Any] = {
        "path": captured.path,
        "method": captured.method,
        "status": captured.status,
        "startedAt": format_utc(captured.started_ns),
        "endedAt": format_utc(captured.ended_ns),
        "request": _embed(request),
        "response": _embed(answer),
    }
    if captured.traceparent:
        exchange["traceparent"] = captured.traceparent
    notes = _note("request", captured.request, request) + _note("response", captured.answer, answer)
    if notes:
        exchange["notes"] = notes
    return msgspec.json.encode(exchange)


def _embed(body: Body) -> Any:
    return body.value if body.text is None else msgspec.Raw(body.text)


def _note(name: str, part: Part, body: Body) -> list[dict[str, Any]]:
    """Why a body is not in the record, and how large it was."""
    return [{"part": name, "reason": body.problem, "size_bytes": part.size_bytes}] if body.problem else []


def _pack(door: str, placed: list[tuple[int, bytes]]) -> Packed:
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, _WINDOW_OF_GZIP)
    parts = [packer.compress(line + b"\n") for _, line in placed]
    return Packed(door, b"".join([*parts, packer.flush()]), [place for place, _ in placed])


def _leave_out(captured: Captured, reason: str) -> LeftOut:
    return LeftOut(captured.kind, captured.what, reason, 1, captured.request.size_bytes)
