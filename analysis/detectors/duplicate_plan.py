"""Agents that were given the same goal, and plans that say the same: the work is planned more than once."""

from collections import defaultdict
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, agent_ref, log_ref_of, make_finding, step_ref
from analysis.algorithms.step_words import name_step
from analysis.algorithms.verbs import PLANNER_VERBS
from analysis.algorithms.wording import clock, counted, taking
from plans.records import NOWHERE, PlanAgent, Revision

NAME = "duplicate_plan"
TASKS_AT_LEAST = 3
"""Shorter plans are alike by chance."""


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for agents with the same goal, one for each plan that several steps returned."""
    yield from _same_goals(facts)
    yield from _same_plans(facts)


def _same_goals(facts: MissionFacts) -> Iterator[Finding]:
    later = [agent for agent in facts.plan.agents[1:] if agent.goal and _begins_with_a_plan(facts, agent)]
    by_goal: dict[str, list[PlanAgent]] = defaultdict(list)
    for agent in later:
        by_goal[agent.goal].append(agent)
    counts = sorted(map(len, by_goal.values()), reverse=True)
    if not counts or counts[0] < 2:
        return
    born = [agent.created_ns for agent in later if agent.created_ns is not None]
    first_ns = min((agent.created_ns for agent in facts.plan.agents if agent.created_ns is not None), default=None)
    took = f" within {taking(max(born) - first_ns)} of the first" if born and first_ns is not None else ""
    title = (
        f"{counted(len(later), 'more agent')}{took} were each given a goal to plan, but there are only "
        f"{counted(len(counts), 'distinct goal')} ({'+'.join(map(str, counts))} agents): the same work is planned "
        f"again and again."
    )
    refs = [
        agent_ref(agent) for goal in sorted(by_goal, key=lambda each: -len(by_goal[each])) for agent in by_goal[goal]
    ]
    opened, closed = min(born, default=None), max(born, default=None)
    yield make_finding(NAME, "warning", title, refs, opened_ns=opened, closed_ns=closed, subject="goals")


def _begins_with_a_plan(facts: MissionFacts, agent: PlanAgent) -> bool:
    if agent.first_step == NOWHERE:
        return False
    step = facts.plan.steps[agent.first_step]
    return step.verb in PLANNER_VERBS or step.is_replaced


def _same_plans(facts: MissionFacts) -> Iterator[Finding]:
    alike: dict[tuple[tuple[str, str], ...], list[Revision]] = defaultdict(list)
    for plan in facts.plan.revisions:
        if plan.stage == "returned" and len(plan.tasks) >= TASKS_AT_LEAST:
            alike[tuple((task.verb, task.description) for task in plan.tasks)].append(plan)
    for plans in alike.values():
        owners = list(dict.fromkeys(plan.step for plan in plans if plan.step != NOWHERE))
        if len(owners) < 2:
            continue
        names = [name_step(facts.plan.steps[at]) for at in owners]
        title = (
            f"{counted(len(owners), 'step')} returned the same plan of {counted(len(plans[0].tasks), 'task')}, first "
            f"{names[0]} at {clock(plans[0].time_ns, facts.now_ns)}."
        )
        refs = [*(step_ref(facts.plan.steps[at]) for at in owners), *(log_ref_of(plan.evidence) for plan in plans)]
        yield make_finding(NAME, "warning", title, refs, opened_ns=plans[1].time_ns)
