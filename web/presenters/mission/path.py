"""The critical path as the page draws it, in columns: 10,000 spans are a few hundred kilobytes.

It names its spans itself. Rows of `data/spans` would not do: while a mission goes on, the page's rows are of another
moment than the path.
"""

from typing import TypedDict

from analysis.algorithms.critical_path import TIME_CLASSES, CriticalPath
from analysis.algorithms.tree import SpanKey

NOWHERE = -1


class PathSpans(TypedDict):
    """The spans on the path, in order of their first segment."""

    traces: list[str]
    trace: list[int]
    """By span: its trace's position in `traces`."""
    id: str
    """All span ids joined, 16 characters each."""
    servers: list[int]
    """Positions of those that are the server's side of a shared id."""


PathColumns = TypedDict("PathColumns", {"span": list[int], "took": list[int], "class": list[int]})


class CriticalPathData(TypedDict):
    """The answer of `data/critical-path`."""

    start_ns: str | None
    classes: list[str]
    spans: PathSpans
    segments: PathColumns
    """In order of time, each begins where the one before ends: position in `spans` (or NOWHERE), nanoseconds that it
    took, position in `classes`."""
    totals: dict[str, str]
    """Nanoseconds by class; they sum to the wall time."""


def present_critical_path(path: CriticalPath) -> CriticalPathData:
    """The columns of a path. Linear in its segments."""
    places: dict[SpanKey, int] = {}
    for segment in path.segments:
        if segment.span is not None:
            places.setdefault(segment.span, len(places))
    classes = {name: at for at, name in enumerate(TIME_CLASSES)}
    return {
        "start_ns": None if path.start_ns is None else str(path.start_ns),
        "classes": list(TIME_CLASSES),
        "spans": _spans(list(places)),
        "segments": {
            "span": [NOWHERE if each.span is None else places[each.span] for each in path.segments],
            "took": [each.end_ns - each.start_ns for each in path.segments],
            "class": [classes[each.time_class] for each in path.segments],
        },
        "totals": {name: str(total_ns) for name, total_ns in path.totals.items()},
    }


def _spans(keys: list[SpanKey]) -> PathSpans:
    traces: dict[str, int] = {}
    for trace_id, _, _ in keys:
        traces.setdefault(trace_id, len(traces))
    return {
        "traces": list(traces),
        "trace": [traces[trace_id] for trace_id, _, _ in keys],
        "id": "".join(span_id for _, span_id, _ in keys),
        "servers": [at for at, (_, _, side) in enumerate(keys) if side],
    }
