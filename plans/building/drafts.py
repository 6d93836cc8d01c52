"""Facts about steps, gathered into one draft for each occurrence of a step.

Step ids are not unique: iterations of a loop share their task's id, and control verbs create their children twice.
Every `created` fact is an occurrence; what happens later goes to them in order.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from plans.records import NOWHERE, FactRow
from telemetry.facts.records import (
    CANCELLED,
    CREATED,
    FAILED,
    FINISHED,
    RESULT,
    SEEN,
    STARTED,
    Dependency,
    Input,
    Output,
    OutputDefinition,
    StepFact,
)
from telemetry.stage7.outputs import PENDING

_WAITING_WORDS = frozenset({"waiting", "pending", ""})
_OVER_WORDS = frozenset({"completed", "error", "failed", "cancelled", "replaced", "ok", "done"})


class Told(NamedTuple):
    """A fact about a step, when it was told, and by which record."""

    time_ns: int
    fact: StepFact
    pk: int
    mission_id: str


class Draft(msgspec.Struct):
    """One occurrence of a step while it is worked out."""

    step_id: str
    occurrence: int
    told: list[Told]
    agent_id: str = ""
    is_agent_inferred: bool = False
    parent: int = NOWHERE
    parent_by: str = ""
    verb: str = ""
    description: str = ""
    role: str = ""
    status: str = ""
    number: int | None = None
    parent_id: str = ""
    template_id: str = ""
    scope_id: str = ""
    created_ns: int | None = None
    started_ns: int | None = None
    ended_ns: int | None = None
    starts: int = 0
    inputs: dict[str, Input] = {}
    outputs: dict[str, OutputDefinition] = {}
    dependencies: tuple[Dependency, ...] = ()
    results: tuple[Output, ...] = ()
    has_results: bool = False
    error: str = ""
    error_code: str = ""
    is_cancelled: bool = False
    retry_count: int = 0
    result_ns: int | None = None


def gather_drafts(rows: Sequence[FactRow]) -> list[Draft]:
    """Drafts in order of creation. The same for any order and repetition of the rows."""
    by_id: dict[tuple[str, int], list[Told]] = defaultdict(list)
    for row in rows:
        for fact in row.facts:
            if isinstance(fact, StepFact) and fact.step_id:
                by_id[fact.step_id, fact.occurrence].append(Told(row.time_ns, fact, row.pk, row.mission_id))
    drafts: list[Draft] = []
    for (step_id, occurrence), told in by_id.items():
        if occurrence:
            drafts.append(Draft(step_id, occurrence, _distinct(told)))
        else:
            drafts.extend(_occurrences(step_id, _distinct(told)))
    for draft in drafts:
        _fill(draft)
    return sorted(drafts, key=_draft_order)


def _distinct(told: Iterable[Told]) -> list[Told]:
    """In order of time, each said once: senders repeat themselves."""
    chosen: dict[tuple[int, StepFact], Told] = {}
    for each in told:
        key = (each.time_ns, each.fact)
        held = chosen.get(key)
        chosen[key] = each if held is None or each.pk < held.pk else held
    return _in_order(chosen.values())


_ORDER = {CREATED: 0, STARTED: 1, SEEN: 2, FINISHED: 3, RESULT: 4, FAILED: 5, CANCELLED: 6}


def _in_order(told: Iterable[Told]) -> list[Told]:
    """In order of time, of what comes first of the same moment, and at last of their texts, which are seldom needed."""
    ordered = sorted(told, key=_moment)
    if any(_moment(one) == _moment(other) for one, other in pairwise(ordered)):
        ordered.sort(key=lambda each: (_moment(each), repr(each.fact)))
    return ordered


def _moment(each: Told) -> tuple[int, int, int]:
    number = each.fact.number
    return each.time_ns, _ORDER.get(each.fact.what, 9), 0 if number is None else number


def _draft_order(draft: Draft) -> tuple[int, int, str, int]:
    first = draft.told[0]
    number = draft.number
    return first.time_ns, 0 if number is None else number, draft.step_id, draft.occurrence


def _occurrences(step_id: str, told: Sequence[Told]) -> list[Draft]:
    created = [each for each in told if each.fact.what == CREATED]
    drafts = [Draft(step_id, at, [each]) for at, each in enumerate(created, 1)] or [Draft(step_id, 1, [])]
    if len(drafts) == 1:
        drafts[0].told = list(told)
        return drafts
    counts: dict[str, int] = defaultdict(int)
    for each in told:
        if each.fact.what == CREATED:
            continue
        place = counts[each.fact.what]
        counts[each.fact.what] += 1
        if each.fact.what == SEEN:
            place = len(drafts) - 1
        drafts[min(place, len(drafts) - 1)].told.append(each)
    for draft in drafts:
        draft.told = _in_order(draft.told)
    return drafts


def _fill(draft: Draft) -> None:
    """Put together what was told, in order of time."""
    draft.inputs, draft.outputs = {}, {}
    dependencies: dict[Dependency, None] = {}
    for each in draft.told:
        fact = each.fact
        draft.agent_id = fact.agent_id or draft.agent_id
        draft.verb = draft.verb or fact.verb
        draft.description = draft.description or fact.description
        draft.role = draft.role or fact.role
        draft.number = fact.number if draft.number is None else draft.number
        draft.parent_id = draft.parent_id or fact.parent_id
        draft.template_id = draft.template_id or fact.template_id
        draft.scope_id = draft.scope_id or fact.scope_id
        draft.status = fact.status or draft.status
        draft.retry_count = max(draft.retry_count, fact.retry_count)
        dependencies |= dict.fromkeys(fact.dependencies)
        for item in fact.inputs:
            draft.inputs[item.name] = _better(draft.inputs.get(item.name), item)
        for output in fact.outputs:
            draft.outputs.setdefault(output.name, output)
        _happen(draft, each)
    draft.dependencies = tuple(dependencies)


def _better(held: Input | None, item: Input) -> Input:
    """A tie with a source says most, then a tie, then the longer value."""
    if held is None:
        return item
    return max(held, item, key=lambda each: (bool(each.source), bool(each.output_name), each.size, each.value))


def _happen(draft: Draft, each: Told) -> None:
    fact, time_ns = each.fact, each.time_ns
    if fact.what == STARTED:
        _begin(draft, time_ns)
    if fact.has_results and (fact.results or not draft.has_results):
        draft.results, draft.has_results = _fuller(draft.results, fact.results), True
        draft.result_ns = time_ns if draft.result_ns is None else draft.result_ns
    if fact.error and not draft.error:
        draft.error, draft.error_code = fact.error, fact.error_code
    match fact.what:
        case "created":
            draft.created_ns = time_ns if draft.created_ns is None else draft.created_ns
        case "finished" | "result" | "failed":
            draft.ended_ns = time_ns
            draft.status = fact.status or _word_of(fact.what, draft.status)
        case "cancelled":
            draft.ended_ns, draft.is_cancelled = time_ns, True
            draft.status = fact.status or "cancelled"
        case "seen":
            _see(draft, fact, time_ns)


def _begin(draft: Draft, time_ns: int) -> None:
    """An execution begins; what an earlier one returned does not count any more."""
    draft.starts += 1
    draft.started_ns = time_ns if draft.started_ns is None else draft.started_ns
    draft.results, draft.has_results, draft.result_ns = (), False, None
    draft.error = draft.error_code = ""
    draft.ended_ns, draft.is_cancelled = None, False


def _word_of(what: str, status: str) -> str:
    """An event that carries no status says one by its name."""
    if what == FAILED:
        return "error"
    return "completed" if what == RESULT else status


def _see(draft: Draft, fact: StepFact, time_ns: int) -> None:
    """A snapshot: what it shows began and ended no later than this."""
    word = fact.status.lower()
    if word == "cancelled":
        draft.is_cancelled = True
    draft.created_ns = fact.created_ns if draft.created_ns is None else draft.created_ns
    if fact.ended_ns is not None:
        draft.ended_ns = fact.ended_ns
    elif word in _OVER_WORDS:
        draft.ended_ns = time_ns if draft.ended_ns is None else draft.ended_ns
    if fact.started_ns is not None:
        draft.started_ns = fact.started_ns
    elif word and word not in _WAITING_WORDS and draft.started_ns is None:
        draft.started_ns = time_ns if draft.ended_ns is None else min(time_ns, draft.ended_ns)


def _fuller(held: tuple[Output, ...], told: tuple[Output, ...]) -> tuple[Output, ...]:
    """Of two records of a result the one that says more: a finish event cuts texts, a completion does not, and a
    question to a person is no result yet."""
    if not held or held == told:
        return told
    return max(held, told, key=lambda each: (bool(each), not _asks(each), sum(part.size for part in each), repr(each)))


def _asks(outputs: tuple[Output, ...]) -> bool:
    return any(output.name == PENDING for output in outputs)
