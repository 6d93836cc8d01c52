"""What pieces of work have in common when they are one node."""

from collections.abc import Sequence
from typing import TypedDict

from analysis.algorithms.findings import Ref
from analysis.algorithms.graph_model import MAX_REFS, Work

GRAVEST = ("active", "waiting", "failed", "gone", "ok")
NO_TIME = 1 << 80


class Extent(TypedDict):
    """Earliest start and latest end; no end while a part is open."""

    start_ns: int | None
    end_ns: int | None


def first_present(order: Sequence[str], present: set[str]) -> str:
    """The first of `order` that is there, or empty."""
    return next((each for each in order if each in present), "")


def label_of(parts: Sequence[Work]) -> str:
    """`search`, `search ×14`, `search and 3 other names ×14`, `14 missing records`."""
    head, names = parts[0], {part.label for part in parts}
    if len(parts) == 1:
        return head.label
    if head.kind == "ghost":
        return f"{len(parts)} missing records"
    others = f" and {len(names) - 1} other {'name' if len(names) == 2 else 'names'}" if len(names) > 1 else ""
    return f"{head.label}{others} ×{len(parts)}"


def extent(parts: Sequence[Work]) -> Extent:
    """When the work of several parts began and ended."""
    starts = [part.start_ns for part in parts if part.start_ns is not None]
    ends = [part.end_ns for part in parts if part.end_ns is not None]
    is_open = any(part.end_ns is None and part.start_ns is not None for part in parts)
    return {"start_ns": min(starts, default=None), "end_ns": None if is_open else max(ends, default=None)}


def first_refs(parts: Sequence[Work]) -> tuple[Ref, ...]:
    """References of all parts, as many as a node keeps."""
    refs: dict[Ref, None] = {}
    for part in parts:
        refs.update(dict.fromkeys(part.refs))
        if len(refs) >= MAX_REFS:
            break
    return tuple(refs)[:MAX_REFS]
