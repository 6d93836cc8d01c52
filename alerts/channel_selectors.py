"""Reads channels as frozen records without their secrets, always of one project."""

from collections import Counter

from django.db.models import Count, QuerySet

from alerts.columns import list_user_names, read_texts
from alerts.models import Channel, OutboxMessage
from alerts.outgoing.shown import show_target
from alerts.records import MOST_ROWS, ChannelRow


def list_channels(project_id: int) -> list[ChannelRow]:
    """The channels of a project, by name."""
    return _channel_rows(Channel.objects.filter(project_id=project_id).order_by("name", "id")[:MOST_ROWS])


def find_channel(project_id: int, pk: int) -> ChannelRow | None:
    """One channel."""
    found = _channel_rows(Channel.objects.filter(project_id=project_id, id=pk))
    return found[0] if found else None


def _channel_rows(query: QuerySet[Channel]) -> list[ChannelRow]:
    channels = list(query)
    counted = OutboxMessage.objects.filter(
        channel_id__in=[row.id for row in channels], state__in=("waiting", "sending", "failed")
    )
    counts: Counter[tuple[int, str]] = Counter()
    for channel_id, state, count in counted.values_list("channel_id", "state").annotate(n=Count("id")):
        counts[channel_id, "failed" if state == "failed" else "waiting"] += count
    names = list_user_names(row.created_by for row in channels)
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
