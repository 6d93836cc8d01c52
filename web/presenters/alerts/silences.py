"""Silences and inhibitions: their forms, and in rows. Pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.http import QueryDict

from alerts.matchers import OPS
from alerts.records import FiringRow, InhibitionRow, Matcher, SilenceRow
from core.errors import FieldError, InvalidInput
from web.presenters.marks import Mark

QUIET_FOR = {"1": "1 hour", "4": "4 hours", "24": "a day"}
"""Hours."""
LASTS = (("3600", "1 hour"), ("14400", "4 hours"), ("86400", "1 day"), ("604800", "1 week"), ("2592000", "30 days"))
BLANK_ROWS = 3
OP_WORDS = {"=": "is", "!=": "is not", "like": "is like", "not like": "is not like"}
SILENCE_LABELS = {"matchers": "What matches", "lasts_s": "For", "ends_ns": "For", "comment": "Why"}
INHIBITION_LABELS = {
    "name": "Name",
    "source": "While this fires",
    "target": "Tell nobody of this",
    "equal": "With the same",
}
_ORDER = ("active", "pending", "expired")
_STATES = {
    "active": Mark("bell-off", "active", "status-active"),
    "pending": Mark("clock", "not yet", "status-waiting"),
    "expired": Mark("gone", "over", "status-gone"),
}


class MatcherField(NamedTuple):
    """One line of the form."""

    label: str
    op: str
    value: str


class SilenceItem(NamedTuple):
    """A silence as a row."""

    row: SilenceRow
    mark: Mark
    matchers: list[str]
    can_end: bool


class InhibitionItem(NamedTuple):
    """An inhibition as a row."""

    row: InhibitionRow
    source: list[str]
    target: list[str]


def matchers_of(row: FiringRow) -> list[dict[str, str]]:
    """What matches a firing and those that follow it of the same rule and labels."""
    pairs = {**row.labels, "rule": row.rule_name}
    return [{"label": name, "op": "=", "value": value} for name, value in pairs.items()]


def show_matcher(matcher: Matcher) -> str:
    """`model is gpt-4o`."""
    return f"{matcher.label} {OP_WORDS[matcher.op]} {matcher.value or '(nothing)'}"


def present_silence(row: SilenceRow, *, can_change: bool) -> SilenceItem:
    """One silence."""
    matchers = [show_matcher(each) for each in row.matchers]
    return SilenceItem(row, _STATES[row.state], matchers, can_change and row.state != "expired")


def present_silences(rows: Sequence[SilenceRow], *, can_change: bool) -> list[SilenceItem]:
    """What is quiet now, what will be, what was."""
    return [
        present_silence(row, can_change=can_change) for row in sorted(rows, key=lambda row: _ORDER.index(row.state))
    ]


def present_inhibition(row: InhibitionRow) -> InhibitionItem:
    """One inhibition."""
    source, target = ([show_matcher(each) for each in matchers] for matchers in (row.source, row.target))
    return InhibitionItem(row, source, target)


def read_silence_form(sent: QueryDict) -> dict[str, Any]:
    """The silence that a form stands for, for `alerts.actions.create_silence`."""
    lasts = sent.get("lasts_s", "")
    if lasts not in dict(LASTS):
        raise InvalidInput(errors=(FieldError("lasts_s", "must be one of those offered"),))
    return {"matchers": read_matchers(sent, ""), "lasts_s": int(lasts), "comment": sent.get("comment", "").strip()}


def read_inhibition_form(sent: QueryDict) -> dict[str, Any]:
    """The inhibition that a form stands for."""
    return {
        "name": sent.get("name", ""),
        "source": read_matchers(sent, "source-"),
        "target": read_matchers(sent, "target-"),
        "equal": read_names(sent.get("equal", "")),
    }


def read_names(text: str) -> list[str]:
    """`service, model` as names."""
    return [part.strip() for part in text.split(",") if part.strip()]


def read_matchers(sent: QueryDict, prefix: str) -> list[dict[str, str]]:
    """The lines that have a label."""
    return [each._asdict() for each in read_lines(sent, prefix) if each.label]


def read_lines(sent: QueryDict, prefix: str) -> list[MatcherField]:
    """The lines of a form as they were filled in."""
    columns = (sent.getlist(f"{prefix}label"), sent.getlist(f"{prefix}op"), sent.getlist(f"{prefix}value"))
    return [
        MatcherField(label.strip(), op if op in OPS else "=", value) for label, op, value in zip(*columns, strict=False)
    ]


def fill_lines(filled: Sequence[MatcherField]) -> list[MatcherField]:
    """The lines that a form shows: those with something in them, and empty ones."""
    kept = [each for each in filled if each.label or each.value]
    return [*kept, *[MatcherField("", "=", "")] * max(1, BLANK_ROWS - len(kept))]
