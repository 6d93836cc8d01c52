"""What the history of alerts is asked for, from its query string and back: `?severity=critical&rule=4&since=7d`."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from alerts.records import SEVERITIES, RuleRow
from alerts.selectors import FiringFilter
from web.presenters.alerts.words import present_severity, present_state
from web.presenters.filters import Choice, FilterMenu
from web.presenters.mission_query import DEFAULT_RANGE, RANGES, Range

STATES = ("firing", "resolved", "inactive")
USUAL_STATES = ("firing", "resolved")


class HistoryQuery(NamedTuple):
    """A question to the history, cleaned."""

    states: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    rule_pk: int | None = None
    range: Range = DEFAULT_RANGE

    @property
    def is_filtered(self) -> bool:
        """Could the list hold more without the filters?"""
        return self != HistoryQuery()

    def chosen(self, now_ns: int) -> FiringFilter:
        """The question as alerts understands it."""
        since_ns = None if self.range.span_ns is None else now_ns - self.range.span_ns
        return FiringFilter(
            states=self.states or USUAL_STATES, severities=self.severities, rule_pk=self.rule_pk, since_ns=since_ns
        )

    def path(self, *, before: int | None = None) -> str:
        """The address that answers this question."""
        pairs = [*(("state", state) for state in self.states), *(("severity", each) for each in self.severities)]
        pairs += [("rule", str(self.rule_pk))] if self.rule_pk is not None else []
        pairs += [("since", self.range.value)] if self.range != DEFAULT_RANGE else []
        pairs += [("before", str(before))] if before is not None else []
        return f"/alerts/history/?{urlencode(pairs)}" if pairs else "/alerts/history/"


def read_history(data: QueryDict) -> HistoryQuery:
    """The question in a query string; what is unknown is dropped."""
    states, severities = set(data.getlist("state")), set(data.getlist("severity"))
    return HistoryQuery(
        states=tuple(state for state in STATES if state in states),
        severities=tuple(each for each in SEVERITIES if each in severities),
        rule_pk=read_key(data.get("rule", "")),
        range=next((each for each in RANGES if each.value == data.get("since")), DEFAULT_RANGE),
    )


def read_key(text: str) -> int | None:
    """A key of a row; None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def present_menus(query: HistoryQuery, rules: Sequence[RuleRow]) -> list[FilterMenu]:
    """The menus above the history."""
    states = [(state, present_state(state)) for state in STATES]
    severities = [(each, present_severity(each)) for each in SEVERITIES]
    chosen = "" if query.rule_pk is None else str(query.rule_pk)
    named = [Choice(str(rule.pk), rule.name, str(rule.pk) == chosen) for rule in rules]
    ordered = sorted(RANGES, key=lambda each: each is not DEFAULT_RANGE)
    times = [
        Choice("" if each is DEFAULT_RANGE else each.value, each.label, each is query.range, each is DEFAULT_RANGE)
        for each in ordered
    ]
    return [
        FilterMenu(
            "state",
            "State",
            "checkbox",
            [Choice(value, mark.word, value in query.states, False, mark.glyph, mark.css) for value, mark in states],
        ),
        FilterMenu(
            "severity",
            "Severity",
            "checkbox",
            [
                Choice(value, mark.word, value in query.severities, False, mark.glyph, mark.css)
                for value, mark in severities
            ],
        ),
        FilterMenu("rule", "Rule", "radio", [Choice("", "Any", not chosen, is_default=True), *named] if named else []),
        FilterMenu("since", "Time", "radio", times),
    ]
