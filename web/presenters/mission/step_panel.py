"""The selection of a step: what was intended with it, what it got and gave, and what became of it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from plans.building.rows import step_row_key
from plans.contents import StepContent
from plans.records import NOWHERE, HandOver, PlanStep
from traces.records import LogRow, SpanRow
from web.presenters.formats import format_count, format_duration, format_time
from web.presenters.mission.keys import span_key
from web.presenters.mission.lines import severity_level
from web.presenters.mission.plan_map import PlanMap, StepLink, step_words
from web.presenters.mission.step_inputs import InputView, Values, present_inputs
from web.presenters.mission.step_outputs import OutputView, present_outputs
from web.presenters.mission.step_plans import PlansView, present_plans
from web.presenters.mission.step_ties import OPEN, Tie, present_blockers, present_ties

SAME_MOMENT = "No record says it: the agent came to be at the same moment."
OF_PARENT = "No record says it: the step whose plan made this one belongs to the agent."
MEANT = {
    "pending": "waiting", "waiting": "waiting", "running": "active", "completed": "ok", "replaced": "ok",
    "error": "failed", "failed": "failed", "cancelled": "gone",
}  # fmt: skip
"""Outcomes that senders' words for a status mean."""
MOST_RUNS = 60
"""Model calls and tool runs that the selection lists."""
_CLOCK = slice(11, 23)


class StepFact(NamedTuple):
    """One line of facts about a step."""

    label: str
    value: str
    extra: str = ""
    css: str = ""
    link: StepLink | None = None
    inferred: str = ""
    """Why it is believed; empty when the sender says it."""
    links: Sequence[StepLink] = ()


class HistoryLine(NamedTuple):
    """A record that tells of the step."""

    pk: int
    clock: str
    time: str
    after: str
    """Since the first one."""
    event: str
    level: str
    body: str


class RunLine(NamedTuple):
    """A model call or tool run under the step."""

    key: str
    kind: str
    name: str
    status: str
    took: str
    clock: str
    error: str


class HandOverView(NamedTuple):
    """The step went from one agent to another."""

    from_agent: StepLink | None
    to_agent: StepLink | None
    reason: str
    clock: str
    log_pk: int


class StepView(NamedTuple):
    """What `_step.html` shows."""

    key: str
    verb: str
    description: str
    kind: str
    status: str
    reported: str
    is_other: bool
    """What its sender says is not what became of it."""
    is_silent: bool
    is_replaced: bool
    reason: str
    reason_code: str
    facts: list[StepFact]
    blockers: list[Tie]
    is_free: bool
    """It has not begun, and nothing that is known keeps it."""
    inputs: list[InputView]
    ties: list[Tie]
    """What it hangs on by no input of its own."""
    outputs: list[OutputView]
    plans: PlansView
    history: list[HistoryLine]
    runs: list[RunLine]
    runs_left: int
    hand_overs: list[HandOverView]


def present_step(
    map_: PlanMap, step: PlanStep, content: StepContent, sent: Sequence[Values], spans: Sequence[SpanRow],
    logs: Mapping[int, LogRow],
) -> StepView:  # fmt: skip
    """Everything about one occurrence of a step. `spans`: under it; `logs`: those of its evidence that are there."""
    verb, description = step_words(step)
    inputs = present_inputs(map_, step, content.inputs, sent)
    blockers = present_blockers(map_, step)
    named = {each.name for each in inputs}
    return StepView(
        key=span_key(*step_row_key(step)),
        verb=verb,
        description=description,
        kind="HUMAN" if step.waits_for_person else "STEP",
        status=step.outcome,
        reported=step.status,
        is_other=not step.is_replaced and MEANT.get(step.status.lower(), step.outcome) != step.outcome,
        is_silent=step.is_silent,
        is_replaced=step.is_replaced,
        reason=step.reason,
        reason_code="" if step.reason_code in {output.name for output in step.outputs} else step.reason_code,
        facts=_facts(map_, step),
        blockers=blockers,
        is_free=step.outcome == "waiting" and not blockers and not step.waits_for_person,
        inputs=inputs,
        ties=[tie for tie in present_ties(map_, step) if tie.input_name not in named],
        outputs=present_outputs(step, content.result),
        plans=present_plans(map_, step),
        history=present_history([logs[pk] for pk in step.evidence if pk in logs]),
        runs=[_run(span) for span in spans[:MOST_RUNS]],
        runs_left=max(0, len(spans) - MOST_RUNS),
        hand_overs=[_hand_over(map_, each) for each in map_.plan.hand_overs if each.step == step.index],
    )


