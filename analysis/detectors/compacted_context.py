"""Model calls whose conversation was cut or summarised since the agent's call before."""

from collections.abc import Iterable, Iterator, Sequence

from analysis.algorithms.context import compute_context_changes
from analysis.algorithms.facts import MissionFacts, list_agent_runs
from analysis.algorithms.findings import Finding, llm_ref, make_finding
from analysis.algorithms.tree import ROOT
from analysis.algorithms.wording import clock, counted
from llmlog.records import LlmCallRow

NAME = "compacted_context"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each such call. Histories are compared within one run of an agent: another begins anew."""
    for calls in _by_run(facts):
        changes = compute_context_changes(calls)
        for at, call in enumerate(calls):
            change = changes[call.pk]
            previous = facts.llm_by_pk[change.previous] if change.previous is not None else None
            if change.is_compacted and previous is not None and not _goes_on(previous, calls[at + 1 :]):
                yield _finding(facts, call, previous, len(change.removed))


def _by_run(facts: MissionFacts) -> Iterable[list[LlmCallRow]]:
    """The calls of each run of an agent; outside of any, those of each trace."""
    agent_runs = list_agent_runs(facts.tree)
    groups: dict[tuple[int, str], list[LlmCallRow]] = {}
    for call in facts.llm_calls:
        row = facts.row_of(call)
        agent_run = agent_runs[row] if row is not None else ROOT
        groups.setdefault((agent_run, call.trace_id if agent_run == ROOT else ""), []).append(call)
    return groups.values()


def _goes_on(previous: LlmCallRow, later: Sequence[LlmCallRow]) -> bool:
    """The whole of a prompt is sent again later: nothing was cut, another conversation lies in between."""
    whole = previous.message_hashes
    return any(call.message_hashes[: len(whole)] == whole for call in later)


def _finding(facts: MissionFacts, call: LlmCallRow, previous: LlmCallRow, removed_count: int) -> Finding:
    agent = facts.agent_of(call)
    whose = f" of agent {agent}" if agent else ""
    when = f" at {clock(call.start_ns, facts.now_ns)}" if call.start_ns is not None else ""
    gone = counted(removed_count, "message")
    title = f"The conversation{whose} was shortened{when}: {gone} of the call before are gone."
    return make_finding(NAME, "info", title, [llm_ref(call), llm_ref(previous)], opened_ns=call.start_ns)
