"""The steps of a plan as a table: all at a glance, in the order of the plans that made them."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from analysis.algorithms.verbs import KNOWN_VERBS, find_novel_steps
from plans.building.rows import agent_label, step_row_key
from plans.records import NOWHERE, Plan, PlanStep
from web.presenters.formats import format_duration, format_time
from web.presenters.mission.keys import span_key
from web.presenters.mission.plan_map import PlanMap, StepLink, step_words
from web.presenters.mission.step_ties import OPEN, list_blocking
from web.presenters.mission.texts import one_line

MOST_VERBS = 80
RESULT = 160
DEEPEST = 8


class StepRowView(NamedTuple):
    """One step of the table."""

    key: str
    id: str
    """Of its element."""
    depth: int
    """Capped: deeper ones are drawn as the deepest."""
    whole_depth: int
    verb: str
    description: str
    is_unknown: bool
    agent: StepLink | None
    is_agent_inferred: bool
    role: str
    status: str
    reported: str
    is_silent: bool
    is_replaced: bool
    waits_for: StepLink | None
    """The first thing it waits for."""
    waits_why: str
    more_waits: int
    start_ns: int | None
    clock: str
    time: str
    took: str
    model_calls: int
    result: str
    is_error: bool


class VerbCount(NamedTuple):
    """How often a verb is used."""

    verb: str
    step_count: int
    is_unknown: bool


class Verbs(NamedTuple):
    """Which verbs the steps use."""

    counts: list[VerbCount]
    left: int
    """Verbs beside these."""
    unknown_verbs: int
    unknown_steps: int
    known_verbs: int
    known_steps: int
    is_judged: bool
    """Known and unknown mean something: the plan is of a sender whose verbs are known."""
    known_share: int
    """Of the steps, in thousandths."""


class Chosen(NamedTuple):
    """Which steps are asked for; empty fields do not restrict."""

    show: str = ""
    text: str = ""
    agent: str = ""
    """What its agent is called."""


def order_steps(plan: Plan, children: dict[int, list[int]]) -> list[PlanStep]:
    """Every step after the one whose plan made it, in order of creation among its siblings."""
    ordered: list[PlanStep] = []
    stack = children.get(NOWHERE, [])[::-1]
    while stack:
        at = stack.pop()
        ordered.append(plan.steps[at])
        stack.extend(reversed(children.get(at, [])))
    return ordered


def choose_steps(map_: PlanMap, steps: Sequence[PlanStep], chosen: Chosen) -> list[PlanStep]:
    """The steps that are asked for, in the same order."""
    unknown = find_unknown(map_.plan) if chosen.show == "unknown" else frozenset()
    wanted = chosen.text.casefold()
    agents = {agent.id: agent_label(agent) for agent in map_.plan.agents} if chosen.agent else {}
    return [
        step
        for step in steps
        if _is_shown(map_, step, chosen.show, unknown)
        and (not wanted or wanted in f"{step.verb} {step.description} {step.step_id}".casefold())
        and (not chosen.agent or agents.get(step.agent_id, step.agent_id) == chosen.agent)
    ]


def _is_shown(map_: PlanMap, step: PlanStep, show: str, unknown: frozenset[int]) -> bool:
    match show:
        case "failed":
            return step.outcome == "failed"
        case "blocked":
            return step.outcome in OPEN and bool(list_blocking(map_, step))
        case "no_result":
            return not step.has_results and step.outcome != "failed"
        case "unknown":
            return step.index in unknown
        case _:
            return True


def find_unknown(plan: Plan) -> frozenset[int]:
    """Steps whose verb nothing is known to run; none where the sender's verbs are not known at all."""
    if not speaks_known_verbs(plan):
        return frozenset()
    return frozenset(step.index for step in find_novel_steps(plan))


def speaks_known_verbs(plan: Plan) -> bool:
    """Is the plan of a sender whose verbs are known?"""
    return any(step.verb in KNOWN_VERBS for step in plan.steps)


def present_rows(map_: PlanMap, steps: Sequence[PlanStep]) -> list[StepRowView]:
    """These steps as rows."""
    unknown = find_unknown(map_.plan)
    return [_row(map_, step, step.index in unknown) for step in steps]


def _row(map_: PlanMap, step: PlanStep, is_unknown: bool) -> StepRowView:
    waits = list_blocking(map_, step) if step.outcome in OPEN else []
    first = waits[0] if waits else None
    link = None
    if first is not None:
        link = map_.link(first.source) if first.source != NOWHERE else map_.ghost_link(first.ghost)
    verb, description = step_words(step)
    start_ns = step.started_ns if step.started_ns is not None else step.created_ns
    time = format_time(start_ns)
    return StepRowView(
        key=span_key(*step_row_key(step)),
        id=f"plan-{step.key}",
        depth=min(step.depth, DEEPEST),
        whole_depth=step.depth,
        verb=verb,
        description=description,
        is_unknown=is_unknown,
        agent=map_.agent_link(step.agent_id),
        is_agent_inferred=step.is_agent_inferred,
        role=step.role,
        status=step.outcome,
        reported=step.status,
        is_silent=step.is_silent,
        is_replaced=step.is_replaced,
        waits_for=link,
        waits_why=_waits_why(step, first.output_name if first is not None else ""),
        more_waits=max(0, len(waits) - 1),
        start_ns=start_ns,
        clock=time[11:19] if time.endswith("UTC") else time,
        time=time,
        took=_took(step, start_ns),
        model_calls=step.model_calls,
        result=result_line(step),
        is_error=step.outcome == "failed",
    )


def _waits_why(step: PlanStep, output_name: str) -> str:
    if step.waits_for_person:
        return "a person"
    return output_name


def _took(step: PlanStep, start_ns: int | None) -> str:
    if step.outcome in OPEN or step.ended_ns is None or start_ns is None:
        return ""
    return format_duration(max(0, step.ended_ns - start_ns))


def result_line(step: PlanStep) -> str:
    """What came of it, on one line; empty while nothing did."""
    if step.outcome == "failed":
        return one_line(step.reason, RESULT)
    tasks = sum(len(output.tasks) for output in step.results)
    if tasks:
        return f"plan of {tasks} task{'' if tasks == 1 else 's'}"
    texts = [output.preview for output in step.results if output.preview]
    if texts:
        return one_line(" · ".join(texts), RESULT)
    return "empty" if step.has_results and step.outcome == "ok" else ""


def count_verbs(plan: Plan) -> Verbs:
    """The verbs of all steps, unknown ones apart."""
    unknown = find_unknown(plan)
    counted = Counter(step.verb for step in plan.steps if step.verb)
    novel = {plan.steps[at].verb for at in unknown}
    ranked = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    unknown_steps = sum(count for verb, count in ranked if verb in novel)
    known_steps = sum(counted.values()) - unknown_steps
    return Verbs(
        counts=[VerbCount(verb, count, verb in novel) for verb, count in ranked[:MOST_VERBS]],
        left=max(0, len(ranked) - MOST_VERBS),
        unknown_verbs=len(novel),
        unknown_steps=unknown_steps,
        known_verbs=len(ranked) - len(novel),
        known_steps=known_steps,
        is_judged=speaks_known_verbs(plan),
        known_share=1000 * known_steps // max(1, known_steps + unknown_steps),
    )
