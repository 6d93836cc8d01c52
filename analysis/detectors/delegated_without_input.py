"""Agents that were started without a goal, and steps that were handed over without the inputs they need."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, agent_ref, make_finding, step_ref
from analysis.algorithms.step_words import name_agent, name_step
from analysis.algorithms.verbs import PLANNER_VERBS
from analysis.algorithms.wording import clock
from plans.records import NOWHERE, PlanAgent

NAME = "delegated_without_input"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each such agent, where the goals of others are told; one for each such step."""
    if any(agent.goal for agent in facts.plan.agents):
        for agent in facts.plan.agents[1:]:
            if _has_no_goal(facts, agent):
                yield _agent_finding(facts, agent)
    for at in dict.fromkeys(given.step for given in facts.plan.hand_overs if given.step != NOWHERE):
        step = facts.plan.steps[at]
        bare = [item.name for item in step.inputs if not (item.size or item.output_name or item.source)]
        if bare and step.outcome != "ok":
            title = f"{name_step(step)} was handed over without a value for {', '.join(bare[:3])}."
            yield make_finding(NAME, "warning", title, [step_ref(step)], opened_ns=step.created_ns)


def _has_no_goal(facts: MissionFacts, agent: PlanAgent) -> bool:
    if agent.goal or agent.first_step == NOWHERE:
        return False
    step = facts.plan.steps[agent.first_step]
    has_input = any(item.size or item.output_name or item.source for item in step.inputs)
    return step.verb in PLANNER_VERBS and not has_input and step.created_ns is not None


def _agent_finding(facts: MissionFacts, agent: PlanAgent) -> Finding:
    step = facts.plan.steps[agent.first_step]
    when = f" at {clock(agent.created_ns, facts.now_ns)}" if agent.created_ns is not None else ""
    title = (
        f"{name_agent(agent)} was started{when} without a goal: its planner has nothing to go by but "
        f"the mission's own goal."
    )
    return make_finding(NAME, "warning", title[0].upper() + title[1:], [agent_ref(agent), step_ref(step)],
                        opened_ns=agent.created_ns)  # fmt: skip
