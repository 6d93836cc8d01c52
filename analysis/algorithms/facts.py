"""Everything detectors look at: the records of one mission, its tree, its outcome, and ways from one to the other."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property

import msgspec

from analysis.algorithms.blockage import Blockage
from analysis.algorithms.denials import find_denials, without_reports
from analysis.algorithms.failures import Failure, rank_failures
from analysis.algorithms.findings import Ref, llm_ref, span_ref, tool_ref
from analysis.algorithms.outcome import MissionOutcome, compute_outcome
from analysis.algorithms.tree import ROOT, MissionTree, SpanKey, build_tree
from llmlog.records import LlmCallRow, ToolCallRow
from plans.building.rows import build_rows, find_homes, name_agents, step_row_key
from plans.building.span_places import SpanPlace
from plans.building.span_plan import build_span_plan
from plans.records import NO_PLAN, Plan, PlanStep
from telemetry.stage7.brain_words import LOGIC_FAILURE_EVENT
from traces.records import LogRow, SpanRow

_NO_TIME = 1 << 80


class MissionFacts(msgspec.Struct, frozen=True, dict=True):
    """One mission at one moment. Calls are in order of start."""

    tree: MissionTree
    outcome: MissionOutcome
    failures: tuple[Failure, ...]
    llm_calls: tuple[LlmCallRow, ...]
    tool_calls: tuple[ToolCallRow, ...]
    error_logs: tuple[LogRow, ...]
    """Log records of severity ERROR and above, in order of time, without what failed calls tell themselves."""
    now_ns: int
    llm_by_key: dict[SpanKey, LlmCallRow]
    tool_by_key: dict[SpanKey, ToolCallRow]
    llm_by_pk: dict[int, LlmCallRow]
    llm_by_tool_call_id: dict[str, list[LlmCallRow]]
    """The calls whose replies ask for a tool call of that id, in order of start: ids come again, in other agents and
    in replays."""
    plan: Plan
    """What records tell was intended: empty when none does."""
    agents: tuple[str, ...]
    """By row: the agent that worked, taken from above where the span names none; empty when nobody does."""
    reports: tuple[LogRow, ...]
    """Log records in which a caller says that an answer was of no use, in order of time."""
    denied: frozenset[int]
    """Keys of the model calls that they speak of."""

    @cached_property
    def whole_plan(self) -> Plan:
        """The plan with the steps, agents and questions that only spans show; worked out when somebody asks."""
        outcome = self.outcome
        rows = zip(self.tree.rows, self.agents, outcome.statuses, outcome.settled, strict=True)
        return build_span_plan(
            [SpanPlace(row.span, row.parent, agent, status, settled) for row, agent, status, settled in rows], self.plan
        )

    @cached_property
    def blockage(self) -> Blockage:
        """What the open steps of the plan wait for; worked out once, when somebody asks."""
        return Blockage(self.plan)

    def row_of(self, call: LlmCallRow | ToolCallRow) -> int | None:
        """The row of a call's span."""
        return self.tree.index.get((call.trace_id, call.span_id, call.side))

    def span_of(self, row: int) -> SpanRow | None:
        """The span of a row; None for a placeholder."""
        return self.tree.rows[row].span

    def row_of_step(self, step: PlanStep) -> int | None:
        """The row that stands for a step of the plan."""
        return self.tree.index.get(step_row_key(step))

    def refs_of(self, row: int) -> list[Ref]:
        """The span of a row and the model call or tool run it is."""
        span = self.span_of(row)
        if span is None:
            return []
        refs = [span_ref(span)]
        key = self.tree.rows[row].key
        if key in self.llm_by_key:
            refs.append(llm_ref(self.llm_by_key[key]))
        if key in self.tool_by_key:
            refs.append(tool_ref(self.tool_by_key[key]))
        return refs

    def agent_of(self, call: LlmCallRow | ToolCallRow) -> str:
        """The agent that made a call."""
        row = self.row_of(call)
        return call.agent_name or (self.agents[row] if row is not None else "")

    def succeeded(self, call: LlmCallRow | ToolCallRow) -> bool:
        """Its span ended and is ok."""
        row = self.row_of(call)
        return row is not None and self.outcome.statuses[row] == "ok"


