"""Reads of source maps."""

from django.db.models import Q

from faults.sourcemaps.models import SourceMap
from faults.sourcemaps.records import SourceMapRow

_NARROW = ("pk", "release", "url", "debug_id", "size_bytes", "redacted_count", "uploaded_ns")


def list_source_maps(
    project_id: int, *, release: str = "", before_pk: int | None = None, limit: int = 100
) -> list[SourceMapRow]:
    """A project's source maps, newest first."""
    wanted = Q(project_id=project_id)
    if release:
        wanted &= Q(release=release)
    if before_pk is not None:
        wanted &= Q(pk__lt=before_pk)
    rows = (
        SourceMap.objects.filter(wanted).order_by("-pk").annotate(is_bare=Q(minified=None)).values(*_NARROW, "is_bare")
    )
    return [SourceMapRow(has_minified=not row.pop("is_bare"), **row) for row in rows[:limit]]
