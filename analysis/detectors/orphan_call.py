"""Calls that belong to no step of the plan, and calls whose step was over before they were."""

from collections.abc import Iterator, Sequence

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, llm_ref, make_finding, step_ref, tool_ref
from analysis.algorithms.wording import SECOND_NS, counted, lasting
from llmlog.records import LlmCallRow, ToolCallRow
from plans.records import PlanStep

NAME = "orphan_call"
LATE_NS = 2 * SECOND_NS
"""A call may outlast its step by so much: clocks differ, and results are written at once."""
Call = LlmCallRow | ToolCallRow


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for calls of unknown steps, one for calls that went on without their step.

    Only where a plan tells of steps and some of the calls name theirs.
    """
    by_id: dict[str, list[PlanStep]] = {}
    for step in facts.plan.steps:
        by_id.setdefault(step.step_id, []).append(step)
    calls: list[Call] = [*facts.llm_calls, *facts.tool_calls]
    if not any(call.step_id in by_id for call in calls):
        return
    yield from _unknown([call for call in calls if call.step_id and call.step_id not in by_id])
    late = [(call, by_id[call.step_id]) for call in calls if _outlasts(call, by_id.get(call.step_id, ()))]
    if late:
        most_ns = max((call.end_ns or 0) - _end_of(steps) for call, steps in late)
        count = counted(len(late), "call went", "calls went")
        title = f"{count} on after their step was over, for up to {lasting(most_ns)}: nobody took the answer."
        refs = [ref for call, steps in late for ref in (_ref(call), step_ref(steps[-1]))]
        yield make_finding(NAME, "warning", title, refs, opened_ns=late[0][0].start_ns, subject="late")


def _unknown(calls: Sequence[Call]) -> Iterator[Finding]:
    if calls:
        count = len({call.step_id for call in calls})
        title = f"{counted(len(calls), 'call names', 'calls name')} {counted(count, 'step')} that no record tells of."
        yield make_finding(NAME, "warning", title, map(_ref, calls), opened_ns=calls[0].start_ns, subject="unknown")


def _outlasts(call: Call, steps: Sequence[PlanStep]) -> bool:
    if call.end_ns is None or not steps or any(step.ended_ns is None for step in steps):
        return False
    return call.end_ns > _end_of(steps) + LATE_NS


def _end_of(steps: Sequence[PlanStep]) -> int:
    return max(step.ended_ns or 0 for step in steps)


def _ref(call: Call) -> Ref:
    return llm_ref(call) if isinstance(call, LlmCallRow) else tool_ref(call)
