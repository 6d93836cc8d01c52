"""Where the time, the tokens and the money of a mission went: by span, model, agent and tool.

Time is that of the critical path: its parts sum to the wall time. Unknown is None and never counts as zero.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

import msgspec

from analysis.algorithms.attempts import find_attempts
from analysis.algorithms.critical_path import CriticalPath
from analysis.algorithms.facts import cost_of, inherit_agents
from analysis.algorithms.tree import ROOT, MissionTree
from llmlog.records import LlmCallRow, ToolCallRow

Key = TypeVar("Key")
Row = TypeVar("Row")


class SpanTime(msgspec.Struct, frozen=True):
    """What a span itself, without what lies in it, gives to the critical path."""

    row: int
    path_ns: int


class CallUse(msgspec.Struct, frozen=True):
    """What the model calls of one model or agent used."""

    name: str
    """Empty where nobody is named."""
    call_count: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: Decimal | None
    path_ns: int = 0
    """Of an agent: its part of the critical path."""

    @property
    def tokens(self) -> int | None:
        """In and out together."""
        known = [count for count in (self.input_tokens, self.output_tokens) if count is not None]
        return sum(known) if known else None


class ToolUse(msgspec.Struct, frozen=True):
    """The runs of one tool."""

    name: str
    run_count: int
    failure_count: int
    total_ns: int | None
    """Of the runs that ended."""


class Spending(msgspec.Struct, frozen=True):
    """All of it, each list with the most first."""

    spans: tuple[SpanTime, ...]
    models: tuple[CallUse, ...]
    agents: tuple[CallUse, ...]
    tools: tuple[ToolUse, ...]


def compute_spending(
    tree: MissionTree, path: CriticalPath, llm_calls: Sequence[LlmCallRow], tool_calls: Sequence[ToolCallRow]
) -> Spending:
    """Sums over the critical path, the calls whose usage counts, and the tool runs. Linear but for sorting."""
    agents = inherit_agents(tree)
    path_ns = _sums((segment.row, segment.end_ns - segment.start_ns) for segment in path.segments)
    by_agent = _sums((agents[row], time_ns) for row, time_ns in path_ns.items() if row != ROOT)
    counted = counted_calls(tree, llm_calls)
    by_model = _group((_model(call), call) for call in counted)
    spoken = _group((_agent_of(tree, agents, call), call) for call in counted)
    names = dict.fromkeys([*by_agent, *spoken])
    spans = [SpanTime(row, time_ns) for row, time_ns in path_ns.items() if row != ROOT]
    return Spending(
        spans=tuple(sorted(spans, key=lambda each: (-each.path_ns, each.row))),
        models=tuple(sorted((_use_of(name, calls) for name, calls in by_model.items()), key=_dearest)),
        agents=tuple(
            sorted(
                (_use_of(name, spoken.get(name, []), by_agent.get(name, 0)) for name in names),
                key=lambda use: (-use.path_ns, *_dearest(use)),
            )
        ),
        tools=_tools(tool_calls),
    )


def counted_calls(tree: MissionTree, calls: Iterable[LlmCallRow]) -> list[LlmCallRow]:
    """The calls whose usage counts: one that repeats the usage of a call inside it, or of its attempts, does not."""
    rows, calls = tree.rows, list(calls)
    repeating = find_attempts(calls).outer
    places = [(call, tree.index.get((call.trace_id, call.span_id, call.side))) for call in calls]
    wrappers: set[int] = set()
    for call, at in places:
        above = ROOT if at is None or not call.counts_usage else rows[at].parent
        while above != ROOT and above not in wrappers:
            wrappers.add(above)
            above = rows[above].parent
    return [call for call, at in places if call.counts_usage and at not in wrappers and call.pk not in repeating]


def _model(call: LlmCallRow) -> str:
    return call.response_model or call.request_model


def _agent_of(tree: MissionTree, agents: Sequence[str], call: LlmCallRow) -> str:
    at = tree.index.get((call.trace_id, call.span_id, call.side))
    return call.agent_name or (agents[at] if at is not None else "")


def _use_of(name: str, calls: Sequence[LlmCallRow], path_ns: int = 0) -> CallUse:
    costs = [cost for cost in map(cost_of, calls) if cost is not None]
    return CallUse(
        name=name,
        call_count=len(calls),
        input_tokens=_total([call.input_tokens for call in calls]),
        output_tokens=_total([call.output_tokens for call in calls]),
        cost_usd=sum(costs, Decimal(0)) if costs else None,
        path_ns=path_ns,
    )


def _dearest(use: CallUse) -> tuple[Decimal, int, int, str]:
    return -(use.cost_usd or Decimal(0)), -(use.tokens or 0), -use.call_count, use.name


def _tools(runs: Sequence[ToolCallRow]) -> tuple[ToolUse, ...]:
    uses = []
    for name, of in _group((run.tool_name, run) for run in runs).items():
        took = [max(0, run.end_ns - run.start_ns) for run in of if run.start_ns is not None and run.end_ns is not None]
        failures = sum(run.effective_status == "failed" for run in of)
        uses.append(ToolUse(name, len(of), failures, sum(took) if took else None))
    return tuple(sorted(uses, key=lambda use: (-(use.total_ns or 0), -use.run_count, use.name)))


def _group(pairs: Iterable[tuple[Key, Row]]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for key, row in pairs:
        found.setdefault(key, []).append(row)
    return found


def _sums(pairs: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for key, amount in pairs:
        found[key] = found.get(key, 0) + amount
    return found


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
