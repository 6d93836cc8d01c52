"""Missions as their rows are now: what the recompute job has not come to yet is computed when somebody reads it."""

import time
from collections.abc import Sequence

import msgspec

from analysis.sizes import count_costly
from analysis.totals import MissionTotals, Subject, compute_totals
from core.jobs import has_runner
from core.pressure import is_busy
from traces.missions import find_mission, read_names
from traces.records import MissionRow

MOST_RECORDS = 1_000
"""Spans and records of plans, of all missions of one answer together; beyond it they stay as the job last left them."""

SOON_S, LOOK_S = 0.2, 0.01
"""So long who asks for one mission waits for the job, which has usually been woken some milliseconds ago."""

_SAME = (
    "status", "reported_status", "start_ns", "end_ns", "span_count", "error_count", "llm_call_count",
    "tool_call_count", "log_count", "snapshot_count", "step_count", "step_done_count", "input_tokens",
    "output_tokens", "cost_usd", "verdict",
)  # fmt: skip


def find_current_mission(project_id: int, key: str, user_id: str | None = None) -> MissionRow | None:
    """A mission (as `find_mission`) once its totals are written, if that is soon; else with the totals of now."""
    until_s = time.monotonic() + (SOON_S if has_runner() and not is_busy() else 0.0)
    row = find_mission(project_id, key, user_id)
    while row is not None and _is_soon_computed(row) and time.monotonic() < until_s:
        time.sleep(LOOK_S)
        row = find_mission(project_id, key, user_id)
    return None if row is None else bring_up_to_date(project_id, [row])[0]


def _is_soon_computed(row: MissionRow) -> bool:
    """Is it behind, and not so large that the job leaves it alone for a while?"""
    return row.computed_seq < row.change_seq and row.span_count + row.log_count <= MOST_RECORDS


def bring_up_to_date(project_id: int, rows: Sequence[MissionRow]) -> list[MissionRow]:
    """The same rows with the totals of now. Writes nothing; a few reads however many rows are behind."""
    behind = {row.pk: row for row in rows if row.computed_seq < row.change_seq}
    if not behind:
        return list(rows)
    counts = count_costly(list(behind))
    subjects: dict[int, Subject] = {}
    size = 0
    for pk, row in behind.items():
        if size + counts[pk] <= MOST_RECORDS:
            size += counts[pk]
            subjects[pk] = Subject(project_id, row.id, is_named=bool(row.name))
    totals = compute_totals(subjects, time.time_ns()) if subjects else {}
    return [_with_totals(row, totals[row.pk]) if row.pk in totals else row for row in rows]


def _with_totals(row: MissionRow, totals: MissionTotals) -> MissionRow:
    known = totals.start_ns is not None and totals.end_ns is not None
    return msgspec.structs.replace(
        row,
        **{name: getattr(totals, name) for name in _SAME},
        name=row.name or totals.title,
        duration_ns=max(0, (totals.end_ns or 0) - (totals.start_ns or 0)) if known else None,
        last_activity_ns=row.last_activity_ns if totals.last_activity_ns is None else totals.last_activity_ns,
        agents=tuple(read_names(totals.agents)),
        services=tuple(read_names(totals.services)),
        models=tuple(read_names(totals.model_names)),
        tools=tuple(read_names(totals.tool_names)),
    )
