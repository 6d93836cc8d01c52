"""Puts together who is to be told what now, as messages in the outbox: in one transaction with what is then known.

All groups of a channel that are due at the same time are one message: a storm is one message to each channel.
"""

import secrets
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote

import msgspec
from django.conf import settings
from django.db import transaction

from accounts.models import Project
from alerts.columns import read_texts
from alerts.grouping import Group, Intervals, is_due
from alerts.messages import Alert, Message, Places, list_firing_pks, make_alert, make_message
from alerts.models import Channel, Firing, MessageFiring, NoticeGroup, OutboxMessage, Rule
from alerts.muting import all_labels, refresh_quiet
from alerts.records import OPEN_STATES, FiringRow
from alerts.redacting import Cleaner
from alerts.selectors import find_firings
from alerts.states import label_key
from alerts.telling import tell_project, wake_delivery

MOST_WAITING = 5
"""With so many messages on their way a channel gets no further one: what is due waits, and is one message then."""
MOST_TOLD = 5_000
"""Firings of one message; of more, those that began first."""


LINKS_TOGETHER = 400


class _Rules(NamedTuple):
    channels: dict[int, frozenset[int]]
    notes: dict[int, str]
    repeats: dict[int, int]
    """Of rules that do not leave it to their channels: seconds."""


class _Due(NamedTuple):
    row: NoticeGroup
    group: Group
    keeps: frozenset[int]
    """Firings that are told of and quiet now: they stay known."""


def list_projects_to_tell() -> list[int]:
    """Projects in which somebody may have to be told of something."""
    firing = Firing.objects.filter(state="firing").values_list("project_id", flat=True).distinct()
    known = Channel.objects.filter(id__in=NoticeGroup.objects.values("channel_id"))
    return sorted({*firing, *known.values_list("project_id", flat=True)})


def tell_channels(project_id: int, now_ns: int) -> int:
    """Write the messages that are due; gives how many."""
    with transaction.atomic():
        channels = list(Channel.objects.select_for_update().filter(project_id=project_id).order_by("id"))
        if refresh_quiet(project_id, now_ns):
            tell_project(project_id)
        project = Project.objects.get(pk=project_id)
        rows = Firing.objects.filter(project_id=project_id, state="firing").order_by("id")
        firing = find_firings(rows[:MOST_TOLD])
        rules = _read_rules(project_id)
        made = [_tell(channel, project, firing, rules, now_ns) for channel in channels if channel.is_enabled]
        if any(made):
            wake_delivery()
    return sum(made)


def _read_rules(project_id: int) -> _Rules:
    rows = list(Rule.objects.filter(project_id=project_id).values_list("id", "channels", "note", "repeat_interval_s"))
    channels = {pk: frozenset(msgspec.json.decode(text, type=list[int])) for pk, text, *_ in rows}
    repeats = {pk: repeat_s for pk, *_, repeat_s in rows if repeat_s is not None}
    return _Rules(channels, {pk: note for pk, _, note, _ in rows}, repeats)


def _tell(channel: Channel, project: Project, firing: dict[int, FiringRow], rules: _Rules, now_ns: int) -> bool:
    loud = [
        row
        for row in firing.values()
        if row.silence_pk is None and row.inhibited_by is None and channel.id in rules.channels.get(row.rule_pk, ())
    ]
    groups = _find_groups(channel, loud, now_ns)
    due = [each for each in groups if is_due(each.group, _intervals(channel, each.group, firing, rules), now_ns)]
    waiting = OutboxMessage.objects.filter(channel_id=channel.id, state__in=("waiting", "sending")).count()
    postponed: list[_Due] = []
    if waiting >= MOST_WAITING:
        due, postponed = [], due
    if due:
        ended = [pk for each in due for pk in each.group.ended] if channel.send_resolved else []
        ended += [pk for each in due for pk in each.group.owed]
        told = [row for pk, row in firing.items() if any(pk in each.group.present for each in due)]
        told += find_firings(Firing.objects.filter(project_id=project.pk, id__in=ended)).values()
        known = frozenset(pk for each in due for pk in each.group.told)
        _put(channel, project, told, rules, now_ns, known)
    sent = {each.row.key for each in due}
    waits = {each.row.key for each in postponed}
    for each in groups:
        if each.row.key in sent:
            _remember(each, each.group.present | each.keeps, frozenset(), now_ns)
        else:
            ended_too = each.group.ended if channel.send_resolved else frozenset()
            is_late = each.row.key in waits or each.group.sent_ns is not None
            news = each.group.present - each.group.told if is_late else frozenset()
            _remember(each, each.keeps | ended_too, each.group.owed | news, each.group.sent_ns)
    return bool(due)


