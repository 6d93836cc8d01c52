"""Steps that never ended although their agent is done: taken from its list without a word."""

from collections import defaultdict
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, agent_ref, make_finding, step_ref
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import is_open_step, name_agent, name_step
from analysis.algorithms.wording import clock, counted, listed, shorten
from plans.records import PlanStep

NAME = "step_removed_without_end"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each agent that is over and left steps open."""
    left: dict[str, list[PlanStep]] = defaultdict(list)
    for step in facts.plan.steps:
        if is_open_step(step) and step.agent_id and not step.waits_for_person:
            left[step.agent_id].append(step)
    for agent in facts.plan.agents:
        steps = left.get(agent.id)
        if agent.ended_ns is None or not steps:
            continue
        names = listed([name_step(step) for step in steps])
        title = (
            f"{counted(len(steps), 'step')} of {name_agent(agent)} never ended although it is "
            f"{shorten(agent.status, 40)} since {clock(agent.ended_ns, facts.now_ns)}: {names}."
        )
        severity = "warning" if agent.status.lower() == "completed" else gravity(facts)
        yield make_finding(NAME, severity, title, [agent_ref(agent), *map(step_ref, steps)], opened_ns=agent.ended_ns)
