"""Notes which records tell of failures, in the transaction that stored them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from core.bulk import Table, allocate_ids, insert_rows
from faults.models import Steps
from faults.services import list_missions_with_news
from traces.incoming import IncomingLog, IncomingSpan
from traces.store import Stored

WORK = Table(
    "faults_work",
    ("id", "project_id", "kind", "record_pk", "is_failing"),
    ("int8", "int8", "varchar", "int8", "bool"),
)
SPAN, LOG, STEP = "span", "log", "step"
SENTRY_EVENTS = frozenset({"sentry.event", "browser.sentry.event"})
"""Names of the log record that an event of a Sentry client becomes, whatever its level."""
_ERROR_CODE = 2


def enqueue_records(cursor: Any, project_id: int, stored: Stored) -> None:
    """Have what tells of a failure looked at, and what changed or moved: it may have told of one before."""
    rows = [(SPAN, item.pk, span_fails(item.span)) for item in stored.spans if not item.is_new or span_fails(item.span)]
    rows += [(LOG, item.pk, True) for item in stored.logs if log_fails(item.log)]
    rows += [(SPAN, pk, False) for pk in stored.moved_span_pks]
    rows += [(LOG, pk, False) for pk in stored.moved_log_pks]
    _write(cursor, project_id, rows)


def enqueue_steps(cursor: Any, project_id: int, digests: Mapping[int, bytes]) -> None:
    """Have the failed steps of missions' plans looked at where they are not what they were; by mission key the digest
    of the failed steps (reading.steps.digest_steps). So are those whose service came to be known."""
    seen = {
        pk: bytes(digest)
        for pk, digest in Steps.objects.filter(mission_id__in=list(digests)).values_list("mission_id", "digest")
    }
    changed = {pk for pk, digest in digests.items() if seen.get(pk, b"") != digest}
    changed |= set(list_missions_with_news(project_id, [pk for pk in seen if pk not in changed]))
    _write(cursor, project_id, [(STEP, pk, True) for pk in sorted(changed)])


def span_fails(span: IncomingSpan) -> bool:
    """Does the span tell of a failure, its own or one that it caught?"""
    return span.status_code == _ERROR_CODE or span.meaning.error_type != "" or span.has_exception


def log_fails(log: IncomingLog) -> bool:
    """Does the record tell of a failure?"""
    return log.meaning.is_error or log.event_name in SENTRY_EVENTS


def _write(cursor: Any, project_id: int, rows: Sequence[tuple[str, int, bool]]) -> None:
    if rows:
        ids = allocate_ids(cursor, connection.vendor, WORK.name, len(rows))
        full = [(pk, project_id, *row) for pk, row in zip(ids, rows, strict=True)]
        insert_rows(cursor, connection.vendor, WORK, full)
