"""Reading the points of one metric: the bad ones are refused and cost no other."""

from collections.abc import Callable, Iterable
from typing import Any

from telemetry.decode.point_rules import MetricBlock, make_metric, make_point
from telemetry.decode.raw_points import RawMetric, RawPoint
from telemetry.decode.refusal import Refusal
from telemetry.decode.rules import Block
from telemetry.records import PointRecord, RefusedRecord


def read_points(
    messages: Iterable[Any],
    find_metric: Callable[[], MetricBlock],
    read: Callable[[Any], RawPoint],
    shown: Callable[[Any], Any],
    refused: list[RefusedRecord],
) -> list[PointRecord]:
    """The points that are kept; the others are added to `refused`, all of them when there is no metric."""
    try:
        block = find_metric()
    except Refusal as refusal:
        refused.extend(refusal.record(shown(message)) for message in messages)
        return []
    kept: list[PointRecord] = []
    for message in messages:
        try:
            kept.append(make_point(read(message), block))
        except Refusal as refusal:
            refused.append(refusal.record(shown(message)))
    return kept


def find_metric(find_block: Callable[[], Block], raw: Callable[[], RawMetric]) -> MetricBlock:
    """The metric of a block. Raises Refusal."""
    return make_metric(raw(), find_block())
