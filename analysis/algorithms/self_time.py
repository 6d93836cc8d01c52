"""How long each span worked by itself: its time without that of its children."""

from analysis.algorithms.tree import MissionTree


def compute_self_times(tree: MissionTree, until_ns: int | None = None) -> tuple[int | None, ...]:
    """Nanoseconds by row; None where the start is unknown, or the end and no `until_ns` (now) is given.

    Children that overlap count once; what lies outside the parent does not count against it. Never negative.
    """
    return tuple(_self_time(tree, row.index, until_ns) for row in tree.rows)


def _interval(tree: MissionTree, at: int, until_ns: int | None) -> tuple[int, int] | None:
    span = tree.rows[at].span
    if span is None or span.start_ns is None:
        return None
    end_ns = span.end_ns if span.end_ns is not None else until_ns
    return None if end_ns is None else (span.start_ns, max(span.start_ns, end_ns))


def _self_time(tree: MissionTree, at: int, until_ns: int | None) -> int | None:
    own = _interval(tree, at, until_ns)
    if own is None:
        return None
    start_ns, end_ns = own
    covered_ns, reached_ns = 0, start_ns
    if tree.rows[at].child_count:
        for child in tree.children(at):
            inner = _interval(tree, child, until_ns)
            if inner is None:
                continue
            begin_ns, finish_ns = max(inner[0], reached_ns), min(inner[1], end_ns)
            if finish_ns > begin_ns:
                covered_ns += finish_ns - begin_ns
                reached_ns = finish_ns
    return end_ns - start_ns - covered_ns
