"""Keeping and removing source maps. Each change is one transaction with its audit event."""

import time
from typing import Any, NamedTuple

import zstandard
from django.db import transaction

from accounts.actions import record_event
from accounts.models import Project, User
from core.hashing import digest16
from faults.sourcemaps.models import SourceMap
from faults.sourcemaps.uploads import Upload


class Kept(NamedTuple):
    """A source map that was uploaded."""

    pk: int
    is_new: bool
    """False: it took the place of one that was there."""


def keep_source_map(project_id: int, upload: Upload, *, by: User | None = None) -> Kept:
    """Store an upload; one of the same debug id, or the same release and file without one, is replaced."""
    minified = upload.minified
    content: dict[str, Any] = {
        "digest": digest16(upload.source_map, b"\0", minified or b""),
        "source_map": zstandard.compress(upload.source_map),
        "minified": None if minified is None else zstandard.compress(minified),
        "size_bytes": len(upload.source_map) + len(minified or b""),
        "redacted_count": upload.redacted_count,
        "uploaded_ns": time.time_ns(),
    }
    named = {"release": upload.release, "url": upload.url}
    identity: dict[str, Any] = {"debug_id": upload.debug_id, **({} if upload.debug_id else named)}
    with transaction.atomic():
        row, is_new = SourceMap.objects.update_or_create({**content, **named}, project_id=project_id, **identity)
        detail = {**named, "debug_id": upload.debug_id, "replaced": not is_new}
        record_event("source_map.kept", project=Project.objects.get(pk=project_id), user=by, detail=detail)
    return Kept(row.pk, is_new)


def remove_source_maps(project_id: int, release: str, *, by: User | None = None) -> int:
    """Remove the source maps of a release; how many they were."""
    with transaction.atomic():
        count, _ = SourceMap.objects.filter(project_id=project_id, release=release).delete()
        if count:
            detail = {"release": release, "count": count}
            record_event("source_map.removed", project=Project.objects.get(pk=project_id), user=by, detail=detail)
    return count
