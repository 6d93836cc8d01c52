"""The form of a rule: what it shows, and the rule it stands for."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.http import QueryDict

from alerts.conditions import KINDS
from alerts.forms import RuleForm as RuleToSay
from alerts.measures.words import show_time
from alerts.records import SEVERITIES, ChannelRow, RuleRow
from core.errors import FieldError, InvalidInput, MissionScopeError
from web.presenters.alerts.form_errors import PATH, tell_by_input, tell_others
from web.presenters.alerts.rule_fields import (
    FIELDS,
    FLAG,
    LASTING,
    NAMES,
    NUMBER,
    PAIRS,
    REPEATS,
    SECONDS,
    SEVERAL,
    SHARE,
    WHOLE,
    Field,
    Options,
)
from web.presenters.alerts.words import BY_KIND, MEASURED, KindWords, present_severity
from web.presenters.marks import Mark

INPUTS = ("name", "group_by", "note", "for_s", "severity", "channels", "repeat_interval_s")
"""Beside those of the condition."""


class Shown(NamedTuple):
    """A field as it is filled in now."""

    field: Field
    name: str
    text: str
    chosen: tuple[str, ...]
    """Of several."""
    options: Options
    error: str


class ChannelChoice(NamedTuple):
    """A channel that a rule may tell."""

    row: ChannelRow
    is_chosen: bool
    words: str


class SeverityChoice(NamedTuple):
    """A severity to choose."""

    value: str
    mark: Mark
    is_chosen: bool


class RuleForm(NamedTuple):
    """The form as it is filled in now."""

    kind: KindWords
    fields: list[Shown]
    can_group: bool
    """Its labels can be chosen."""
    group_words: str
    """What a kind groups by whose labels cannot."""
    values: Mapping[str, str]
    """name, group_by and note."""
    severities: list[SeverityChoice]
    lasting: Options
    for_s: str
    channels: list[ChannelChoice]
    repeats: Options
    repeat_s: str
    """Empty: as each channel says."""
    is_enabled: bool
    errors: Mapping[str, str]
    """By name of the input."""
    other_errors: list[str]
    """Those of no input that is shown."""


def read_kind(text: str) -> str:
    """A kind of rule; InvalidInput for anything else."""
    if text not in KINDS:
        raise InvalidInput(errors=(FieldError("kind", f"must be one of {', '.join(KINDS)}"),))
    return text


def read_rule_form(sent: QueryDict, kind: str) -> dict[str, Any]:
    """The rule that a filled form stands for, for `alerts.actions`. InvalidInput for what cannot be read at all."""
    errors: list[FieldError] = []
    condition: dict[str, Any] = {}
    for field in FIELDS[kind]:
        try:
            condition[field.name] = _read(field, sent)
        except ValueError as error:
            errors.append(FieldError(PATH + field.name, str(error)))
    if not is_whole(sent.get("for_s", "0")):
        errors.append(FieldError("for_s", "must be a whole number"))
    if errors:
        raise InvalidInput(errors=tuple(errors))
    given = {
        "name": sent.get("name", ""),
        "kind": kind,
        "condition": condition,
        "severity": sent.get("severity", "warning"),
        "for_s": int(sent.get("for_s", "0")),
        "channels": [int(text) for text in sent.getlist("channels") if is_whole(text)],
        "repeat_interval_s": _repeat(sent),
        "note": sent.get("note", ""),
        "is_enabled": sent.get("is_enabled") == "1",
    }
    if kind in MEASURED:
        is_of_missions = condition.get("per") == "mission"
        given["group_by"] = ["mission"] if is_of_missions else _names(sent.get("group_by", ""))
    return given


def _repeat(sent: QueryDict) -> int | None:
    text = sent.get("repeat_interval_s", "")
    return int(text) if is_whole(text) else None


def _read(field: Field, sent: QueryDict) -> Any:
    name = PATH + field.name
    if field.shape == FLAG:
        return sent.get(name) == "1"
    if field.shape == SEVERAL:
        return sent.getlist(name)
    text = sent.get(name, "").strip()
    if field.shape in (WHOLE, SECONDS):
        return _whole(text)
    if field.shape == NUMBER:
        return _number(text)
    if field.shape == SHARE:
        return _share(text)
    if field.shape == PAIRS:
        return _pairs(text)
    return _names(text) if field.shape == NAMES else text


def is_whole(text: str) -> bool:
    """Digits alone, and not too many."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def _whole(text: str) -> int:
    if not is_whole(text):
        raise ValueError("must be a whole number")
    return int(text)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError("must be a number") from None
    if not math.isfinite(number):
        raise ValueError("must be a number")
    return number


def _share(percent: str) -> float:
    number = _number(percent)
    if not 0 <= number <= 100:
        raise ValueError("must be between 0 and 100")
    return number / 100


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _pairs(text: str) -> dict[str, str]:
    parts = [part.partition("=") for part in _names(text)]
    if any(not equals or not name.strip() for name, equals, _ in parts):
        raise ValueError("must be label=value, separated by commas")
    return {name.strip(): value.strip() for name, _, value in parts}


