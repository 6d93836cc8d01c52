"""What is told of source maps: frozen values."""

import msgspec


class SourceMapRow(msgspec.Struct, frozen=True):
    """An uploaded source map without its content."""

    pk: int
    release: str
    url: str
    debug_id: str
    size_bytes: int
    has_minified: bool
    redacted_count: int
    uploaded_ns: int
