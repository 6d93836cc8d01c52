"""The menus above the list of missions."""

from collections.abc import Sequence
from typing import NamedTuple

from web.presenters.marks import present_status
from web.presenters.mission_query import DEFAULT_RANGE, LEASTS, RANGES, MissionQuery

VERDICT_LABELS = {"yes": "something to say", "no": "nothing to say"}
VERDICT_WORDS = {"yes": "a verdict", "no": "no verdict"}


class Choice(NamedTuple):
    """One thing to choose."""

    value: str
    label: str
    is_chosen: bool
    is_default: bool = False
    """Choosing it means: no filter."""
    glyph: str = ""
    css: str = ""


class FilterMenu(NamedTuple):
    """One menu. Its button says what is chosen (`static/js/behaviours/filters.js` says it the same way)."""

    name: str
    label: str
    input_type: str
    """`checkbox` when several may be chosen, else `radio`."""
    choices: list[Choice]

    @property
    def chosen(self) -> list[Choice]:
        """What is chosen beside the default."""
        return [choice for choice in self.choices if choice.is_chosen and not choice.is_default]

    @property
    def is_set(self) -> bool:
        """Does it narrow the list?"""
        return bool(self.chosen)

    @property
    def summary(self) -> str:
        """`Status`, or `Status: failed, waiting`; for a menu whose default says something, the default."""
        if self.chosen:
            return f"{self.label}: {', '.join(choice.label for choice in self.chosen)}"
        return self.label


def present_filters(
    query: MissionQuery, *, agents: Sequence[str], services: Sequence[str], models: Sequence[str]
) -> list[FilterMenu]:
    """The menus; agent, service and model offer the names that are known, and the chosen one in any case."""
    return [
        FilterMenu("status", "Status", "checkbox", _statuses(query)),
        FilterMenu("verdict", "Verdict", "radio", _verdicts(query)),
        FilterMenu("agent", "Agent", "radio", _names(agents, query.agent)),
        FilterMenu("service", "Service", "radio", _names(services, query.service)),
        FilterMenu("model", "Model", "radio", _names(models, query.model)),
        FilterMenu("longer", "Longer than", "radio", _leasts(query)),
        FilterMenu("since", "Time", "radio", _ranges(query)),
    ]


def describe_filters(query: MissionQuery) -> str:
    """What the list was narrowed to, in words, for when nothing is left."""
    parts = [f"the text “{query.text}”"] if query.text else []
    parts += [f"the status {' or '.join(query.statuses)}"] if query.statuses else []
    parts += [VERDICT_WORDS[query.verdict]] if query.verdict else []
    parts += [f"the agent {query.agent}"] if query.agent else []
    parts += [f"the service {query.service}"] if query.service else []
    parts += [f"the model {query.model}"] if query.model else []
    parts += [f"a duration of at least {query.longer.label}"] if query.longer else []
    parts += ["errors"] if query.has_error else []
    parts += [f"activity in the {query.range.label.lower()}"] if query.range != DEFAULT_RANGE else []
    return f"Asked for missions with {', '.join(parts)}." if parts else ""


def _statuses(query: MissionQuery) -> list[Choice]:
    marks = [present_status(status) for status in ("active", "waiting", "failed", "ok", "gone")]
    return [Choice(mark.word, mark.word, mark.word in query.statuses, glyph=mark.glyph, css=mark.css) for mark in marks]


def _verdicts(query: MissionQuery) -> list[Choice]:
    choices = [Choice(value, label, value == query.verdict) for value, label in VERDICT_LABELS.items()]
    return [Choice("", "Any", not query.verdict, is_default=True), *choices]


def _names(known: Sequence[str], chosen: str) -> list[Choice]:
    names = sorted({*known, chosen} - {""}, key=str.casefold)
    if not names:
        return []
    return [Choice("", "Any", not chosen, is_default=True), *(Choice(name, name, name == chosen) for name in names)]


def _leasts(query: MissionQuery) -> list[Choice]:
    choices = [Choice(choice.value, choice.label, choice is query.longer) for choice in LEASTS]
    return [Choice("", "Any", query.longer is None, is_default=True), *choices]


def _ranges(query: MissionQuery) -> list[Choice]:
    ordered = sorted(RANGES, key=lambda choice: choice is not DEFAULT_RANGE)
    return [
        Choice(
            value="" if choice is DEFAULT_RANGE else choice.value,
            label=choice.label,
            is_chosen=choice is query.range,
            is_default=choice is DEFAULT_RANGE,
        )
        for choice in ordered
    ]
