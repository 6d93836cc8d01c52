"""Reads rules, firings, silences, channels and messages as frozen records, always of one project."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from django.db.models import Count, Q, QuerySet

from accounts.models import User
from alerts.messages import Message, list_firing_pks
from alerts.models import (
    Channel,
    Delivery,
    Evaluation,
    Firing,
    Inhibition,
    MessageFiring,
    OutboxMessage,
    Rule,
    Sequence,
    Silence,
)
from alerts.outgoing.shown import show_target
from alerts.records import (
    OPEN_STATES,
    SEVERITIES,
    AttemptRow,
    ChannelRow,
    EvaluationRow,
    Evidence,
    FiringPage,
    FiringRow,
    InhibitionRow,
    Matcher,
    MessageRow,
    RuleRow,
    SilenceRow,
)

MOST_ROWS = 1_000


class FiringFilter(NamedTuple):
    """Which firings; empty fields do not restrict."""

    states: tuple[str, ...] = ("pending", "firing", "resolved")
    severities: tuple[str, ...] = ()
    rule_pk: int | None = None
    mission_pk: int | None = None
    since_ns: int | None = None
    """Open, or ended, at or after."""
    until_ns: int | None = None
    """Begun before."""
    is_quiet: bool | None = None
    """Silenced or inhibited."""


class Standing(NamedTuple):
    """How a project stands: what the bar of every page shows."""

    firing: dict[str, int]
    """Severity to how many fire that are not silenced or inhibited."""
    pending: int
    quiet: int
    """Firing, but silenced or inhibited."""
    failed_messages: int


def list_firings(
    project_id: int, chosen: FiringFilter, *, before_pk: int | None = None, limit: int = 100
) -> FiringPage:
    """A page of firings, newest first."""
    query = _chosen_firings(project_id, chosen)
    if before_pk is not None:
        query = query.filter(id__lt=before_pk)
    found = [_firing_row(row) for row in query.order_by("-id")[: limit + 1]]
    return FiringPage(found[:limit], found[limit - 1].pk if len(found) > limit else None)


def list_mission_firings(project_id: int, mission_pk: int, *, limit: int = 50) -> list[FiringRow]:
    """What fires about one mission and what did, newest first."""
    query = Firing.objects.filter(mission_id=mission_pk, project_id=project_id, fired_ns__isnull=False)
    return [_firing_row(row) for row in query.order_by("-id")[:limit]]


def find_firing(project_id: int, pk: int) -> FiringRow | None:
    """One firing."""
    row = Firing.objects.filter(project_id=project_id, id=pk).first()
    return None if row is None else _firing_row(row)


def find_firings(query: QuerySet[Firing]) -> dict[int, FiringRow]:
    """The firings of a query, by key, in its order. For the writers of this package."""
    return {row.id: _firing_row(row) for row in query}


def list_open_firings(project_id: int, *, limit: int = MOST_ROWS) -> list[FiringRow]:
    """What fires or is about to, gravest first, then newest."""
    query = Firing.objects.filter(project_id=project_id, state__in=OPEN_STATES).order_by("-id")[:limit]
    rows = [_firing_row(row) for row in query]
    return sorted(rows, key=lambda row: (row.state != "firing", SEVERITIES.index(row.severity), -row.pk))


def list_changed_firings(project_id: int, after_seq: int, *, until_seq: int, limit: int) -> list[FiringRow]:
    """Firings that changed after a number, in the order of their last change."""
    query = Firing.objects.filter(project_id=project_id, change_seq__gt=after_seq, change_seq__lte=until_seq)
    return [_firing_row(row) for row in query.order_by("change_seq", "id")[:limit]]


def get_firing_cursor(project_id: int) -> int:
    """The number of the project's last change of a firing."""
    return Sequence.objects.filter(project_id=project_id).values_list("last", flat=True).first() or 0


def get_standing(project_id: int) -> Standing:
    """Counts of what is open."""
    firing, pending, quiet = dict.fromkeys(SEVERITIES, 0), 0, 0
    rows = Firing.objects.filter(project_id=project_id, state__in=OPEN_STATES)
    for state, severity, silence, inhibited in rows.values_list("state", "severity", "silence_id", "inhibited_by"):
        if state == "pending":
            pending += 1
        elif silence is not None or inhibited is not None:
            quiet += 1
        else:
            firing[severity] += 1
    failed = OutboxMessage.objects.filter(project_id=project_id, state="failed").count()
    return Standing(firing, pending, quiet, failed)


def list_rules(project_id: int) -> list[RuleRow]:
    """The rules of a project, by name."""
    rules = list(Rule.objects.filter(project_id=project_id).order_by("name", "id")[:MOST_ROWS])
    counts = Counter(
        Firing.objects.filter(project_id=project_id, state__in=OPEN_STATES).values_list("rule_id", "state")
    )
    names = _user_names(rule.created_by for rule in rules)
    return [_rule_row(rule, names, counts) for rule in rules]


