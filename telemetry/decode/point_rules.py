"""The rules a metric point must meet, and what is repaired instead of refused. One place for both encodings.

docs/metrics.md lists them. A point that breaks a rule raises Refusal; everything else is kept.
"""

import math
from itertools import pairwise
from typing import Any

import msgspec

from core.ids import SPAN_ID_BYTES, TRACE_ID_BYTES
from core.limits import MAX_BUCKETS, MAX_EXEMPLARS
from core.nanotime import MAX_NS
from telemetry.decode.raw_points import RawExemplar, RawMetric, RawPoint, RawSide
from telemetry.decode.refusal import Refusal
from telemetry.decode.repairs import Repairs
from telemetry.decode.rules import MAX_INT32, MAX_UINT32, UNKNOWN_NAME, Block
from telemetry.points import (
    CUMULATIVE,
    DELTA,
    EXPONENTIAL,
    GAUGE,
    HISTOGRAM,
    INFINITE,
    MINUS_INFINITE,
    NO_VALUE,
    NOT_A_NUMBER,
    SUM,
    SUMMARY,
    Buckets,
    Exemplar,
    Explicit,
    Exponential,
    Quantiles,
)
from telemetry.records import Metric, PointRecord, Repair

MAX_COUNT = 2**63 - 1
MAX_EXACT = 2**53
"""Whole numbers up to this are exact as doubles."""
SCALES = range(-20, 41)
TEMPORALITIES = {1: DELTA, 2: CUMULATIVE}


class MetricBlock(msgspec.Struct):
    """What the points of one metric share."""

    metric: Metric
    repairs: tuple[Repair, ...]
    horizon: int
    surrogate_reason: str


def make_metric(raw: RawMetric, block: Block) -> MetricBlock:
    """The metric as it is kept. Raises Refusal when none of its points can be."""
    repairs = Repairs(block.surrogate_reason)
    name = repairs.text("name", raw.name)
    if not name.strip():
        repairs.add("name", "name_empty", "" if not name else f"{len(name)} blank characters", UNKNOWN_NAME)
        name = UNKNOWN_NAME
    metric = Metric(
        name,
        raw.kind,
        repairs.text("unit", raw.unit),
        repairs.text("description", raw.description),
        _temporality(raw),
        raw.kind not in (GAUGE, SUM) or raw.is_monotonic,
        block.resource,
        block.scope,
    )
    return MetricBlock(metric, block.repairs + repairs.done(), block.horizon, block.surrogate_reason)


def make_point(raw: RawPoint, block: MetricBlock) -> PointRecord:
    """The point as it is kept. Raises Refusal."""
    if not raw.time:
        raise Refusal("time_missing", "timeUnixNano is missing.")
    if not (0 < raw.time <= MAX_NS and 0 <= raw.start <= MAX_NS):
        raise Refusal("time_out_of_range", "timeUnixNano or startTimeUnixNano is not between 0 and 2^63-1 nanoseconds.")
    if not 0 <= raw.flags <= MAX_UINT32:
        raise Refusal("number_out_of_range", "flags is not between 0 and 2^32-1.")
    repairs = Repairs(block.surrogate_reason)
    attributes = _attributes(repairs, raw.attributes)
    start = _start(repairs, raw, block.horizon)
    measured = _measured(repairs, raw, block.metric.kind)
    exemplars = _exemplars(repairs, raw.exemplars) if raw.exemplars else ()
    done = repairs.done() + block.repairs
    return PointRecord(block.metric, attributes, raw.time, start, exemplars=exemplars, repairs=done, **measured)


def _temporality(raw: RawMetric) -> str:
    if raw.kind == GAUGE:
        return ""
    if raw.kind == SUMMARY:
        return CUMULATIVE
    temporality = TEMPORALITIES.get(raw.temporality)
    if temporality is None:
        raise Refusal("temporality_unknown", "aggregationTemporality must be 1 (delta) or 2 (cumulative).")
    return temporality


def _attributes(repairs: Repairs, given: Any) -> dict[str, Any]:
    if isinstance(given, dict):
        return given
    attributes = repairs.attributes("attributes", given)
    repairs.dropped("attributes", given, attributes)
    return attributes


def _start(repairs: Repairs, raw: RawPoint, horizon: int) -> int | None:
    if raw.time > horizon:
        repairs.add("time_ns", "time_in_future", str(raw.time), str(raw.time))
    if raw.start > raw.time:
        repairs.add("start_ns", "start_after_time", str(raw.start), "")
        return None
    return raw.start or None


def _measured(repairs: Repairs, raw: RawPoint, kind: str) -> dict[str, Any]:
    if kind in (GAUGE, SUM):
        value, why = _finite(_double(repairs, "value", raw.value))
        if value is None and not why and not raw.flags & NO_VALUE:
            raise Refusal("value_missing", "A data point has neither asDouble nor asInt.")
        return {"value": value, "flags": raw.flags | why}
    if raw.flags & NO_VALUE and not raw.count:
        return {"flags": raw.flags}
    total, why = _finite(raw.sum)
    return {
        "count": _count("count", raw.count or 0),
        "sum": total,
        "min": _finite(raw.min)[0],
        "max": _finite(raw.max)[0],
        "buckets": _buckets(repairs, raw, kind),
        "flags": raw.flags | why,
    }


