"""Trace and span ids: raw bytes inside, lower-case hexadecimal text outside."""

TRACE_ID_BYTES = 16
SPAN_ID_BYTES = 8
ZERO_TRACE_ID = bytes(TRACE_ID_BYTES)
ZERO_SPAN_ID = bytes(SPAN_ID_BYTES)


def parse_hex(text: str, size: int) -> bytes:
    """The id of `size` bytes written as `text`, in either case. ValueError when it is not exactly that."""
    value = bytes.fromhex(text)
    if len(value) != size or len(text) != 2 * size:
        raise ValueError(f"not {2 * size} hexadecimal digits")
    return value