def fill_form(rule: RuleRow) -> QueryDict:
    """A stored rule as its form would send it."""
    sent = QueryDict(mutable=True)
    sent.update({"name": rule.name, "severity": rule.severity, "for_s": str(rule.for_s), "note": rule.note})
    sent["group_by"] = ", ".join(rule.group_by)
    sent.setlist("channels", [str(pk) for pk in rule.channel_pks])
    sent["is_enabled"] = "1" if rule.is_enabled else ""
    sent["repeat_interval_s"] = "" if rule.repeat_interval_s is None else str(rule.repeat_interval_s)
    _fill_condition(sent, rule.kind, rule.condition)
    return sent


def blank_form(
    kind: str, asked: QueryDict, channels: Sequence[ChannelRow], begin: RuleToSay | None = None
) -> QueryDict:
    """A new rule of a kind, as `begin` says, with what the address says already: `?name=…&condition.metric=…`."""
    begin = begin or RuleToSay(name=BY_KIND[kind].label, kind=kind, condition={})
    sent = QueryDict(mutable=True)
    sent.update({"name": begin.name, "severity": begin.severity, "for_s": str(begin.for_s), "note": begin.note})
    sent["group_by"] = ", ".join(begin.group_by or ())
    sent["is_enabled"], sent["repeat_interval_s"] = "1", ""
    sent.setlist("channels", [str(channels[0].pk)] if len(channels) == 1 else [])
    _fill_condition(sent, kind, begin.condition)
    for name in asked:
        if name in sent:
            sent.setlist(name, asked.getlist(name))
    return sent


def _fill_condition(sent: QueryDict, kind: str, condition: Mapping[str, Any]) -> None:
    for field in FIELDS[kind]:
        value = condition.get(field.name, field.default)
        name = PATH + field.name
        if field.shape == SEVERAL:
            sent.setlist(name, [str(each) for each in value])
        else:
            sent[name] = _text(field, value)


def _text(field: Field, value: Any) -> str:
    if field.shape == FLAG:
        return "1" if value else ""
    if field.shape == PAIRS:
        return ", ".join(f"{name}={each}" for name, each in value.items())
    if field.shape == NAMES:
        return ", ".join(value)
    if field.shape == SHARE:
        return f"{100 * value:g}"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def present_form(
    kind: str, sent: QueryDict, channels: Sequence[ChannelRow], error: MissionScopeError | None
) -> RuleForm:
    """The form as it was filled in, with what is wrong beside the fields."""
    told = tell_by_input(error)
    fields = [_shown(field, sent, told) for field in FIELDS[kind]]
    others = tell_others(error, told, {*(shown.name for shown in fields), *INPUTS})
    chosen = set(sent.getlist("channels"))
    required = KINDS[kind].group_by
    repeat_s = sent.get("repeat_interval_s", "")
    return RuleForm(
        kind=BY_KIND[kind],
        fields=fields,
        can_group=kind in MEASURED,
        group_words=f"Each {' and '.join(required)} by itself" if required else "",
        values={name: sent.get(name, "") for name in ("name", "group_by", "note")},
        severities=[SeverityChoice(each, present_severity(each), each == sent.get("severity")) for each in SEVERITIES],
        lasting=_with_chosen(_lengths(LASTING), sent.get("for_s", "0")),
        for_s=sent.get("for_s", "0"),
        channels=[ChannelChoice(row, str(row.pk) in chosen, _channel_words(row)) for row in channels],
        repeats=(("", "As each channel says"), *_with_chosen(_lengths(REPEATS), repeat_s)),
        repeat_s=repeat_s,
        is_enabled=sent.get("is_enabled") == "1",
        errors=told,
        other_errors=others,
    )


def _shown(field: Field, sent: QueryDict, told: Mapping[str, str]) -> Shown:
    name = PATH + field.name
    text = sent.get(name, "")
    options = _with_chosen(field.options, text) if field.shape == SECONDS else field.options
    return Shown(field, name, text, tuple(sent.getlist(name)), options, told.get(name, ""))


def _lengths(seconds: Sequence[int]) -> Options:
    return tuple((str(each), show_time(each) if each else "At once") for each in seconds)


def _with_chosen(options: Options, text: str) -> Options:
    """A length that REST set and is not among those offered stays what it is."""
    if not is_whole(text) or any(value == text for value, _ in options):
        return options
    return tuple(sorted((*options, (text, show_time(int(text)))), key=lambda option: int(option[0])))


def _channel_words(row: ChannelRow) -> str:
    off = "" if row.is_enabled else "turned off, "
    return f"{row.kind}, {off}again every {show_time(row.repeat_interval_s)} while it goes on"
