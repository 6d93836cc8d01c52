"""What waits to be looked at, read from its records: the rows it gives. Nothing is written here."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from core.hashing import digest16
from faults.reading import ReadStack
from faults.reading.logs import read_log
from faults.reading.spans import read_span
from faults.reading.steps import digest_steps, list_failed_steps, read_step
from faults.rows import SHOWN, EventRow, Place, make_row
from faults.services import read_step_services
from faults.stacks import read_stack
from plans.selectors import read_plan
from traces.models import Log, Span
from traces.selectors import read_logs, read_spans


class Version(NamedTuple):
    """What a record was when it was read: another one means that it must be read again."""

    content_hash: bytes
    mission_pk: int | None


class Told(NamedTuple):
    """What records of one kind tell."""

    asked: list[int]
    """Keys of all that were to be read."""
    versions: dict[int, Version]
    """By key: every record that was there to be read."""
    rows: dict[int, list[EventRow]]
    """By key: what it tells; nothing for one that tells of no failure (any more)."""


def tell_spans(project_id: int, pks: Sequence[int]) -> Told:
    """What these spans tell."""
    columns = ("id", "content_hash", "mission_id", "trace_id", "span_id", "side", "parent_span_id")
    narrow = {row[0]: row[1:] for row in Span.objects.filter(project_id=project_id, id__in=pks).values_list(*columns)}
    reader: ReadStack = partial(read_stack, project_id)
    rows: dict[int, list[EventRow]] = {}
    for pk, record in read_spans(project_id, list(narrow)).items():
        _, mission_pk, trace_id, span_id, side, parent = narrow[pk]
        place = Place(
            digest16(b"span", bytes(trace_id), bytes(span_id), bytes([side])),
            span_pk=pk,
            mission_pk=mission_pk,
            trace_id=bytes(trace_id),
            span_id=bytes(span_id),
            parent_span_id=bytes(parent or b""),
        )
        rows[pk] = [make_row(failure, place) for failure in read_span(record, reader)]
    return Told(list(pks), {pk: Version(bytes(row[0]), row[1]) for pk, row in narrow.items()}, rows)


def tell_logs(project_id: int, pks: Sequence[int]) -> Told:
    """What these log records tell."""
    columns = ("id", "content_hash", "mission_id", "trace_id", "span_id", "time_ns")
    narrow = {row[0]: row[1:] for row in Log.objects.filter(project_id=project_id, id__in=pks).values_list(*columns)}
    reader: ReadStack = partial(read_stack, project_id)
    rows: dict[int, list[EventRow]] = {}
    for pk, record in read_logs(project_id, list(narrow)).items():
        content_hash, mission_pk, trace_id, span_id, time_ns = narrow[pk]
        failure = read_log(record, time_ns, reader)
        place = Place(
            digest16(b"log", bytes(content_hash)),
            log_pk=pk,
            mission_pk=mission_pk,
            trace_id=bytes(trace_id or b""),
            span_id=bytes(span_id or b""),
        )
        rows[pk] = [] if failure is None else [make_row(failure, place)]
    return Told(list(pks), {pk: Version(bytes(row[0]), row[1]) for pk, row in narrow.items()}, rows)


class ToldSteps(NamedTuple):
    """What the failed steps of a mission tell."""

    digest: bytes
    rows: list[EventRow]


def tell_steps(project_id: int, mission_pk: int) -> ToldSteps:
    """What the failed steps of a mission's plan tell, as it stands."""
    plan = read_plan(mission_pk)
    failed = list_failed_steps(plan)
    services = read_step_services(project_id, mission_pk, [step.step_id for step in failed])
    rows: list[EventRow] = []
    for step in failed:
        identity = digest16(b"step", mission_pk.to_bytes(8, "big"), step.key.encode())
        place = Place(identity, step_key=step.key, evidence=step.evidence, mission_pk=mission_pk)
        rows.append(make_row(read_step(step, plan, services.get(step.step_id[:SHOWN], "")), place))
    return ToldSteps(digest_steps(plan), rows)


def find_versions(project_id: int, model: type[Span] | type[Log], pks: Sequence[int]) -> dict[int, Version]:
    """What these records are now."""
    columns = ("id", "content_hash", "mission_id")
    found = model.objects.filter(project_id=project_id, id__in=pks).values_list(*columns)
    return {pk: Version(bytes(content_hash), mission_pk) for pk, content_hash, mission_pk in found}
