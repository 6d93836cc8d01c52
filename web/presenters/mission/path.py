"""The critical path as the page draws it."""

from typing import TypedDict

from analysis.algorithms.critical_path import CriticalPath, PathSegment
from web.presenters.mission.keys import span_key

Segment = TypedDict("Segment", {"span": str | None, "start_ns": str, "end_ns": str, "class": str})


class CriticalPathData(TypedDict):
    """The answer of `data/critical-path`."""

    segments: list[Segment]
    totals: dict[str, str]
    """Nanoseconds by class; they sum to the wall time."""


def present_critical_path(path: CriticalPath) -> CriticalPathData:
    """Segments in order of time."""
    return {
        "segments": [_segment(segment) for segment in path.segments],
        "totals": {name: str(total_ns) for name, total_ns in path.totals.items()},
    }


def _segment(segment: PathSegment) -> Segment:
    return {
        "span": None if segment.span is None else span_key(*segment.span),
        "start_ns": str(segment.start_ns),
        "end_ns": str(segment.end_ns),
        "class": segment.time_class,
    }
