"""Reads silences and inhibitions as frozen records, always of one project."""

from collections import Counter

from alerts.columns import list_user_names, read_matchers, read_texts
from alerts.models import Firing, Inhibition, Silence
from alerts.records import MOST_ROWS, OPEN_STATES, InhibitionRow, SilenceRow


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
    names = list_user_names(row.created_by for row in rows)
    return [_silence_row(row, now_ns, names, quiet[row.id]) for row in rows]


def find_silence(project_id: int, pk: int, now_ns: int) -> SilenceRow | None:
    """One silence."""
    row = Silence.objects.filter(project_id=project_id, id=pk).first()
    if row is None:
        return None
    quiet = Firing.objects.filter(project_id=project_id, state__in=OPEN_STATES, silence_id=pk).count()
    return _silence_row(row, now_ns, list_user_names([row.created_by]), quiet)


def list_inhibitions(project_id: int) -> list[InhibitionRow]:
    """The inhibitions of a project, by name."""
    rows = list(Inhibition.objects.filter(project_id=project_id).order_by("name", "id")[:MOST_ROWS])
    names = list_user_names(row.created_by for row in rows)
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