def _double(repairs: Repairs, field: str, value: float | int | None) -> float | None:
    if not isinstance(value, int):
        return value
    if abs(value) > MAX_EXACT and int(float(value)) != value:
        repairs.add(field, "number_rounded", str(value), f"{float(value):.0f}")
    return float(value)


def _finite(value: float | None) -> tuple[float | None, int]:
    """The number, or the bit that tells why there is none."""
    if value is None or math.isfinite(value):
        return value, 0
    if math.isnan(value):
        return None, NOT_A_NUMBER
    return None, INFINITE if value > 0 else MINUS_INFINITE


def _buckets(repairs: Repairs, raw: RawPoint, kind: str) -> Buckets | None:
    if kind == HISTOGRAM:
        return _explicit(repairs, raw)
    if kind == EXPONENTIAL:
        return _exponential(repairs, raw)
    for quantile, _ in raw.quantiles[:MAX_BUCKETS]:
        if not 0 <= quantile <= 1:
            raise Refusal("quantile_out_of_range", "A quantile is not between 0 and 1.")
    _check_number("quantileValues", raw.quantiles)
    return Quantiles(tuple(raw.quantiles)) if raw.quantiles else None


def _explicit(repairs: Repairs, raw: RawPoint) -> Explicit | None:
    bounds, counts = raw.bounds, raw.counts
    if not counts and not bounds:
        return None
    _check_number("bucketCounts", counts)
    if len(counts) != len(bounds) + 1:
        detail = f"bucketCounts has {len(counts)} items and explicitBounds {len(bounds)}: there must be one more."
        raise Refusal("buckets_length", detail)
    if not all(map(math.isfinite, bounds)) or any(low >= high for low, high in pairwise(bounds)):
        raise Refusal("bounds_order", "explicitBounds must be finite numbers, each larger than the one before.")
    _check_total(repairs, raw, sum(_count("bucketCounts", count) for count in counts))
    return Explicit(tuple(bounds), tuple(counts))


def _exponential(repairs: Repairs, raw: RawPoint) -> Exponential:
    if raw.scale not in SCALES:
        raise Refusal("scale_out_of_range", f"scale is not between {SCALES[0]} and {SCALES[-1]}.")
    positive, negative = _side("positive", raw.positive), _side("negative", raw.negative)
    threshold = raw.zero_threshold if math.isfinite(raw.zero_threshold) and raw.zero_threshold > 0 else 0.0
    zero_count = _count("zeroCount", raw.zero_count)
    _check_total(repairs, raw, zero_count + sum(positive.counts) + sum(negative.counts))
    return Exponential(
        raw.scale,
        zero_count,
        threshold,
        positive.offset,
        tuple(positive.counts),
        negative.offset,
        tuple(negative.counts),
    )


def _side(field: str, side: RawSide) -> RawSide:
    _check_number(f"{field}.bucketCounts", side.counts)
    if not -MAX_INT32 - 1 <= side.offset <= MAX_INT32 - MAX_BUCKETS:
        raise Refusal("number_out_of_range", f"{field}.offset is out of range.")
    return RawSide(side.offset, [_count(f"{field}.bucketCounts", count) for count in side.counts])


def _check_number(field: str, items: list[Any]) -> None:
    if len(items) > MAX_BUCKETS:
        raise Refusal("too_many_buckets", f"{field} has {len(items)} items; {MAX_BUCKETS} are allowed.")


def _check_total(repairs: Repairs, raw: RawPoint, in_buckets: int) -> None:
    """A histogram whose buckets do not hold what it counted is kept as sent, and said to be so."""
    if in_buckets != (raw.count or 0):
        repairs.add("count", "buckets_differ", f"{raw.count or 0} counted, {in_buckets} in buckets", "the same")


def _count(field: str, value: int) -> int:
    if not 0 <= value <= MAX_COUNT:
        raise Refusal("number_out_of_range", f"{field} is not between 0 and 2^63-1.")
    return value


def _exemplars(repairs: Repairs, given: list[RawExemplar]) -> tuple[Exemplar, ...]:
    """Those that name a trace, the newest of them: what else they say is in the span."""
    kept = [_exemplar(one) for one in given if len(one.trace_id) == TRACE_ID_BYTES and any(one.trace_id)]
    if len(kept) < len(given):
        repairs.add("exemplars", "exemplars_without_trace", f"{len(given)} exemplars", f"{len(kept)} exemplars")
    if len(kept) > MAX_EXEMPLARS:
        repairs.add("exemplars", "exemplars_dropped", f"{len(kept)} exemplars", f"{MAX_EXEMPLARS} exemplars")
        kept = sorted(kept, key=lambda one: one.time_ns or 0)[-MAX_EXEMPLARS:]
    return tuple(kept)


def _exemplar(raw: RawExemplar) -> Exemplar:
    has_span = len(raw.span_id) == SPAN_ID_BYTES and any(raw.span_id)
    value = None if raw.value is None else _finite(float(raw.value))[0]
    time_ns = raw.time if 0 < raw.time <= MAX_NS else None
    return Exemplar(raw.trace_id, raw.span_id if has_span else b"", time_ns, value)
