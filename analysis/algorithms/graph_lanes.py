"""The lanes of the graph: agents of the plan by their ids, other agents by their names, services without agents."""

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import key_ref, log_ref_of
from analysis.algorithms.graph_model import MAX_REFS, Lane, Work
from analysis.algorithms.wording import shorten
from plans.building.rows import agent_label, agent_of_row, agent_row_key, step_of_row
from plans.records import NOWHERE, PlanAgent
from traces.records import SpanRow

NOBODY = "agent:?"
"""The lane of steps of which no record names an agent."""


class Lanes:
    """Which lane work belongs to, and what is known of the agents of the plan."""

    def __init__(self, facts: MissionFacts) -> None:
        self.facts = facts
        self.known: dict[str, Lane] = {}
        """By id: the lanes of the plan's agents."""
        self._by_name: dict[str, str] = {}
        for agent in facts.plan.agents:
            lane = self._make(agent)
            self.known[lane.id] = lane
            self._by_name.setdefault(lane.agent_name, lane.id)
        if facts.plan.steps:
            self.known[NOBODY] = Lane(NOBODY, "agent not named", "", "", "", "", ())

    def of(self, agent: str, span: SpanRow, caller: Work | None) -> str:
        """The lane of a piece of work by this agent, below `caller`."""
        step, at = step_of_row(span), agent_of_row(span)
        if step != NOWHERE:
            return self.of_agent(self.facts.plan.steps[step].agent_id)
        if at != NOWHERE:
            return self.of_agent(self.facts.plan.agents[at].id)
        if caller is not None and caller.agent_name == agent and caller.step != NOWHERE:
            return caller.lane
        if agent:
            return self._by_name.get(agent, f"agent:{agent}")
        return f"service:{span.service_name}" if span.service_name else "service:"

    def of_agent(self, agent_id: str) -> str:
        """The lane of an agent of the plan."""
        return f"agent:{agent_id}" if agent_id else NOBODY

    def _make(self, agent: PlanAgent) -> Lane:
        key = agent_row_key(agent.id)
        row = self.facts.tree.index.get(key)
        status = self.facts.outcome.statuses[row] if row is not None else ""
        about = " · ".join(filter(None, (agent.role, shorten(agent.goal, 200))))
        refs = (key_ref(*key), *map(log_ref_of, agent.evidence[: MAX_REFS - 1]))
        label = agent_label(agent)
        lane_id = self.of_agent(agent.id)
        return Lane(lane_id, label, about, label, agent.status, status, refs)
