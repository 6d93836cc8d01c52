"""Agents that fell silent with work in hand while the mission went on."""

from collections import defaultdict
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, agent_ref, make_finding, step_ref
from analysis.algorithms.outcome import MINUTE_NS
from analysis.algorithms.standing import gravity
from analysis.algorithms.step_words import name_agent, name_step
from analysis.algorithms.wording import clock, lasting, listed
from llmlog.records import LlmCallRow, ToolCallRow
from plans.records import PlanAgent, PlanStep

NAME = "agent_vanished"
SILENCE_NS = 10 * MINUTE_NS
"""An agent that works has a word to say more often."""
WORDS = frozenset({"vanished", "lost", "unreachable", "dead"})
"""Statuses by which a sender says it."""


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each such agent. When all are silent it is a stall, not this."""
    steps: dict[str, list[PlanStep]] = defaultdict(list)
    for step in facts.plan.steps:
        steps[step.agent_id].append(step)
    last = {agent.id: _last_word(agent, steps[agent.id]) for agent in facts.plan.agents}
    calls: list[LlmCallRow | ToolCallRow] = [*facts.llm_calls, *facts.tool_calls]
    for call in calls:
        if call.agent_name in last and call.end_ns is not None:
            last[call.agent_name] = max(last[call.agent_name], call.end_ns)
    latest_ns = max(last.values(), default=0)
    for agent in facts.plan.agents:
        busy = [step for step in steps[agent.id] if step.outcome == "active"]
        is_said = agent.status.lower() in WORDS
        if is_said or (busy and agent.ended_ns is None and latest_ns - last[agent.id] > SILENCE_NS):
            yield _finding(facts, agent, busy, last[agent.id], latest_ns, is_said=is_said)


def _last_word(agent: PlanAgent, steps: list[PlanStep]) -> int:
    times = (ns for step in steps for ns in (step.created_ns, step.started_ns, step.ended_ns) if ns is not None)
    return max(agent.changed_ns, agent.created_ns or 0, max(times, default=0))


def _finding(
    facts: MissionFacts, agent: PlanAgent, busy: list[PlanStep], last_ns: int, latest_ns: int, *, is_said: bool
) -> Finding:
    who, when = name_agent(agent), clock(last_ns, facts.now_ns)
    title = f"{who} vanished: nothing came from it after {when}"
    if latest_ns > last_ns and not is_said:
        title += f" while the mission went on for {lasting(latest_ns - last_ns)}"
    title += f"; it was at {listed([name_step(step) for step in busy])}." if busy else "."
    refs = [agent_ref(agent), *map(step_ref, busy)]
    return make_finding(NAME, gravity(facts), title[0].upper() + title[1:], refs, opened_ns=last_ns)
