"""What a metric point is made of, and how its buckets and exemplars are kept as bytes."""

import msgspec

GAUGE, SUM, HISTOGRAM, EXPONENTIAL, SUMMARY = "gauge", "sum", "histogram", "exponential", "summary"
KINDS = (GAUGE, SUM, HISTOGRAM, EXPONENTIAL, SUMMARY)
DELTA, CUMULATIVE = "delta", "cumulative"

NO_VALUE = 1
"""OTLP's own flag: the series ended or had nothing to tell at that time."""
NOT_A_NUMBER, INFINITE, MINUS_INFINITE = 1 << 40, 1 << 41, 1 << 42
"""Ours, beyond OTLP's 32 bits: why a value or a sum is missing. No store and no JSON holds such numbers alike."""


class Explicit(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """Buckets of a histogram: counts[i] values in (bounds[i - 1], bounds[i]], one count more than bounds."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]


class Exponential(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """Buckets of an exponential histogram; bucket i is (base**i, base**(i + 1)], base = 2**(2**-scale)."""

    scale: int
    zero_count: int
    zero_threshold: float
    positive_offset: int
    positive: tuple[int, ...]
    negative_offset: int
    negative: tuple[int, ...]


class Quantiles(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """(quantile, value) of a summary, as its sender computed them. They cannot be merged."""

    values: tuple[tuple[float, float], ...]


Buckets = Explicit | Exponential | Quantiles


class Exemplar(msgspec.Struct, frozen=True, array_like=True):
    """A span in which one of the values was measured."""

    trace_id: bytes
    span_id: bytes
    """8 bytes or empty."""
    time_ns: int | None
    value: float | None


_encode = msgspec.msgpack.Encoder().encode
_decode_buckets = msgspec.msgpack.Decoder(Buckets).decode
_decode_exemplars = msgspec.msgpack.Decoder(tuple[Exemplar, ...]).decode


def encode_buckets(buckets: Buckets | None) -> bytes:
    """As they are kept; empty when there are none."""
    return b"" if buckets is None else _encode(buckets)


def decode_buckets(data: bytes) -> Buckets | None:
    """What was encoded."""
    return _decode_buckets(data) if data else None


def encode_exemplars(exemplars: tuple[Exemplar, ...]) -> bytes:
    """As they are kept; empty when there are none."""
    return _encode(exemplars) if exemplars else b""


def decode_exemplars(data: bytes) -> tuple[Exemplar, ...]:
    """What was encoded."""
    return _decode_exemplars(data) if data else ()
