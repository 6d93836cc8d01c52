"""The columns of the list of missions, and the orders people can choose by them."""

from typing import NamedTuple

from web.presenters.mission_query import MissionQuery


class Column(NamedTuple):
    """One column."""

    label: str
    css: str
    sort: str = ""
    """Order it stands for, as in `?sort=`; empty when the list cannot be ordered by it."""
    is_default: bool = False
    """The order of a list that names none."""


class ColumnHead(NamedTuple):
    """A column's head as the template shows it."""

    label: str
    css: str
    path: str
    aria_sort: str
    """`ascending`, `descending` or empty."""


def turn_round(sort: str) -> str:
    """The same order from its other end."""
    return sort[1:] if sort.startswith("-") else f"-{sort}"


COLUMNS = (
    Column("Status", "col-status"),
    Column("Mission", "col-name", "name"),
    Column("Verdict", "col-verdict"),
    Column("Agents", "col-agents"),
    Column("Steps", "col-steps num", "-steps"),
    Column("Spans", "col-spans num", "-spans"),
    Column("LLM", "col-llm num", "-llm_calls"),
    Column("Tokens", "col-tokens num", "-tokens"),
    Column("Cost", "col-cost num", "-cost"),
    Column("Time", "col-time num", "-duration"),
    Column("Last", "col-last num", "-last_activity", is_default=True),
)


DEFAULT_SORT = next(column.sort for column in COLUMNS if column.is_default)
SORTS = frozenset(way for column in COLUMNS if column.sort for way in (column.sort, turn_round(column.sort)))
"""Every order that `?sort=` may name."""


def present_columns(query: MissionQuery) -> list[ColumnHead]:
    """Heads with links: the first choice of a number is its largest first, the second turns it round."""
    return [_head(column, query) for column in COLUMNS]


def _head(column: Column, query: MissionQuery) -> ColumnHead:
    if not column.sort:
        return ColumnHead(column.label, column.css, "", "")
    chosen = query.sort or DEFAULT_SORT
    is_chosen = chosen.removeprefix("-") == column.sort.removeprefix("-")
    following = turn_round(chosen) if is_chosen else column.sort
    direction = ("descending" if chosen.startswith("-") else "ascending") if is_chosen else ""
    path = query.path(sort="" if following == DEFAULT_SORT else following)
    return ColumnHead(column.label, column.css, path, direction)
