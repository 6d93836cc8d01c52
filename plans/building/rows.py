"""Agents and steps as rows of the mission's tree, beside the spans that were sent, and the spans under their steps."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import blake2b

import msgspec

from plans.records import NOWHERE, Plan, PlanAgent, PlanStep
from traces.records import SpanRow

PLAN_TRACE = "0" * 32
"""The trace of rows that come from a plan. No sender's trace has this id."""
FIRST_AGENT = 1_000_000_000
"""Keys of agents' rows are below minus this; those of steps between it and 0."""

SpanKey = tuple[str, str, int]
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def step_row_key(step: PlanStep) -> SpanKey:
    """The identity of a step's row: of the span, where only spans tell of the step."""
    if step.head is not None:
        return step.head.trace_id, step.head.span_id, step.head.side
    return PLAN_TRACE, step.key, 0


def agent_row_key(agent_id: str) -> SpanKey:
    """The identity of an agent's row."""
    return PLAN_TRACE, blake2b(b"agent\0" + agent_id.encode(errors="replace"), digest_size=8).hexdigest(), 0


def agent_place(agent: PlanAgent) -> SpanKey:
    """Where an agent is found: its row; its span, where only spans name it."""
    if agent.head is not None:
        return agent.head.trace_id, agent.head.span_id, agent.head.side
    return agent_row_key(agent.id)


def step_of_row(span: SpanRow) -> int:
    """The index of the step that a row stands for, or NOWHERE."""
    return -1 - span.pk if -FIRST_AGENT < span.pk < 0 else NOWHERE


def agent_of_row(span: SpanRow) -> int:
    """The index of the agent that a row stands for, or NOWHERE."""
    return -1 - span.pk - FIRST_AGENT if span.pk < -FIRST_AGENT else NOWHERE


def build_rows(plan: Plan, mission_id: str) -> list[SpanRow]:
    """A row for every agent and every step. Keys are negative: none of them is stored."""
    ends = _subtree_ends(plan)
    names = {agent.id: agent_label(agent) for agent in plan.agents}
    rows = [_agent_row(plan, at, names, mission_id) for at in range(len(plan.agents))]
    rows += [_step_row(plan, step, ends[step.index], names, mission_id) for step in plan.steps]
    return rows


def agent_label(agent: PlanAgent) -> str:
    """What to call an agent: its name, its role with the beginning of its id, the id."""
    if agent.name:
        return agent.name
    unprefixed = agent.id.removeprefix("agent-")
    short = unprefixed[:8] if _UUID.fullmatch(unprefixed) else agent.id[:24]
    return f"{agent.role} {short}" if agent.role else short


def _agent_row(plan: Plan, at: int, names: Mapping[str, str], mission_id: str) -> SpanRow:
    agent = plan.agents[at]
    is_failed = agent.status.lower() in ("error", "failed")
    if agent.made_by != NOWHERE:
        parent: str | None = plan.steps[agent.made_by].key
    else:
        parent = agent_row_key(agent.parent_agent_id)[1] if agent.parent_agent_id in names else None
    return SpanRow(
        pk=-1 - at - FIRST_AGENT,
        mission_id=mission_id,
        trace_id=PLAN_TRACE,
        span_id=agent_row_key(agent.id)[1],
        side=0,
        parent_span_id=parent,
        name=names[agent.id],
        otel_kind="INTERNAL",
        span_kind="AGENT",
        service_name="",
        agent_name=names[agent.id],
        step_id="",
        start_ns=agent.created_ns,
        end_ns=agent.ended_ns,
        status_code="ERROR" if is_failed else "OK" if agent.status.lower() == "completed" else "UNSET",
        status_message=agent.error,
        effective_status="",
        error_type=agent.event if is_failed else "",
        links=(),
        warnings=(),
        change_seq=0,
    )


def _step_row(plan: Plan, step: PlanStep, end_ns: int | None, names: Mapping[str, str], mission_id: str) -> SpanRow:
    if step.parent != NOWHERE:
        parent: str | None = plan.steps[step.parent].key
    else:
        parent = agent_row_key(step.agent_id)[1] if step.agent_id in names else None
    starts = [ns for ns in (step.started_ns, step.created_ns, step.ended_ns) if ns is not None]
    is_failed = step.outcome == "failed"
    return SpanRow(
        pk=-1 - step.index,
        mission_id=mission_id,
        trace_id=PLAN_TRACE,
        span_id=step.key,
        side=0,
        parent_span_id=parent,
        name=step_label(step),
        otel_kind="INTERNAL",
        span_kind="HUMAN" if step.waits_for_person else "STEP",
        service_name="",
        agent_name=names.get(step.agent_id, step.agent_id),
        step_id=step.step_id,
        start_ns=starts[0] if starts else None,
        end_ns=end_ns,
        status_code="ERROR" if is_failed else "OK" if step.outcome == "ok" and not step.is_replaced else "UNSET",
        status_message=step.reason if is_failed else "",
        effective_status="",
        error_type=_error_type(step),
        links=(),
        warnings=(),
        change_seq=0,
        has_begun=step.outcome != "waiting" or step.waits_for_person,
    )


