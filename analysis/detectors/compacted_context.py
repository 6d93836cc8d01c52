"""Model calls whose conversation was cut or summarised since the agent's call before."""

from collections.abc import Iterator

from analysis.algorithms.context import compute_context_changes
from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, llm_ref, make_finding
from analysis.algorithms.wording import clock, counted

NAME = "compacted_context"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each such call."""
    changes = compute_context_changes(facts.llm_calls)
    by_pk = {call.pk: call for call in facts.llm_calls}
    for call in facts.llm_calls:
        change = changes[call.pk]
        if change.is_compacted and change.previous is not None:
            agent = facts.agent_of(call)
            whose = f" of agent {agent}" if agent else ""
            when = f" at {clock(call.start_ns, facts.now_ns)}" if call.start_ns is not None else ""
            gone = counted(len(change.removed), "message")
            title = f"The conversation{whose} was shortened{when}: {gone} of the call before are gone."
            refs = [llm_ref(call), llm_ref(by_pk[change.previous])]
            yield make_finding(NAME, "info", title, refs, opened_ns=call.start_ns)
