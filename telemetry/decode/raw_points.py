"""Metrics as an encoding gave them, before any rule has looked at them: see `telemetry.decode.raw`."""

from typing import Any, NamedTuple

import msgspec

from telemetry.decode.raw import Pairs


class RawMetric(NamedTuple):
    """A metric without its points."""

    name: str
    kind: str
    unit: str
    description: str
    temporality: int
    """The wire number; 0 for kinds that have none."""
    is_monotonic: bool


class RawSide(NamedTuple):
    """One side of an exponential histogram."""

    offset: int
    counts: list[int]


class RawExemplar(NamedTuple):
    """An exemplar; ids of any length."""

    trace_id: bytes
    span_id: bytes
    time: int
    value: float | int | None


class RawPoint(msgspec.Struct):
    """A data point of any kind; times 0 when not given."""

    time: int
    start: int
    flags: int
    attributes: dict[str, Any] | Pairs
    """A dict when it is known to be clean."""
    exemplars: list[RawExemplar] = []
    value: float | int | None = None
    count: int | None = None
    sum: float | None = None
    min: float | None = None
    max: float | None = None
    bounds: list[float] = []
    counts: list[int] = []
    scale: int = 0
    zero_count: int = 0
    zero_threshold: float = 0.0
    positive: RawSide = RawSide(0, [])
    negative: RawSide = RawSide(0, [])
    quantiles: list[tuple[float, float]] = []
