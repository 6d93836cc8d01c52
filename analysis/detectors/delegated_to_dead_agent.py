"""Steps that were handed over to an agent that was over, or that nobody knows."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, agent_ref, log_ref_of, make_finding, step_ref
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import is_open_step, name_agent, name_step
from analysis.algorithms.wording import clock, shorten
from plans.records import NOWHERE, HandOver, PlanAgent

NAME = "delegated_to_dead_agent"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each such hand-over whose step has not gone well since."""
    agents = {agent.id: agent for agent in facts.plan.agents}
    known = any(agent.status for agent in facts.plan.agents)
    for given in facts.plan.hand_overs:
        target = agents.get(given.to_agent_id)
        step = facts.plan.steps[given.step] if given.step != NOWHERE else None
        if not known or (step is not None and step.outcome == "ok"):
            continue
        if target is None or (target.ended_ns is not None and target.ended_ns <= given.time_ns):
            yield _finding(facts, given, target, is_open=step is None or is_open_step(step))


def _finding(facts: MissionFacts, given: HandOver, target: PlanAgent | None, *, is_open: bool) -> Finding:
    step = facts.plan.steps[given.step] if given.step != NOWHERE else None
    name = name_step(step) if step is not None else f"step {given.step_id}"
    why = "which nobody knows"
    if target is not None and target.ended_ns is not None:
        why = f"which was {shorten(target.status, 40)} since {clock(target.ended_ns, facts.now_ns)}"
    title = f"{name} was handed over to {name_agent(target, given.to_agent_id)} at "
    title += f"{clock(given.time_ns, facts.now_ns)}, {why}."
    refs: list[Ref] = [step_ref(step)] if step is not None else []
    refs += [agent_ref(target)] if target is not None else []
    severity = gravity(facts) if is_open else "warning"
    return make_finding(NAME, severity, title, [*refs, log_ref_of(given.evidence)], opened_ns=given.time_ns,
                        subject=f"{given.step_id}:{given.from_agent_id}:{given.to_agent_id}")  # fmt: skip
