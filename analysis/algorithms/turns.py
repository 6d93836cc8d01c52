"""Turns: spans of agents that carry what was said, where no model call inside them says it.

Many systems record a conversation between agents and no model call at all. From narrow rows: a span that a model call
lies in is told by that call; of agents inside one another the innermost speaks; steps of a program (CHAIN) speak only
in a mission in which neither a model call nor an agent does, and there the outermost does.
"""

from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import Protocol

from analysis.algorithms.tree import ROOT, MissionTree
from traces.records import SpanRow


class _HasKey(Protocol):
    @property
    def pk(self) -> int: ...


def find_turns(tree: MissionTree, calls: Iterable[_HasKey]) -> list[SpanRow]:
    """The spans that are turns of the conversation, in order of the tree."""
    called = {call.pk for call in calls}
    told = _rows_with_inside(tree, [row.index for row in tree.rows if row.span is not None and row.span.pk in called])
    speaking = [row.index for row in tree.rows if row.span is not None and row.span.has_messages]
    free = [at for at in speaking if at not in told]
    agents = [at for at in free if _kind(tree, at) == "AGENT"]
    if agents or called:
        chosen = _innermost(tree, agents)
    else:
        chosen = _outermost(tree, free)
    return [span for at in chosen if (span := tree.rows[at].span) is not None]


def find_silenced(tree: MissionTree, turns: Collection[SpanRow], after: int) -> list[SpanRow]:
    """Spans that were turns, if at all, only until something came after the cursor."""
    standing = {span.pk for span in turns}
    speaking = [row.index for row in tree.rows if row.span is not None and row.span.has_messages]
    changed = [row.index for row in tree.rows if row.span is not None and row.span.change_seq > after]
    around = _rows_with_inside(tree, changed)
    rows = {at for at in speaking if at in around} | set(_outermost(tree, speaking))
    return [span for at in sorted(rows) if (span := tree.rows[at].span) is not None and span.pk not in standing]


def _kind(tree: MissionTree, at: int) -> str:
    span = tree.rows[at].span
    return span.span_kind if span is not None else ""


def _rows_with_inside(tree: MissionTree, rows: Iterable[int]) -> set[int]:
    """These rows and all above them."""
    found: set[int] = set()
    for row in rows:
        at = row
        while at != ROOT and at not in found:
            found.add(at)
            at = tree.rows[at].parent
    return found


def _innermost(tree: MissionTree, rows: list[int]) -> list[int]:
    """Rows in preorder without those that hold another: the next one lies inside, or none does."""
    return [at for at, later in pairwise([*rows, len(tree.rows)]) if later >= tree.rows[at].end]


def _outermost(tree: MissionTree, rows: list[int]) -> list[int]:
    found: list[int] = []
    for at in rows:
        if not found or at >= tree.rows[found[-1]].end:
            found.append(at)
    return found
