"""Hits of a full-text search, grouped by mission, with what was found marked by its offsets."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from search.selectors import SearchHit
from web.presenters.formats import short_id
from web.presenters.paths import mission_path

FIELD_WORDS = {
    "name": "name",
    "prompt": "prompt",
    "reply": "reply",
    "arguments": "tool arguments",
    "result": "tool result",
    "state": "state",
    "error": "error",
    "log": "log",
    "attribute": "attribute",
}
FIELD_KINDS = {"prompt": "LLM", "reply": "LLM", "arguments": "TOOL", "result": "TOOL", "state": "MEMORY"}


class Piece(NamedTuple):
    """A stretch of an excerpt."""

    text: str
    is_marked: bool


class HitItem(NamedTuple):
    """One place."""

    path: str
    name: str
    field: str
    span_kind: str
    pieces: list[Piece]


class HitGroup(NamedTuple):
    """The hits of one mission, in the order they were found."""

    mission_id: str
    short_id: str
    name: str
    path: str
    hits: list[HitItem]


def present_hits(hits: Sequence[SearchHit], text: str) -> list[HitGroup]:
    """Missions in the order of their first hit. `text`: what was searched for."""
    groups: dict[str, list[SearchHit]] = {}
    for hit in hits:
        groups.setdefault(hit.mission_id, []).append(hit)
    return [_group(mission_id, found, text) for mission_id, found in groups.items()]


def cut_pieces(text: str, marks: Sequence[tuple[int, int]]) -> list[Piece]:
    """The text in stretches, marked and not. Marks may overlap, be out of order or reach past the end."""
    pieces: list[Piece] = []
    at = 0
    for start, end in sorted(marks):
        start, end = max(at, start), min(end, len(text))
        if end <= start:
            continue
        if start > at:
            pieces.append(Piece(text[at:start], is_marked=False))
        pieces.append(Piece(text[start:end], is_marked=True))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:], is_marked=False))
    return pieces


def hit_path(hit: SearchHit, text: str) -> str:
    """The mission's page with the found record selected and the words marked in it."""
    selection = {"pane": "logs", "log": hit.id} if hit.type == "log" else {"span": hit.id}
    if text:
        selection["q"] = text
    return f"{mission_path(hit.mission_id)}?{urlencode(selection)}"


def _group(mission_id: str, hits: list[SearchHit], text: str) -> HitGroup:
    name = hits[0].mission_name or mission_id
    items = [_item(hit, text) for hit in hits]
    return HitGroup(mission_id, short_id(mission_id), name, mission_path(mission_id), items)


def _item(hit: SearchHit, text: str) -> HitItem:
    return HitItem(
        path=hit_path(hit, text),
        name=hit.name,
        field=FIELD_WORDS.get(hit.field, hit.field),
        span_kind=FIELD_KINDS.get(hit.field, "OTHER"),
        pieces=cut_pieces(hit.excerpt, hit.marks),
    )