def find_rule(project_id: int, pk: int) -> RuleRow | None:
    """One rule."""
    rule = Rule.objects.filter(project_id=project_id, id=pk).first()
    if rule is None:
        return None
    counts = Counter(Firing.objects.filter(rule_id=pk, state__in=OPEN_STATES).values_list("rule_id", "state"))
    return _rule_row(rule, _user_names([rule.created_by]), counts)


def list_evaluations(project_id: int, rule_pk: int, *, limit: int = 100) -> list[EvaluationRow]:
    """The last windows that a rule was evaluated for, newest first."""
    if not Rule.objects.filter(project_id=project_id, id=rule_pk).exists():
        return []
    query = Evaluation.objects.filter(rule_id=rule_pk).order_by("-window_end_ns")[:limit]
    return [EvaluationRow(row.window_end_ns, row.true_count, row.trouble) for row in query]


def list_silences(project_id: int, now_ns: int, *, with_expired: bool = False) -> list[SilenceRow]:
    """The silences of a project, those that end last first."""
    query = Silence.objects.filter(project_id=project_id)
    if not with_expired:
        query = query.filter(ends_ns__gt=now_ns)
    rows = list(query.order_by("-ends_ns", "-id")[:MOST_ROWS])
    quiet = Counter(
        Firing.objects.filter(project_id=project_id, state__in=OPEN_STATES, silence_id__isnull=False).values_list(
            "silence_id", flat=True
        )
    )
    names = _user_names(row.created_by for row in rows)
    return [_silence_row(row, now_ns, names, quiet[row.id]) for row in rows]


def find_silence(project_id: int, pk: int, now_ns: int) -> SilenceRow | None:
    """One silence."""
    row = Silence.objects.filter(project_id=project_id, id=pk).first()
    if row is None:
        return None
    quiet = Firing.objects.filter(project_id=project_id, state__in=OPEN_STATES, silence_id=pk).count()
    return _silence_row(row, now_ns, _user_names([row.created_by]), quiet)


def list_inhibitions(project_id: int) -> list[InhibitionRow]:
    """The inhibitions of a project, by name."""
    rows = list(Inhibition.objects.filter(project_id=project_id).order_by("name", "id")[:MOST_ROWS])
    names = _user_names(row.created_by for row in rows)
    return [
        InhibitionRow(
            row.id,
            row.name,
            read_matchers(row.source),
            read_matchers(row.target),
            read_texts(row.equal),
            row.created_ns,
            names.get(row.created_by, ""),
        )
        for row in rows
    ]


def find_inhibition(project_id: int, pk: int) -> InhibitionRow | None:
    """One inhibition."""
    return next((row for row in list_inhibitions(project_id) if row.pk == pk), None)


def list_channels(project_id: int) -> list[ChannelRow]:
    """The channels of a project, by name."""
    return _channel_rows(Channel.objects.filter(project_id=project_id).order_by("name", "id")[:MOST_ROWS])


def find_channel(project_id: int, pk: int) -> ChannelRow | None:
    """One channel."""
    found = _channel_rows(Channel.objects.filter(project_id=project_id, id=pk))
    return found[0] if found else None


def list_messages(
    project_id: int,
    *,
    channel_pk: int | None = None,
    firing_pk: int | None = None,
    states: tuple[str, ...] = (),
    before_pk: int | None = None,
    limit: int = 100,
) -> list[MessageRow]:
    """Messages to channels with all attempts to deliver them, newest first. With `firing_pk` those that name it."""
    query = OutboxMessage.objects.filter(project_id=project_id)
    if channel_pk is not None:
        query = query.filter(channel_id=channel_pk)
    if states:
        query = query.filter(state__in=states)
    if before_pk is not None:
        query = query.filter(id__lt=before_pk)
    if firing_pk is not None:
        query = query.filter(id__in=MessageFiring.objects.filter(firing_id=firing_pk).values("message_id"))
    rows = list(query.order_by("-id")[:limit])
    attempts: dict[int, list[AttemptRow]] = {row.id: [] for row in rows}
    for each in Delivery.objects.filter(message_id__in=attempts).order_by("message_id", "attempt"):
        attempts[each.message_id].append(
            AttemptRow(each.attempt, each.started_ns, each.ended_ns, each.outcome, each.detail)
        )
    return [_message_row(row, tuple(attempts[row.id])) for row in rows]


def _chosen_firings(project_id: int, chosen: FiringFilter) -> QuerySet[Firing]:
    query = Firing.objects.filter(project_id=project_id, state__in=chosen.states)
    if chosen.severities:
        query = query.filter(severity__in=chosen.severities)
    if chosen.rule_pk is not None:
        query = query.filter(rule_id=chosen.rule_pk)
    if chosen.mission_pk is not None:
        query = query.filter(mission_id=chosen.mission_pk)
    if chosen.since_ns is not None:
        query = query.filter(Q(ended_ns__isnull=True) | Q(ended_ns__gte=chosen.since_ns))
    if chosen.until_ns is not None:
        query = query.filter(since_ns__lt=chosen.until_ns)
    if chosen.is_quiet is not None:
        loud = Q(silence_id__isnull=True, inhibited_by__isnull=True)
        query = query.exclude(loud) if chosen.is_quiet else query.filter(loud)
    return query


