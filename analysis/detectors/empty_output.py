"""Replies without a single token although the call went well."""

from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, llm_ref, make_finding
from analysis.algorithms.wording import clock, counted

NAME = "empty_output"


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all of them."""
    empty = [
        call
        for call in facts.llm_calls
        if call.output_tokens == 0
        and call.input_tokens
        and not call.tool_call_ids
        and call.operation not in ("embeddings", "embedding", "rerank")
        and facts.succeeded(call)
    ]
    if empty:
        first = empty[0]
        name = first.response_model or first.request_model or "the model"
        when = f", first at {clock(first.end_ns, facts.now_ns)}" if first.end_ns is not None else ""
        title = f"{counted(len(empty), 'reply', 'replies')} of {name} came back empty{when}."
        refs = [llm_ref(call) for call in empty]
        yield make_finding(NAME, "warning", title, refs, opened_ns=first.end_ns, subject="replies")
