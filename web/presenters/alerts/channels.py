"""Channels in rows, and the form of one. Pure."""

from typing import Any, NamedTuple

from django.http import QueryDict

from alerts.measures.words import show_time
from alerts.records import ChannelRow
from web.presenters.alerts.rule_fields import REPEATS
from web.presenters.alerts.rule_form import is_whole
from web.presenters.alerts.silences import read_names

KINDS = (
    ("email", "E-mail", "Addresses, separated by commas"),
    ("webhook", "Webhook", "A URL that takes signed JSON by POST"),
    ("slack", "Slack", "The URL of an incoming webhook in Slack's format"),
)
KIND_LABELS = {kind: label for kind, label, _ in KINDS}
LABELS = {
    "kind": "Kind",
    "name": "Name",
    "target": "Address",
    "group_by": "One message for each",
    "group_wait_s": "Wait for others",
    "group_interval_s": "News at the earliest after",
    "repeat_interval_s": "Tell again every",
}
"""Of the fields of the form."""
GLYPHS = {"email": "send", "webhook": "link", "slack": "people"}
WAITS = (0, 15, 30, 60, 120, 300)
INTERVALS = (60, 120, 300, 600, 1800, 3600)
SECONDS = ("group_wait_s", "group_interval_s", "repeat_interval_s")


class ChannelItem(NamedTuple):
    """A channel as a row."""

    row: ChannelRow
    path: str
    kind: str
    glyph: str
    repeat: str


class Length(NamedTuple):
    """A length of time to choose."""

    name: str
    label: str
    help: str
    options: list[tuple[str, str]]
    chosen: str


def present_channel(row: ChannelRow) -> ChannelItem:
    """One channel."""
    repeat = show_time(row.repeat_interval_s)
    return ChannelItem(row, f"/alerts/channels/{row.pk}/", KIND_LABELS[row.kind], GLYPHS[row.kind], repeat)


def read_channel_form(sent: QueryDict, *, kind: str = "") -> dict[str, Any]:
    """The channel that a filled form stands for. A target that is left empty stays as it is (of `kind`)."""
    given: dict[str, Any] = {
        "name": sent.get("name", ""),
        "kind": kind or sent.get("kind", ""),
        "is_enabled": sent.get("is_enabled") == "1",
        "send_resolved": sent.get("send_resolved") == "1",
        "group_by": read_names(sent.get("group_by", "")),
    }
    given |= {name: int(sent.get(name, "")) for name in SECONDS if is_whole(sent.get(name, ""))}
    target = sent.get("target", "").strip()
    return given if kind and not target else given | {"target": target}


def fill_channel(row: ChannelRow | None) -> QueryDict:
    """A stored channel as its form would send it; without one a new one's."""
    sent = QueryDict(mutable=True)
    if row is None:
        values = {"kind": "webhook", "group_by": "rule", "is_enabled": "1", "send_resolved": "1"}
        sent.update({**values, "group_wait_s": "15", "group_interval_s": "300", "repeat_interval_s": "14400"})
        return sent
    sent.update({"name": row.name, "kind": row.kind, "group_by": ", ".join(row.group_by)})
    sent.update({name: str(getattr(row, name)) for name in SECONDS})
    sent.update({name: "1" if getattr(row, name) else "" for name in ("is_enabled", "send_resolved")})
    if row.kind == "email":
        sent["target"] = row.shown_target
    return sent


def list_lengths(sent: QueryDict) -> list[Length]:
    """How patient the channel is: the lengths to choose."""
    return [
        _length("group_wait_s", "What fires first waits so long for more of its group", WAITS, sent),
        _length("group_interval_s", "What is added to a group waits", INTERVALS, sent),
        _length("repeat_interval_s", "While it goes on firing", REPEATS, sent),
    ]


def _length(name: str, help_text: str, seconds: tuple[int, ...], sent: QueryDict) -> Length:
    text = sent.get(name, "")
    known = sorted({*seconds, *([int(text)] if is_whole(text) else [])})
    options = [(str(each), show_time(each) if each else "not at all") for each in known]
    return Length(name, LABELS[name], help_text, options, text)
