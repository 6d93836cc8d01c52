"""Errors among the results of a search, and in the palette."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from accounts.records import ProjectAccess
from faults.choosing import GroupFilter
from faults.records import GroupRow
from faults.selectors import count_groups, list_groups
from web.presenters.errors.marks import present_level
from web.presenters.errors.rows import ErrorItem, present_row
from web.presenters.formats import format_ago

SHOWN, IN_PALETTE = 5, 4


class FoundErrors(NamedTuple):
    """Errors whose type, message, title or place holds all words, the latest first."""

    items: list[ErrorItem]
    total: int
    path: str
    """The list of all of them."""


def find_errors(project: ProjectAccess, text: str) -> FoundErrors:
    """For a page of results; none for no text."""
    rows = _find(project, text, SHOWN)
    total = sum(count_groups(project.project_pk, GroupFilter(text=text)).values()) if len(rows) == SHOWN else len(rows)
    items = [present_row(row, (), since_ns=row.first_seen_ns, until_ns=row.last_seen_ns + 1) for row in rows]
    return FoundErrors(items, total, f"/errors/?{urlencode({'q': text, 'status': 'all'})}")


def list_palette_errors(project: ProjectAccess, text: str, now_ns: int) -> list[dict[str, Any]]:
    """As entries of the palette."""
    return [_entry(row, now_ns) for row in _find(project, text, IN_PALETTE)]


def _find(project: ProjectAccess, text: str, limit: int) -> Sequence[GroupRow]:
    if not text.replace("\0", " ").strip():
        return ()
    return list_groups(project.project_pk, GroupFilter(text=text), limit=limit).rows


def _entry(row: GroupRow, now_ns: int) -> dict[str, Any]:
    mark = present_level(row.level)
    return {
        "label": row.title,
        "glyph": mark.glyph,
        "css": mark.css,
        "note": f"{row.event_count}× · {format_ago(row.last_seen_ns, now_ns)}",
        "path": f"/errors/{row.pk}/",
    }
