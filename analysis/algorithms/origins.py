"""What led to a piece of work, as records say it: the model call that asked for a tool run, or a link."""

from typing import NamedTuple

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.wording import name_span
from llmlog.records import LlmCallRow, ToolCallRow


class Origin(NamedTuple):
    """The row that led to another, and how that is known."""

    row: int
    how: str
    """tool_call or link."""


def find_asking_call(facts: MissionFacts, run: ToolCallRow) -> LlmCallRow | None:
    """The model call whose reply asked for a tool run.

    Of those with its tool call id: the last one begun by then, of the same agent when one is. A run without an id has
    what is stored with it.
    """
    asking = facts.llm_by_tool_call_id.get(run.tool_call_id, []) if run.tool_call_id else []
    if not asking:
        return facts.llm_by_pk.get(run.requested_by) if run.requested_by is not None else None
    if len(asking) == 1 or run.start_ns is None:
        return asking[0]
    earlier = [call for call in asking if call.start_ns is not None and call.start_ns <= run.start_ns]
    own = [call for call in earlier if facts.agent_of(call) == facts.agent_of(run)]
    return (own or earlier or asking[:1])[-1]


def find_origin(facts: MissionFacts, row: int) -> Origin | None:
    """The model call that asked for a tool run; else the first link within the mission."""
    span = facts.span_of(row)
    if span is None:
        return None
    run = facts.tool_by_key.get(facts.tree.rows[row].key)
    asking = find_asking_call(facts, run) if run is not None else None
    if asking is not None and (asking_row := facts.row_of(asking)) is not None:
        return Origin(asking_row, "tool_call")
    for trace_id, span_id in span.links:
        linked = facts.tree.find(trace_id, span_id)
        if linked is not None and linked != row:
            return Origin(linked, "link")
    return None


def describe_origin(facts: MissionFacts, origin: Origin) -> str:
    """`Agent planner asked for it.`, `By its link it follows agent writer.`"""
    span = facts.span_of(origin.row)
    if span is None:
        return ""
    agent = facts.agents[origin.row]
    name = name_span(span)
    who = f"{name} of agent {agent}" if agent and agent not in name else name
    if origin.how == "tool_call":
        return f"{who[0].upper()}{who[1:]} asked for it."
    return f"By its link it follows {who}."