def _intervals(channel: Channel, group: Group, firing: Mapping[int, FiringRow], rules: _Rules) -> Intervals:
    """How patient a channel is with a group: what is to be repeated soonest repeats the whole of it."""
    repeats = [rules.repeats.get(firing[pk].rule_pk, channel.repeat_interval_s) for pk in group.present]
    return Intervals(
        channel.group_wait_s,
        channel.group_interval_s,
        min(repeats, default=channel.repeat_interval_s),
        channel.send_resolved,
    )


def _find_groups(channel: Channel, loud: Iterable[FiringRow], now_ns: int) -> list[_Due]:
    present: dict[bytes, set[int]] = {}
    for row in loud:
        present.setdefault(_group_key(channel, row), set()).add(row.pk)
    kept = {bytes(row.key): row for row in NoticeGroup.objects.filter(channel_id=channel.id).order_by("id")}
    told = {key: frozenset(msgspec.json.decode(row.told, type=list[int])) for key, row in kept.items()}
    owed = {key: frozenset(msgspec.json.decode(row.owed, type=list[int])) for key, row in kept.items()}
    states = _read_states(pk for several in (told, owed) for pks in several.values() for pk in pks)
    found: list[_Due] = []
    for key in [*kept, *(key for key in present if key not in kept)]:
        group = kept.get(key) or NoticeGroup(channel_id=channel.id, key=key, begun_ns=now_ns, told="[]", owed="[]")
        known, now = told.get(key, frozenset()), frozenset(present.get(key, ()))
        ended = frozenset(pk for pk in known if states.get(pk) == "ended")
        is_open = frozenset(pk for pk in known if states.get(pk) == "open")
        over = frozenset(pk for pk in owed.get(key, ()) if states.get(pk) == "ended")
        found.append(_Due(group, Group(group.begun_ns, group.sent_ns, known, now, ended, over), is_open))
    return found


def _read_states(pks: Iterable[int]) -> dict[int, str]:
    """What became of firings that a channel knows: open, ended, or muted when it ended and nobody is to hear of it."""
    found: dict[int, str] = {}
    wanted = list(pks)
    for at in range(0, len(wanted), 500):
        rows = Firing.objects.filter(id__in=wanted[at : at + 500])
        for pk, state, silence, inhibited in rows.values_list("id", "state", "silence_id", "inhibited_by"):
            is_quiet = silence is not None or inhibited is not None
            found[pk] = "open" if state in OPEN_STATES else "muted" if is_quiet else "ended"
    return found


def _group_key(channel: Channel, row: FiringRow) -> bytes:
    labels = all_labels(row.labels, rule=row.rule_name, severity=row.severity, kind=row.kind)
    return label_key({name: labels.get(name, "") for name in read_texts(channel.group_by)})


def _remember(each: _Due, told: frozenset[int], owed: frozenset[int], sent_ns: int | None) -> None:
    """What the channel knows, and what it is owed. A group of nothing is forgotten."""
    row = each.row
    if not (each.group.present or told or owed):
        if row.pk is not None:
            row.delete()
        return
    texts = [msgspec.json.encode(sorted(pks)).decode() for pks in (told, owed)]
    if row.pk is None or [row.told, row.owed, row.sent_ns] != [*texts, sent_ns]:
        row.told, row.owed, row.sent_ns = *texts, sent_ns
        row.save()


def _put(
    channel: Channel, project: Project, rows: list[FiringRow], rules: _Rules, now_ns: int, known: frozenset[int]
) -> None:
    places = Places(settings.MISSIONSCOPE_URL)
    alerts = [_present(row, project.slug, places, rules.notes, is_new=row.pk not in known) for row in rows]
    url = places.alerts(project.slug)
    message = make_message(secrets.token_hex(16), project.name, alerts, now_ns, url=url)
    put_message(channel, Cleaner(project).clean(message), now_ns)


def put_message(channel: Channel, message: Message, now_ns: int) -> int:
    """Into the outbox, due at once; gives its key in the database. Inside the caller's transaction."""
    row = OutboxMessage.objects.create(
        project_id=channel.project_id,
        channel_id=channel.id,
        channel_name=channel.name,
        key=message.key,
        content=msgspec.json.encode(message).decode(),
        state="waiting",
        created_ns=now_ns,
        due_ns=now_ns,
    )
    links = [MessageFiring(firing_id=pk, message_id=row.id) for pk in sorted(set(list_firing_pks(message)))]
    MessageFiring.objects.bulk_create(links, batch_size=LINKS_TOGETHER)
    return row.id


def _present(row: FiringRow, slug: str, places: Places, notes: Mapping[int, str], *, is_new: bool) -> Alert:
    missions = [places.mission(slug, quote(ref.id, safe="")) for ref in row.evidence.missions[:5]]
    urls = [url for url in missions if url]
    note = notes.get(row.rule_pk, "")
    return make_alert(row, note=note, url=places.firing(slug, row.pk), mission_urls=urls, is_new=is_new)
