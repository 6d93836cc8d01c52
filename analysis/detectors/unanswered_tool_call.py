"""Tool calls a model asked for that no tool run answers."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, llm_ref, make_finding
from analysis.algorithms.wording import clock, counted

NAME = "unanswered_tool_call"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each model call with such requests.

    Only where the sender records ids of tool runs at all; a mission that still works may yet answer its last call.
    """
    run_ids = {call.tool_call_id for call in facts.tool_calls if call.tool_call_id}
    if not run_ids:
        return
    is_working = facts.outcome.mission_status in ("active", "waiting") and not facts.outcome.is_stalled
    last = {facts.agent_of(call): call.pk for call in facts.llm_calls}
    for call in facts.llm_calls:
        missing = [tool_call_id for tool_call_id in call.tool_call_ids if tool_call_id not in run_ids]
        if missing and facts.succeeded(call) and not (is_working and last[facts.agent_of(call)] == call.pk):
            agent = facts.agent_of(call)
            whose = f" of agent {agent}" if agent else ""
            when = f" at {clock(call.end_ns, facts.now_ns)}" if call.end_ns is not None else ""
            title = f"{counted(len(missing), 'tool call')} the model{whose} asked for{when} never ran."
            detail = "Without a run: " + ", ".join(missing[:10]) + "."
            yield make_finding(NAME, "warning", title, [llm_ref(call)], opened_ns=call.end_ns, detail=detail)