def _firing_row(row: Firing) -> FiringRow:
    return FiringRow(
        pk=row.id,
        rule_pk=row.rule_id,
        rule_name=row.rule_name,
        kind=row.kind,
        labels=msgspec.json.decode(row.labels, type=dict[str, str]),
        state=row.state,
        severity=row.severity,
        value=row.value,
        threshold=row.threshold,
        title=row.title,
        evidence=msgspec.json.decode(row.evidence, type=Evidence),
        since_ns=row.since_ns,
        seen_ns=row.seen_ns,
        fired_ns=row.fired_ns,
        ended_ns=row.ended_ns,
        ended_why=row.ended_why,
        silence_pk=row.silence_id,
        inhibited_by=row.inhibited_by,
        change_seq=row.change_seq,
    )


def _rule_row(rule: Rule, names: dict[int | None, str], counts: Counter[tuple[int, str]]) -> RuleRow:
    condition: dict[str, Any] = msgspec.json.decode(rule.condition)
    return RuleRow(
        pk=rule.id,
        name=rule.name,
        kind=rule.kind,
        condition=condition,
        group_by=read_texts(rule.group_by),
        severity=rule.severity,
        for_s=rule.for_s,
        channel_pks=tuple(msgspec.json.decode(rule.channels, type=list[int])),
        repeat_interval_s=rule.repeat_interval_s,
        note=rule.note,
        is_enabled=rule.is_enabled,
        version=rule.version,
        evaluated_ns=rule.evaluated_ns or None,
        trouble=rule.trouble,
        created_ns=rule.created_ns,
        created_by=names.get(rule.created_by, ""),
        updated_ns=rule.updated_ns,
        firing_count=counts[rule.id, "firing"],
        pending_count=counts[rule.id, "pending"],
    )


def _silence_row(row: Silence, now_ns: int, names: dict[int | None, str], firing_count: int) -> SilenceRow:
    state = "expired" if row.ends_ns <= now_ns else "pending" if row.starts_ns > now_ns else "active"
    return SilenceRow(
        row.id,
        read_matchers(row.matchers),
        row.starts_ns,
        row.ends_ns,
        row.comment,
        row.created_ns,
        names.get(row.created_by, ""),
        state,
        firing_count,
    )


def _channel_rows(query: QuerySet[Channel]) -> list[ChannelRow]:
    channels = list(query)
    counted = OutboxMessage.objects.filter(
        channel_id__in=[row.id for row in channels], state__in=("waiting", "sending", "failed")
    )
    counts: Counter[tuple[int, str]] = Counter()
    for channel_id, state, count in counted.values_list("channel_id", "state").annotate(n=Count("id")):
        counts[channel_id, "failed" if state == "failed" else "waiting"] += count
    names = _user_names(row.created_by for row in channels)
    return [
        ChannelRow(
            pk=row.id,
            name=row.name,
            kind=row.kind,
            shown_target=show_target(row.kind, row.target),
            has_secret=bool(row.secret),
            is_enabled=row.is_enabled,
            group_by=read_texts(row.group_by),
            group_wait_s=row.group_wait_s,
            group_interval_s=row.group_interval_s,
            repeat_interval_s=row.repeat_interval_s,
            send_resolved=row.send_resolved,
            created_ns=row.created_ns,
            created_by=names.get(row.created_by, ""),
            updated_ns=row.updated_ns,
            waiting_count=counts[row.id, "waiting"],
            failed_count=counts[row.id, "failed"],
        )
        for row in channels
    ]


def _message_row(row: OutboxMessage, attempts: tuple[AttemptRow, ...]) -> MessageRow:
    message = msgspec.json.decode(row.content, type=Message)
    return MessageRow(
        pk=row.id,
        channel_pk=row.channel_id,
        channel_name=row.channel_name,
        key=row.key,
        subject=message.subject,
        firing_pks=list_firing_pks(message),
        state=row.state,
        attempts=attempts,
        created_ns=row.created_ns,
        due_ns=row.due_ns,
        ended_ns=row.ended_ns,
    )


def read_matchers(text: str) -> tuple[Matcher, ...]:
    """Matchers as a column holds them."""
    return tuple(msgspec.json.decode(text, type=list[Matcher]))


def read_texts(text: str) -> tuple[str, ...]:
    """Names as a column holds them."""
    return tuple(msgspec.json.decode(text, type=list[str]))


def _user_names(pks: Iterable[int | None]) -> dict[int | None, str]:
    wanted = {pk for pk in pks if pk is not None}
    return dict(User.objects.filter(id__in=wanted).values_list("id", "username")) if wanted else {}
