"""Agents that gave up because planning anew led nowhere."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, agent_ref, log_ref_of, make_finding
from analysis.algorithms.step_words import name_agent
from analysis.algorithms.wording import clock, sentence, shorten

NAME = "replan_abort"
EVENTS = frozenset({"agent_aborted_replan_loop", "replan_abort"})


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each such agent."""
    for agent in facts.plan.agents:
        if agent.event in EVENTS:
            when = clock(agent.changed_ns, facts.now_ns)
            reason = f": {shorten(agent.error)}" if agent.error else ""
            title = sentence(f"{name_agent(agent)} gave up at {when} after planning anew in a loop{reason}")
            refs = [agent_ref(agent), *map(log_ref_of, agent.evidence[-1:])]
            yield make_finding(NAME, "error", title, refs, opened_ns=agent.changed_ns)
