"""All spans of a mission as columns: what the timeline is drawn from.

Narrow on purpose: 10,000 spans are a few hundred kilobytes. Times are nanoseconds since `base_ns`; rows come in
tree order, parents by row. The flags are those of `static/js/mission/lib/flags.js`.
"""

from collections.abc import Iterable
from typing import TypedDict

from analysis.algorithms.outcome import MissionOutcome
from analysis.algorithms.tree import CYCLE_CUT, DUPLICATE, SELF_PARENT, STARTS_BEFORE_PARENT, MissionTree, TreeRow
from llmlog.records import LlmCallRow
from plans.building.rows import step_of_row
from plans.records import NO_PLAN, NOWHERE, Plan
from web.presenters.mission.keys import span_key

OPEN, FAILED, MISSING, SERVER, WARNED, OFF_CLOCK, SILENT, NO_START, SETTLED, WAITING, REPLACED = (
    1 << bit for bit in range(11)
)

DAY_NS = 86_400 * 1_000_000_000
NOTE_CHARACTERS = 160
_WORTH_A_MARK = frozenset({SELF_PARENT, CYCLE_CUT, STARTS_BEFORE_PARENT, DUPLICATE})
_SKEW_TOLERANCE_NS = 50_000_000
"""A child that starts this much before its parent is ordinary clock noise and no mark is worth it."""


class SpanColumns(TypedDict):
    """The answer of `data/spans`."""

    base_ns: str
    now_ns: str
    cursor: str
    is_running: bool
    bounds: list[int] | None
    """First start and last end since the base; None while no span has a time."""
    missing_parents: int
    tables: dict[str, list[str]]
    """Distinct values by column; the columns of `rows` hold positions in them."""
    rows: dict[str, object]
    """`id` is all span ids joined, 16 characters each; every other column is a list."""
    notes: dict[str, str]
    """What went wrong, by row."""
    verbs: dict[str, int]
    """By row of a step: how many characters of its name are its verb."""


class _Strings(dict[str, int]):
    """Distinct strings, each with its number, in order of their first use."""

    def __missing__(self, value: str) -> int:
        number = self[value] = len(self)
        return number


def present_span_columns(
    tree: MissionTree, outcome: MissionOutcome, *, now_ns: int, cursor: int, plan: Plan = NO_PLAN
) -> SpanColumns:
    """The columns of a mission's tree. Linear in the number of spans."""
    bounds = _bounds(tree, now_ns)
    base_ns = bounds[0] if bounds else now_ns
    tables = {name: _Strings() for name in ("trace", "name", "service", "agent", "kind", "status")}
    return {
        "base_ns": str(base_ns),
        "now_ns": str(now_ns),
        "cursor": str(cursor),
        "is_running": outcome.mission_status in ("active", "waiting"),
        "bounds": [0, bounds[1] - base_ns] if bounds else None,
        "missing_parents": sum(1 for row in tree.rows if row.span is None),
        "rows": _rows(tree, outcome, tables, base_ns, now_ns, plan),
        "tables": {name: list(strings) for name, strings in tables.items()},
        "notes": _notes(tree, outcome),
        "verbs": _verbs(tree, plan),
    }


def _bounds(tree: MissionTree, now_ns: int) -> tuple[int, int] | None:
    """First and last time that can be believed; a time in the future does not stretch the axis."""
    latest_ns = now_ns + DAY_NS
    starts = [s.start_ns for row in tree.rows if (s := row.span) and s.start_ns is not None and s.start_ns <= latest_ns]
    ends = [s.end_ns for row in tree.rows if (s := row.span) and s.end_ns is not None and s.end_ns <= latest_ns]
    times = [*(min(each) for each in (starts, ends) if each), *(max(each) for each in (starts, ends) if each)]
    return (min(times), max(times)) if times else None


