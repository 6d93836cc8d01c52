"""W3C Trace Context's `traceparent`: the trace that a request belongs to."""

import re

from core.ids import ZERO_TRACE_ID

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-[!-~]*)?")
_NO_VERSION = "ff"
_NO_PARENT = "0" * 16
_LONGEST = 512


def find_trace_id(traceparent: object) -> bytes:
    """The 16 bytes of the trace; empty for what is no `traceparent`. Versions to come begin as today's does."""
    matched = _TRACEPARENT.fullmatch(traceparent) if isinstance(traceparent, str) else None
    if matched is None or len(matched[0]) > _LONGEST or (matched[1] == "00" and matched[4]):
        return b""
    trace_id = bytes.fromhex(matched[2])
    is_none = matched[1] == _NO_VERSION or matched[3] == _NO_PARENT or trace_id == ZERO_TRACE_ID
    return b"" if is_none else trace_id
