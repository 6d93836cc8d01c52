"""The graph of a mission: agents as lanes, their work as nodes, edges only from evidence."""

from collections.abc import Sequence, Set

from analysis.algorithms.facts import build_facts
from analysis.algorithms.graph_drawing import Drawing
from analysis.algorithms.graph_ghosts import PlanGhosts
from analysis.algorithms.graph_model import LaneTie, MissionGraph, Tie
from analysis.algorithms.graph_plan import PlanTies
from analysis.algorithms.graph_ties import Ties
from analysis.algorithms.graph_work import WorkList
from llmlog.records import LlmCallRow, ToolCallRow
from plans.records import NO_PLAN, Plan
from traces.moments import spans_at
from traces.records import SpanRow

DEFAULT_LIMIT = 300


def build_graph(
    spans: Sequence[SpanRow],
    llm_calls: Sequence[LlmCallRow],
    tool_calls: Sequence[ToolCallRow],
    at_ns: int | None = None,
    limit: int = DEFAULT_LIMIT,
    *,
    now_ns: int | None = None,
    last_activity_ns: int | None = None,
    plan: Plan = NO_PLAN,
    expanded: Set[str] = frozenset(),
) -> MissionGraph:
    """The graph, or as it stood at `at_ns`. At most `limit` nodes, lanes included; the same for any order of spans.

    Open work counts as abandoned by `now_ns`; without it nothing is taken to be silent for long. `last_activity_ns`
    brings in what spans do not show; `plan` is that of the same moment. Nodes whose ids are `expanded` show what is
    folded into them, as far as the limit allows.
    """
    if limit < 2:
        raise ValueError("a graph needs room for a lane and a node")
    if at_ns is not None:
        spans = spans_at(spans, at_ns)
    moment_ns = at_ns if at_ns is not None else now_ns
    if moment_ns is None:
        moment_ns = max((span.end_ns or span.start_ns or 0 for span in spans), default=0)
    facts = build_facts(
        spans,
        llm_calls,
        tool_calls,
        (),
        moment_ns,
        last_activity_ns=last_activity_ns if at_ns is None else None,
        plan=plan,
    )
    listed = WorkList(facts, expanded)
    planned: list[Tie] = []
    between: list[LaneTie] = []
    if not plan.is_empty:
        ties = PlanTies(listed)
        planned = [*ties.find(), *PlanGhosts(ties).add()]
        between = list(ties.find_between_lanes())
    found = [*planned, *Ties(listed).find()]
    return Drawing(listed, limit).draw(found, between)