def _rows(
    tree: MissionTree, outcome: MissionOutcome, tables: dict[str, _Strings], base_ns: int, now_ns: int, plan: Plan
) -> dict[str, object]:
    """One pass over the rows; a placeholder stands where its first child starts."""
    ids: list[str] = []
    columns: dict[str, list[int | None]] = {name: [] for name in _COLUMNS}
    trace, parent, start, end, kind, name, service, agent, status = (columns[each].append for each in _COLUMNS[:-1])
    traces, names, services, agents, kinds, statuses = (
        tables[each].__getitem__ for each in ("trace", "name", "service", "agent", "kind", "status")
    )
    for row in tree.rows:
        span = row.span
        first = span if span is not None else tree.rows[row.index + 1].span
        start_ns = first.start_ns if first is not None else None
        end_ns = span.end_ns if span is not None else None
        ids.append(span.span_id if span is not None else row.missing_span_id)
        trace(traces(span.trace_id if span is not None else row.missing_trace_id))
        parent(row.parent)
        start(None if start_ns is None else start_ns - base_ns)
        end(None if end_ns is None else end_ns - base_ns)
        kind(kinds(span.span_kind if span is not None else "OTHER"))
        name(names(span.name if span is not None else ""))
        service(services(span.service_name if span is not None else ""))
        agent(agents(span.agent_name if span is not None else ""))
        status(statuses(outcome.statuses[row.index]))
    return {"id": "".join(ids), **columns, "flags": _flags(tree, outcome, now_ns, plan)}


_COLUMNS = ("trace", "parent", "start", "end", "kind", "name", "service", "agent", "status", "flags")


def _flags(tree: MissionTree, outcome: MissionOutcome, now_ns: int, plan: Plan) -> list[int]:
    marked = {
        note.row
        for note in tree.notes
        if note.code in _WORTH_A_MARK and (note.code != STARTS_BEFORE_PARENT or note.amount > _SKEW_TOLERANCE_NS)
    }
    return [_flag(row, outcome, row.index in marked, now_ns) | _step_flag(row, plan) for row in tree.rows]


def _step_flag(row: TreeRow, plan: Plan) -> int:
    """What only a step can be: made and not begun, gone on in a plan, failed and reported as done."""
    at = step_of_row(row.span) if row.span is not None else NOWHERE
    if at == NOWHERE or at >= len(plan.steps):
        return 0
    step = plan.steps[at]
    flags = WAITING if row.span is not None and not row.span.has_begun else 0
    flags |= REPLACED if step.is_replaced else 0
    return flags | (SILENT if step.is_silent else 0)


def _verbs(tree: MissionTree, plan: Plan) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in tree.rows:
        at = step_of_row(row.span) if row.span is not None else NOWHERE
        if 0 <= at < len(plan.steps) and plan.steps[at].verb:
            found[str(row.index)] = len(plan.steps[at].verb)
    return found


def _flag(row: TreeRow, outcome: MissionOutcome, is_marked: bool, now_ns: int) -> int:
    span = row.span
    if span is None:
        return MISSING
    flags = SERVER if span.side else 0
    if span.start_ns is None:
        flags |= NO_START
    elif span.end_ns is None:
        flags |= OPEN
    if outcome.failures[row.index]:
        flags |= FAILED if span.status_code == "ERROR" else FAILED | SILENT
        if outcome.settled[row.index]:
            flags |= SETTLED
    if span.warnings or is_marked:
        flags |= WARNED
    if max(span.start_ns or 0, span.end_ns or 0) > now_ns + DAY_NS:
        flags |= OFF_CLOCK
    return flags


def _notes(tree: MissionTree, outcome: MissionOutcome) -> dict[str, str]:
    notes = {}
    for row in tree.rows:
        if row.span is not None and outcome.failures[row.index]:
            text = row.span.status_message or row.span.error_type
            if text:
                notes[str(row.index)] = text[:NOTE_CHARACTERS]
    return notes


def present_calls(calls: Iterable[LlmCallRow]) -> list[list[object]]:
    """[span key, time to first token, input tokens, output tokens, cost, model] of model calls."""
    return [
        [
            span_key(call.trace_id, call.span_id, call.side),
            call.time_to_first_token_ns,
            call.input_tokens,
            call.output_tokens,
            call.cost_usd,
            call.response_model or call.request_model,
        ]
        for call in calls
    ]
