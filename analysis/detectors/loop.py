"""An agent that goes round in circles: the same tool with the same arguments, or the same prompt, again and again."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, llm_ref, make_finding, tool_ref
from analysis.algorithms.repetition import Run, find_runs
from analysis.algorithms.wording import clock, counted
from llmlog.records import LlmCallRow, ToolCallRow

Call = TypeVar("Call", LlmCallRow, ToolCallRow)

NAME = "loop"
EQUAL_RUNS = 4
"""Cycles of the same tools with the same arguments; three when all of them failed."""
EQUAL_FAILURES = 3
EQUAL_PROMPTS = 3
MESSAGE_CYCLES = 4
MESSAGES_AT_LEAST = 8


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for each run of repetition."""
    severity = "warning" if facts.outcome.mission_status == "ok" else "error"
    by_agent = dict(_by_agent(facts, facts.tool_calls))
    for agent, tools in by_agent.items():
        yield from _tool_loops(facts, agent, tools, severity)
    for agent, calls in _by_agent(facts, facts.llm_calls):
        yield from _prompt_loops(facts, agent, calls, by_agent.get(agent, ()), severity)
        yield from _message_loops(facts, agent, calls, severity)


def _by_agent(facts: MissionFacts, calls: Iterable[Call]) -> Iterable[tuple[str, list[Call]]]:
    groups: dict[str, list[Call]] = {}
    for call in calls:
        groups.setdefault(facts.agent_of(call), []).append(call)
    return groups.items()


def _tool_loops(facts: MissionFacts, agent: str, calls: Sequence[ToolCallRow], severity: str) -> Iterator[Finding]:
    items = [(call.tool_name, call.arguments_hash or call.pk) for call in calls]
    for run in find_runs(items, EQUAL_FAILURES):
        part = calls[run.start : run.end]
        failed = sum(1 for call in part if not facts.succeeded(call))
        if run.count < EQUAL_RUNS and failed < len(part):
            continue
        names = ", ".join(dict.fromkeys(call.tool_name for call in part[: run.period]))
        what = f"{names} with the same arguments" if run.period == 1 else f"the same {run.period} tool calls ({names})"
        ending = ", failing each time" if failed == len(part) else ""
        title = f"{_who(agent)} ran {what} {run.count} times in a row{_since(facts, part)}{ending}."
        yield _finding(title, severity, part, [tool_ref(call) for call in part], run)


def _prompt_loops(
    facts: MissionFacts, agent: str, calls: Sequence[LlmCallRow], tools: Sequence[ToolCallRow], severity: str
) -> Iterator[Finding]:
    told = [call for call in calls if call.message_hashes and facts.succeeded(call)]
    for run in find_runs([call.message_hashes for call in told], EQUAL_PROMPTS, max_period=2):
        part = told[run.start : run.end]
        if _overlap(part) or _moves_on(part, tools):
            continue
        thing = "message" if all(len(call.message_hashes) == 1 for call in part) else "prompt"
        what = f"the same {thing}" if run.period == 1 else f"the same two {thing}s"
        title = f"{_who(agent)} repeats itself: it sent {what} {run.count} times in a row{_since(facts, part)}."
        yield _finding(title, severity, part, [llm_ref(call) for call in part], run)


def _message_loops(facts: MissionFacts, agent: str, calls: Sequence[LlmCallRow], severity: str) -> Iterator[Finding]:
    """Cycles inside the longest prompt: what the agent said and got, over and over."""
    longest = max(calls, key=lambda call: (len(call.message_hashes), call.pk))
    for run in find_runs(longest.message_hashes, MESSAGE_CYCLES):
        if run.end - run.start >= MESSAGES_AT_LEAST:
            what = "the same message" if run.period == 1 else f"the same {run.period} messages"
            title = f"{_who(agent)} repeats itself: its conversation holds {what} {run.count} times in a row."
            yield _finding(title, severity, [longest], [llm_ref(longest)], run)


def _finding(
    title: str,
    severity: str,
    part: Sequence[LlmCallRow | ToolCallRow],
    refs: Sequence[Ref],
    run: Run,
) -> Finding:
    return make_finding(
        NAME, severity, title, refs, opened_ns=part[0].start_ns, closed_ns=part[-1].end_ns,
        detail=f"{counted(run.end - run.start, 'record')} in a cycle of {run.period}.",
    )  # fmt: skip


def _who(agent: str) -> str:
    return f"Agent {agent}" if agent else "The mission"


def _since(facts: MissionFacts, part: Sequence[LlmCallRow | ToolCallRow]) -> str:
    start_ns = part[0].start_ns
    return f" from {clock(start_ns, facts.now_ns)}" if start_ns is not None else ""


def _moves_on(part: Sequence[LlmCallRow], tools: Sequence[ToolCallRow]) -> bool:
    """Between equal prompts the agent ran tools, each with other arguments: the sender records only what is new."""
    first_ns, last_ns = part[0].start_ns or 0, part[-1].start_ns or 0
    between = [call for call in tools if call.start_ns is not None and first_ns <= call.start_ns <= last_ns]
    different = {(call.tool_name, call.arguments_hash) for call in between if call.arguments_hash}
    return len(part) - 1 <= len(between) == len(different)


def _overlap(part: Sequence[LlmCallRow]) -> bool:
    """Equal prompts at the same time are several samples, not a loop."""
    return any(
        before.end_ns is None or after.start_ns is None or after.start_ns < before.end_ns
        for before, after in pairwise(part)
    )