def _facts(map_: PlanMap, step: PlanStep) -> list[StepFact]:
    facts: list[StepFact] = []
    agent = map_.agent_link(step.agent_id)
    if agent is not None:
        inferred = (SAME_MOMENT if step.parent == NOWHERE else OF_PARENT) if step.is_agent_inferred else ""
        facts.append(StepFact("agent", agent.text, link=agent if agent.key else None, inferred=inferred))
    if step.role:
        facts.append(StepFact("role", step.role, "as the plan advises"))
    facts += _time_facts(step)
    if step.starts > 1 or step.retry_count:
        again = f"{step.retry_count} repeated" if step.retry_count else ""
        facts.append(StepFact("executions", format_count(max(step.starts, 1)), again, "is-failed"))
    if step.model_calls:
        facts.append(StepFact("model calls", format_count(step.model_calls), "in its log; their texts were not sent"))
    same = map_.occurrences[step.step_id]
    if len(same) > 1:
        others = map_.links([at for at in same if at != step.index][:8])
        facts.append(
            StepFact("occurrence", f"{step.occurrence} of {len(same)}", "of this id", "is-waiting", links=others)
        )
    if step.number is not None:
        facts.append(StepFact("number", f"{step.number}", "among its agent's steps"))
    if step.scope_id:
        facts.append(StepFact("scope", step.scope_id))
    return facts


def _time_facts(step: PlanStep) -> list[StepFact]:
    began = step.started_ns if step.started_ns is not None else step.created_ns
    facts = []
    if step.created_ns is not None:
        facts.append(StepFact("created", format_time(step.created_ns)))
    if step.started_ns is not None:
        waited = step.started_ns - step.created_ns if step.created_ns is not None else 0
        facts.append(StepFact("started", format_time(step.started_ns), _after(waited)))
    if step.outcome not in OPEN and step.ended_ns is not None and began is not None:
        how = "" if step.started_ns is not None else "since it was created: no record tells of its start"
        facts.append(StepFact("took", format_duration(max(0, step.ended_ns - began)), how))
    return facts


def _after(time_ns: int) -> str:
    return f"{format_duration(time_ns)} after" if time_ns > 0 else ""


def present_history(rows: Sequence[LogRow]) -> list[HistoryLine]:
    """Records in order of time."""
    ordered = sorted(rows, key=lambda row: (row.time_ns, row.pk))
    return [_history_line(row, ordered[0].time_ns) for row in ordered]


def _history_line(row: LogRow, first_ns: int) -> HistoryLine:
    time = format_time(row.time_ns)
    after = f"+{format_duration(row.time_ns - first_ns)}" if row.time_ns > first_ns else ""
    event = row.event_name.removeprefix("stage7.").removeprefix("missionscope.").removeprefix("event.")
    level = severity_level(row.severity_number, row.severity_text)
    return HistoryLine(
        row.pk, time[_CLOCK] if time.endswith("UTC") else time, time, after, event.replace("_", " ") or "log record",
        level, row.body,
    )  # fmt: skip


def _run(span: SpanRow) -> RunLine:
    return RunLine(
        span_key(span.trace_id, span.span_id, span.side),
        span.span_kind,
        span.name.strip() or "(unknown)",
        span.effective_status,
        format_duration(span.duration_ns) if span.duration_ns is not None else "",
        format_time(span.start_ns)[11:19],
        span.status_message or span.error_type,
    )


def _hand_over(map_: PlanMap, given: HandOver) -> HandOverView:
    return HandOverView(
        map_.agent_link(given.from_agent_id),
        map_.agent_link(given.to_agent_id),
        given.reason,
        format_time(given.time_ns)[11:19],
        given.evidence,
    )
