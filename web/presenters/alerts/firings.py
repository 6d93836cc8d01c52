"""Firings in rows: what fires now grouped by rule, and the past. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from alerts.measures.words import show_time
from alerts.records import SEVERITIES, FiringRow, MessageRow, MissionRef, RuleRow
from web.presenters.alerts.words import ENDED_WHY, MEASURED, kind_label, present_severity, present_state
from web.presenters.marks import Mark
from web.presenters.mission.keys import span_key
from web.presenters.paths import mission_path

MOST_OF_A_RULE = 50
MOST_LINKS = 2
WAITING = ("human_pending", "stalled_mission")
"""Kinds whose values are seconds."""
SHOWN = ("", *SEVERITIES, "pending", "quiet")
"""What of the open ones may be asked for; empty: all."""


class EvidenceLink(NamedTuple):
    """A thing behind a firing."""

    glyph: str
    label: str
    path: str
    """Empty: it cannot be opened by itself."""


class Told(NamedTuple):
    """A channel and what became of its last message about a firing."""

    channel: str
    mark: Mark
    time_ns: int


class FiringItem(NamedTuple):
    """A firing as a row."""

    row: FiringRow
    path: str
    state: Mark
    severity: Mark
    labels: list[tuple[str, str]]
    chips: list[tuple[str, str]]
    """Those labels that no link beside them says."""
    value: str
    threshold: str
    """Empty: none was measured."""
    is_quiet: bool
    evidence: list[EvidenceLink]
    """The first of it."""
    more_evidence: int
    told: list[Told]
    ended_words: str
    lasted_ns: int | None


class RuleGroup(NamedTuple):
    """What fires of one rule."""

    rule_pk: int
    name: str
    kind: str
    severity: Mark
    items: list[FiringItem]
    firing_count: int
    more_count: int
    """Those that are not in `items`."""


class Choice(NamedTuple):
    """A part of what is open, with its count."""

    value: str
    mark: Mark
    open_count: int
    is_chosen: bool


MESSAGE_MARKS = {
    "waiting": Mark("clock", "waiting", "status-waiting"),
    "sending": Mark("active", "sending", "status-active"),
    "sent": Mark("check", "sent", "status-ok"),
    "failed": Mark("failed", "given up", "status-failed"),
}


def is_quiet(row: FiringRow) -> bool:
    """Silenced or inhibited, while it is open."""
    return row.ended_ns is None and (row.silence_pk is not None or row.inhibited_by is not None)


def map_told(messages: Iterable[MessageRow]) -> dict[int, list[Told]]:
    """By firing: its newest message to each channel. `messages` come newest first."""
    found: dict[int, dict[str, Told]] = {}
    for message in messages:
        told = Told(message.channel_name, MESSAGE_MARKS[message.state], message.ended_ns or message.created_ns)
        for pk in message.firing_pks:
            found.setdefault(pk, {}).setdefault(message.channel_name, told)
    return {pk: list(by_channel.values()) for pk, by_channel in found.items()}


def present_firing(row: FiringRow, told: Mapping[int, list[Told]], *, most_links: int = MOST_LINKS) -> FiringItem:
    """One firing."""
    links = list_evidence(row)
    labels = [(name, value) for name, value in sorted(row.labels.items()) if value]
    linked = {("mission", ref.id) for ref in row.evidence.missions} | {("error", ref.id) for ref in row.evidence.errors}
    return FiringItem(
        row=row,
        path=f"/alerts/{row.pk}/",
        state=present_state(row.state, is_quiet=is_quiet(row)),
        severity=present_severity(row.severity),
        labels=labels,
        value=_show_value(row, row.value or ""),
        threshold=_show_value(row, row.threshold),
        chips=[label for label in labels if label not in linked],
        is_quiet=is_quiet(row),
        evidence=links[:most_links],
        more_evidence=max(0, len(links) - most_links),
        told=told.get(row.pk, []),
        ended_words=ENDED_WHY.get(row.ended_why, ""),
        lasted_ns=None if row.ended_ns is None else row.ended_ns - (row.fired_ns or row.since_ns),
    )


def _show_value(row: FiringRow, text: str) -> str:
    """Lengths of time in words; other numbers are as the rule compares them."""
    return show_time(int(text)) if row.kind in WAITING and text.isdigit() else text


def list_evidence(row: FiringRow) -> list[EvidenceLink]:
    """Missions, errors and spans behind a firing. A span is opened in its mission, when there is one alone."""
    evidence = row.evidence
    links = link_missions(evidence.missions)
    links += [EvidenceLink("failed", ref.title or f"error {ref.id}", _error_path(ref.id)) for ref in evidence.errors]
    mission = mission_path(evidence.missions[0].id) if len(evidence.missions) == 1 else ""
    return [*links, *(_span_link(span, mission) for span in evidence.spans)]


def behind_path(row: FiringRow, rule: RuleRow | None) -> str:
    """Where the missions behind the measured window are listed; empty when nothing says which they are."""
    evidence = row.evidence
    is_measured = evidence.metric and evidence.since_ns and evidence.until_ns
    if not is_measured or evidence.missions or row.kind == "no_data":
        return ""
    labels = dict(row.labels) if row.kind in MEASURED else {"service": row.labels.get("service", "")}
    filters = rule.condition.get("filters", {}) if rule is not None and rule.kind == row.kind else {}
    pairs = [("metric", evidence.metric), ("since_ns", evidence.since_ns), ("until_ns", evidence.until_ns)]
    pairs += [("label", f"{name}={value}") for name, value in {**filters, **labels}.items()]
    return f"/dashboards/behind?{urlencode(pairs)}"


def link_missions(refs: Iterable[MissionRef]) -> list[EvidenceLink]:
    """The ways to missions."""
    return [EvidenceLink("radar", ref.name or ref.id, mission_path(ref.id)) for ref in refs]


def _error_path(group_id: str) -> str:
    return f"/errors/{group_id}/" if group_id.isascii() and group_id.isdigit() else ""


def _span_link(span: str, mission: str) -> EvidenceLink:
    trace_id, _, span_id = span.partition("/")
    path = f"{mission}?span={span_key(trace_id, span_id)}" if mission else ""
    return EvidenceLink("kind-other", f"span {span_id[:8] or trace_id[:8]}", path)


def choose(rows: Sequence[FiringRow], shown: str) -> list[FiringRow]:
    """The open firings that are asked for."""
    if shown == "quiet":
        return [row for row in rows if is_quiet(row)]
    if shown == "pending":
        return [row for row in rows if row.state == "pending" and not is_quiet(row)]
    if shown in SEVERITIES:
        return [row for row in rows if row.state == "firing" and row.severity == shown and not is_quiet(row)]
    return list(rows)


def present_choices(rows: Sequence[FiringRow], shown: str) -> list[Choice]:
    """The counts above the list."""
    marks = [(severity, present_severity(severity)) for severity in SEVERITIES]
    marks += [("pending", present_state("pending")), ("quiet", Mark("bell-off", "quiet", "status-gone"))]
    return [Choice(value, mark, len(choose(rows, value)), value == shown) for value, mark in marks]


def group_by_rule(rows: Iterable[FiringRow], told: Mapping[int, list[Told]]) -> list[RuleGroup]:
    """Rules with something open: gravest first, then those that fired last; what is quiet comes last in each."""
    groups: dict[int, list[FiringRow]] = {}
    for row in rows:
        groups.setdefault(row.rule_pk, []).append(row)
    ordered = sorted(groups.values(), key=_rank)
    return [_group(sorted(group, key=_rank_row), told) for group in ordered]


def _rank(group: Sequence[FiringRow]) -> tuple[bool, bool, int, int]:
    is_all_quiet = all(is_quiet(row) for row in group)
    is_pending = all(row.state == "pending" for row in group)
    gravest = min(SEVERITIES.index(row.severity) for row in group)
    return is_all_quiet, is_pending, gravest, -max(row.since_ns for row in group)


def _rank_row(row: FiringRow) -> tuple[bool, bool, int]:
    return is_quiet(row), row.state != "firing", -row.pk


def _group(rows: Sequence[FiringRow], told: Mapping[int, list[Told]]) -> RuleGroup:
    first = rows[0]
    return RuleGroup(
        rule_pk=first.rule_pk,
        name=first.rule_name,
        kind=kind_label(first.kind),
        severity=present_severity(min((row.severity for row in rows), key=SEVERITIES.index)),
        items=[present_firing(row, told) for row in rows[:MOST_OF_A_RULE]],
        firing_count=sum(row.state == "firing" for row in rows),
        more_count=max(0, len(rows) - MOST_OF_A_RULE),
    )
