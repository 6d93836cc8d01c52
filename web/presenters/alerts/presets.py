"""The usual rules as the pages offer them, and the form that begins with one. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from alerts.forms import read_rule
from alerts.presets import PRESETS, Preset
from alerts.records import ChannelRow
from web.presenters.alerts.rule_form import blank_form
from web.presenters.alerts.words import BY_KIND, KindWords, present_severity
from web.presenters.marks import Mark


class PresetItem(NamedTuple):
    """A usual rule as a row."""

    slug: str
    name: str
    words: str
    kind: KindWords
    severity: Mark
    form_path: str
    """The editor, filled in with it."""
    rule_path: str
    """The project's own rule that is the same; empty when there is none."""


class PresetList(NamedTuple):
    """What `_presets.html` shows."""

    items: list[PresetItem]
    missing_count: int
    """Those the project does not have."""
    channels: Sequence[ChannelRow]
    only_channel: int | None
    """The key of the one channel there is."""


def present_presets(has: Mapping[str, int], channels: Sequence[ChannelRow]) -> PresetList:
    """All of them; `has` gives the rules that there are already, by slug."""
    items = [_item(preset, has.get(preset.slug)) for preset in PRESETS]
    only = channels[0].pk if len(channels) == 1 else None
    return PresetList(items, len(PRESETS) - len(has), channels, only)


def _item(preset: Preset, rule_pk: int | None) -> PresetItem:
    return PresetItem(
        slug=preset.slug,
        name=preset.rule["name"],
        words=preset.words,
        kind=BY_KIND[preset.rule["kind"]],
        severity=present_severity(preset.rule["severity"]),
        form_path=f"/alerts/rules/new/?{urlencode({'preset': preset.slug})}",
        rule_path="" if rule_pk is None else f"/alerts/rules/{rule_pk}/",
    )


def begin_form(preset: Preset, channels: Sequence[ChannelRow]) -> QueryDict:
    """A new rule that begins as a usual one."""
    form = read_rule(preset.rule)
    return blank_form(form.kind, QueryDict(), channels, form)
