"""What is wrong with a form, by the field that shows it. Pure."""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from core.errors import FieldError, MissionScopeError
from web.presenters.alerts.rule_fields import FIELDS
from web.presenters.alerts.words import MEASURED

PATH = "condition."
GROUP_LABEL, LASTS_LABEL = "Each by itself", "Fire when it has held for"
_INPUT = re.compile(r"(?P<name>(?:condition\.)?\w+)(?P<item>\[\d+\]$)?")


class FieldTrouble(NamedTuple):
    """A field, and what is wrong with it."""

    name: str
    """Of the input."""
    label: str
    message: str
    """Empty: nothing."""


class PreviewTroubles(NamedTuple):
    """What the preview says of the form."""

    fields: list[FieldTrouble]
    """All that it looks at, with an input in the form."""
    others: list[str]
    """Sentences about no field that is shown."""

    @property
    def wrong(self) -> list[FieldTrouble]:
        """Those with something wrong."""
        return [each for each in self.fields if each.message]


def tell_by_input(error: MissionScopeError | None) -> dict[str, str]:
    """The first message for each input: what is wrong with an item of a list is told of the list."""
    told: dict[str, str] = {}
    for field, message in error.errors if error else ():
        found = _INPUT.match(field)
        name, is_item = (found["name"], found["item"]) if found else (field, None)
        told.setdefault(name, f"each {message}" if is_item else message)
    return told


def tell_others(error: MissionScopeError | None, told: Mapping[str, str], inputs: Collection[str]) -> list[str]:
    """Sentences about what no input shows."""
    if error and not told:
        return [error.detail]
    return [f"{name}: {message}." if name else f"{message}." for name, message in told.items() if name not in inputs]


def present_troubles(kind: str, error: MissionScopeError | None) -> PreviewTroubles:
    """What the preview says of the form of a kind: of every field, so that what was wrong and is not is cleared."""
    told = tell_by_input(error)
    labels = {PATH + field.name: field.label for field in FIELDS[kind]} | {"for_s": LASTS_LABEL}
    if kind in MEASURED:
        labels["group_by"] = GROUP_LABEL
    fields = [FieldTrouble(name, label, told.get(name, "")) for name, label in labels.items()]
    return PreviewTroubles(fields, tell_others(error, told, labels))


class Refusal(NamedTuple):
    """Why a form was refused, in the words of its labels."""

    detail: str
    errors: list[FieldError]


def name_fields(error: MissionScopeError | None, labels: Mapping[str, str]) -> Refusal | None:
    """The same error with the names of fields as the page calls them."""
    if error is None:
        return None
    told = tell_by_input(error)
    return Refusal(error.detail, [FieldError(labels.get(name, name), message) for name, message in told.items()])