def build_facts(
    spans: Sequence[SpanRow],
    llm_calls: Sequence[LlmCallRow],
    tool_calls: Sequence[ToolCallRow],
    error_logs: Sequence[LogRow],
    now_ns: int,
    *,
    last_activity_ns: int | None = None,
    tree: MissionTree | None = None,
    plan: Plan = NO_PLAN,
) -> MissionFacts:
    """The facts of a mission. `last_activity_ns` brings in logs and snapshots; `tree` saves building it again."""
    tree = tree if tree is not None else build_mission_tree(spans, plan)
    denials = find_denials(error_logs, llm_calls)
    reports = [log for log in error_logs if log.event_name == LOGIC_FAILURE_EVENT]
    error_logs = without_reports(error_logs, denials)
    denied = (tree.index.get((call.trace_id, call.span_id, call.side)) for call in denials)
    outcome = compute_outcome(tree, now_ns, last_activity_ns, frozenset(row for row in denied if row is not None))
    llm_calls = [_judged(tree, outcome, call) for call in llm_calls]
    calls = tuple(sorted(llm_calls, key=_call_order))
    return MissionFacts(
        tree,
        outcome,
        rank_failures(tree, outcome),
        calls,
        tuple(sorted(tool_calls, key=_call_order)),
        tuple(sorted(error_logs, key=lambda log: (log.time_ns, log.pk))),
        now_ns,
        {(call.trace_id, call.span_id, call.side): call for call in llm_calls},
        {(call.trace_id, call.span_id, call.side): call for call in tool_calls},
        {call.pk: call for call in calls},
        _by_tool_call_id(calls),
        plan,
        inherit_agents(tree),
        tuple(sorted(reports, key=lambda log: (log.time_ns, log.pk))),
        frozenset(call.pk for call in denials),
    )


def build_mission_tree(spans: Sequence[SpanRow], plan: Plan) -> MissionTree:
    """The tree of what was sent and of what was intended: spans hang under the steps that they name."""
    if plan.is_empty:
        return build_tree(spans)
    mission_id = spans[0].mission_id if spans else ""
    named = name_agents(plan, spans)
    return build_tree([*named, *build_rows(plan, mission_id)], find_homes(plan, named))


def _judged(tree: MissionTree, outcome: MissionOutcome, call: LlmCallRow) -> LlmCallRow:
    """The call with its span's outcome of now: what is stored may be that of an earlier recompute, or none yet."""
    row = tree.index.get((call.trace_id, call.span_id, call.side))
    if row is None or outcome.statuses[row] == call.status:
        return call
    return msgspec.structs.replace(call, status=outcome.statuses[row])


def _by_tool_call_id(calls: Sequence[LlmCallRow]) -> dict[str, list[LlmCallRow]]:
    asking: dict[str, list[LlmCallRow]] = defaultdict(list)
    for call in calls:
        for tool_call_id in dict.fromkeys(call.tool_call_ids):
            asking[tool_call_id].append(call)
    return dict(asking)


def inherit_agents(tree: MissionTree) -> tuple[str, ...]:
    """The agent of each row: its own, else that of the nearest row above that names one."""
    agents: list[str] = []
    for row in tree.rows:
        own = row.span.agent_name if row.span is not None else ""
        agents.append(own or (agents[row.parent] if row.parent >= 0 else ""))
    return tuple(agents)


def list_agent_runs(tree: MissionTree) -> list[int]:
    """The row of the agent run each row is in, its own for an agent's; ROOT where no agent runs."""
    runs: list[int] = []
    for row in tree.rows:
        is_run = row.span is not None and row.span.span_kind == "AGENT"
        runs.append(row.index if is_run else runs[row.parent] if row.parent != ROOT else ROOT)
    return runs


def cost_of(call: LlmCallRow) -> Decimal | None:
    """What a call cost, when it counts and is known."""
    if not call.counts_usage or call.cost_usd is None:
        return None
    try:
        cost = Decimal(call.cost_usd)
    except InvalidOperation:
        return None
    return cost if cost.is_finite() else None


def _call_order(call: LlmCallRow | ToolCallRow) -> tuple[int, int]:
    return _NO_TIME if call.start_ns is None else call.start_ns, call.pk
