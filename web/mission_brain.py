"""Reads what belongs to model calls beside their messages: their attempts, replays, and reports that they failed."""

from collections.abc import Iterable, Mapping, Sequence

from analysis.algorithms.attempts import Attempts, find_attempts
from llmlog.records import LlmCallRow
from telemetry.records import SpanRecord
from telemetry.stage7.brain_words import LOGIC_FAILURE_EVENT, request_span
from traces import selectors as traces
from traces.records import MissionRow
from traces.selectors import LogFilter
from web.presenters.mission.attempts import SHOWN, BrainView, present_brain

MOST_REPORTS = 1_000


def read_brain(
    project_id: int,
    mission: MissionRow,
    calls: Sequence[LlmCallRow],
    shown: Iterable[LlmCallRow],
    records: Mapping[int, SpanRecord],
) -> dict[int, BrainView]:
    """By key, for those of the shown calls (whose `records` were read) that have more to say than their messages."""
    found, rows = find_attempts(calls), {call.pk: call for call in calls}
    shown = [call for call in shown if call.pk in records and call.pk in rows]
    chains = {call.pk: [rows[pk] for pk in found.chain(call.pk)] for call in shown}
    wanted = {each.pk for pk, chain in chains.items() for each in chain[-SHOWN:]} - set(records)
    records = {**records, **(traces.read_spans(project_id, wanted) if wanted else {})}
    reports = _read_reports(mission) if any(call.response_id for call in shown) else {}
    views = {
        call.pk: present_brain(
            call,
            records[call.pk],
            chains[call.pk],
            records,
            replayed=_replayed(found, rows, call),
            failures=reports.get(request_span(call.response_id).hex(), ()) if call.response_id else (),
        )
        for call in shown
    }
    return {pk: view for pk, view in views.items() if view is not None}


def _replayed(found: Attempts, rows: Mapping[int, LlmCallRow], call: LlmCallRow) -> LlmCallRow | None:
    return rows[found.replays[call.pk]] if call.pk in found.replays else None


def _read_reports(mission: MissionRow) -> dict[str, list[str]]:
    """By the span of the attempt: what callers said about its answer."""
    if not mission.log_count or not mission.error_count:
        return {}
    chosen = LogFilter(event_name=LOGIC_FAILURE_EVENT)
    reports: dict[str, list[str]] = {}
    for row in traces.list_logs_by_time(mission.pk, mission.id, limit=MOST_REPORTS, chosen=chosen):
        reports.setdefault(row.span_id or "", []).append(row.body)
    return reports