def step_label(step: PlanStep) -> str:
    """Its verb and what it is for."""
    return f"{step.verb} {step.description}".strip()[:300] or step.step_id


def _error_type(step: PlanStep) -> str:
    if step.outcome == "gone":
        return "cancelled"
    return step.reason_code if step.outcome == "failed" else ""


def _subtree_ends(plan: Plan) -> list[int | None]:
    """When a step was over: for one whose work went on in a plan, when all of that was; None while some is open."""
    children: dict[int, list[int]] = defaultdict(list)
    for step in plan.steps:
        children[step.parent].append(step.index)
    ends: list[int | None] = [_own_end(step) for step in plan.steps]
    order: list[int] = []
    stack = list(children[NOWHERE])
    while stack:
        at = stack.pop()
        order.append(at)
        stack.extend(children[at])
    for at in reversed(order):
        inner = [ends[child] for child in children[at]] if plan.steps[at].is_replaced else []
        if None in inner:
            ends[at] = None
        elif inner and ends[at] is not None:
            ends[at] = max([ends[at] or 0, *[end or 0 for end in inner]])
    return ends


def _own_end(step: PlanStep) -> int | None:
    if step.outcome in ("waiting", "active"):
        return None
    return step.ended_ns if step.ended_ns is not None else step.started_ns or step.created_ns


def find_homes(plan: Plan, spans: Sequence[SpanRow]) -> dict[SpanKey, SpanKey]:
    """The step's row for spans whose parent is not there: the step that they name, in the occurrence that ran then;
    for a model call or tool run that names none, the only step that was in execution when it began."""
    by_id: dict[str, list[PlanStep]] = defaultdict(list)
    for step in plan.steps:
        by_id[step.step_id].append(step)
    if not by_id:
        return {}
    here = {(span.trace_id, span.span_id) for span in spans}
    homes: dict[SpanKey, SpanKey] = {}
    nameless: list[SpanRow] = []
    for span in spans:
        if span.parent_span_id and (span.trace_id, span.parent_span_id) in here:
            continue
        steps = by_id.get(span.step_id) if span.step_id else None
        if steps:
            homes[span.trace_id, span.span_id, span.side] = step_row_key(_running(steps, span.start_ns))
        elif not span.step_id and not span.parent_span_id and span.span_kind in CALL_KINDS:
            nameless.append(span)
    busy = find_busy_steps(plan, [span.start_ns for span in nameless])
    for span, running in zip(nameless, busy, strict=True):
        if running is not None:
            homes[span.trace_id, span.span_id, span.side] = step_row_key(running)
    return homes


CALL_KINDS = frozenset({"LLM", "EMBEDDING", "TOOL"})


def find_busy_steps(plan: Plan, moments: Sequence[int | None]) -> list[PlanStep | None]:
    """For each moment the only step that was in execution then; None when there was none, or more than one."""
    changes: list[tuple[int, int, int]] = []
    for step in plan.steps:
        if step.started_ns is not None:
            changes.append((step.started_ns, 1, step.index))
            if step.ended_ns is not None:
                changes.append((max(step.started_ns, step.ended_ns) + 1, 0, step.index))
    changes.sort()
    found: list[PlanStep | None] = [None] * len(moments)
    busy: set[int] = set()
    at = 0
    for moment_ns, place in sorted((ns, place) for place, ns in enumerate(moments) if ns is not None):
        while at < len(changes) and changes[at][0] <= moment_ns:
            _, has_begun, index = changes[at]
            (busy.add if has_begun else busy.discard)(index)
            at += 1
        if len(busy) == 1:
            found[place] = plan.steps[next(iter(busy))]
    return found


def _running(steps: Sequence[PlanStep], time_ns: int | None) -> PlanStep:
    """Of a step's occurrences the last that had begun by then, else the first."""
    begun = [step for step in steps if time_ns is not None and _began_ns(step) <= time_ns]
    return begun[-1] if begun else steps[0]


def _began_ns(step: PlanStep) -> int:
    return next((ns for ns in (step.started_ns, step.created_ns, step.ended_ns) if ns is not None), 0)


def name_agents(plan: Plan, spans: Sequence[SpanRow]) -> list[SpanRow]:
    """Spans that call an agent by its id call it as its row does."""
    names = {agent.id: agent_label(agent) for agent in plan.agents}
    return [
        msgspec.structs.replace(span, agent_name=names[span.agent_name]) if span.agent_name in names else span
        for span in spans
    ]
