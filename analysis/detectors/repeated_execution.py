"""Steps that were executed more than once: what they do outside was done more than once, too."""

from collections import defaultdict
from collections.abc import Iterator

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import Finding, Ref, make_finding, step_ref, tool_ref
from analysis.algorithms.step_words import name_step
from analysis.algorithms.wording import counted
from llmlog.records import ToolCallRow

NAME = "repeated_execution"
SHOWN = 10


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """One finding for all: by how often a step began, and by equal runs of a tool in one step of the plan."""
    runs: dict[tuple[str, str, bytes], list[ToolCallRow]] = defaultdict(list)
    for call in facts.tool_calls:
        if call.step_id and call.arguments_hash:
            runs[call.step_id, call.tool_name, call.arguments_hash].append(call)
    equal: dict[str, list[ToolCallRow]] = {}
    for (step_id, _, _), calls in runs.items():
        if len(calls) > len(equal.get(step_id, ())) and len(calls) > 1:
            equal[step_id] = calls
    repeated: dict[str, int] = {}
    refs: list[Ref] = []
    opened: list[int] = []
    for step in facts.plan.steps:
        calls = equal.get(step.step_id, []) if step.occurrence == 1 else []
        count = max(step.starts, step.retry_count + 1, len(calls))
        if count > 1:
            repeated[name_step(step)] = count
            refs += [step_ref(step), *map(tool_ref, calls[1:4])]
            opened += [ns for ns in (step.started_ns, step.created_ns) if ns is not None][:1]
    if repeated:
        told = ", ".join(f"{name} {count} times" for name, count in list(repeated.items())[:SHOWN])
        title = f"{counted(len(repeated), 'step was', 'steps were')} executed more than once: {told}."
        yield make_finding(NAME, "warning", title, refs, opened_ns=min(opened, default=None), subject="steps")
