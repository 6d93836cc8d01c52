"""A judge that sends the mission round again and again with the same plan."""

from collections import defaultdict
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, agent_ref, log_ref_of, make_finding, step_ref
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import name_agent
from analysis.algorithms.wording import clock
from plans.records import NOWHERE, Revision

NAME = "reflect_loop"
EVENT = "reflect_infinite_loop_detected"
REFLECT = "REFLECT"
CYCLES = 3


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each agent whose runtime says so, else for each that planned the same thrice after judging."""
    agents = {agent.id: agent for agent in facts.plan.agents}
    told = {agent.id for agent in facts.plan.agents if agent.event == EVENT}
    for agent in facts.plan.agents:
        if agent.id in told:
            when = clock(agent.changed_ns, facts.now_ns)
            who = name_agent(agent)
            title = f"{who} was stopped at {when}: its reflection returned the same plan again and again."
            refs = [agent_ref(agent), *map(log_ref_of, agent.evidence[-1:])]
            yield make_finding(NAME, "error", title[0].upper() + title[1:], refs, opened_ns=agent.changed_ns)
    plans: dict[tuple[str, tuple[tuple[str, str], ...]], list[Revision]] = defaultdict(list)
    for plan in facts.plan.revisions:
        if plan.stage == "returned" and plan.step != NOWHERE and facts.plan.steps[plan.step].verb == REFLECT:
            signature = tuple((task.verb, task.description) for task in plan.tasks)
            plans[facts.plan.steps[plan.step].agent_id, signature].append(plan)
    for (agent_id, _), same in plans.items():
        if len(same) >= CYCLES and agent_id not in told:
            who = f" of {name_agent(agents.get(agent_id), agent_id)}" if agent_id else ""
            title = (
                f"The reflection{who} returned the same plan {len(same)} times, from "
                f"{clock(same[0].time_ns, facts.now_ns)} on."
            )
            steps = [facts.plan.steps[plan.step] for plan in same]
            yield make_finding(NAME, gravity(facts), title, map(step_ref, steps), opened_ns=same[0].time_ns,
                               closed_ns=same[-1].time_ns)  # fmt: skip
