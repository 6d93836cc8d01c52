"""Which spans and steps are pieces of work in the graph, and whose work they are."""

from collections import Counter
from collections.abc import Set

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import key_ref, log_ref_of
from analysis.algorithms.graph_lanes import Lanes
from analysis.algorithms.graph_model import MAX_REFS, NOT_RECEIVED, Work
from analysis.algorithms.tree import ROOT, TreeRow
from analysis.algorithms.wording import plain_name, shorten
from plans.building.rows import agent_of_row, step_of_row
from plans.records import NOWHERE
from traces.records import SpanRow

KIND_OF_SPAN = {
    "AGENT": "run", "STEP": "step", "LLM": "llm", "EMBEDDING": "llm", "TOOL": "tool", "RETRIEVER": "tool",
    "RERANKER": "tool", "MEMORY": "tool", "HUMAN": "human", "QUEUE": "queue", "GUARDRAIL": "step", "EVALUATOR": "step",
}  # fmt: skip
"""Kinds that are work by themselves. Any other span is a step when it directly holds such work."""
LEAF_KINDS = frozenset({"llm", "tool"})


class WorkList:
    """All work of a mission in preorder, and for each row of the tree the work it belongs to.

    Steps of a plan are work; agents of a plan are lanes, and work only where nothing else is in their lane. What lies
    below a step is counted in it, unless the step's id is `expanded`.
    """

    def __init__(self, facts: MissionFacts, expanded: Set[str] = frozenset()) -> None:
        self.facts = facts
        self.expanded = expanded
        self.lanes = Lanes(facts)
        self.work: list[Work] = []
        self.owners: list[int] = []
        """By row: position of its own work, else of the nearest above; -1 for none."""
        self.of_step: list[int] = [NOWHERE] * len(facts.plan.steps)
        """By step of the plan: position of its work."""
        self.kinds = self._kinds()
        for row in facts.tree.rows:
            self._place(row, self.kinds[row.index])
        self._add_idle_agents()

    def _place(self, row: TreeRow, kind: str) -> None:
        above = self.owners[row.parent] if row.parent != ROOT else -1
        span = row.span
        is_planned = span is not None and span.pk < 0
        if span is not None and agent_of_row(span) != NOWHERE:
            self.owners.append(-1)
        elif not is_planned and above >= 0 and self._counts_inside(above):
            self.owners.append(above)
            self._count(above, row, kind)
        elif kind and not (kind == "llm" and above >= 0 and self.work[above].kind == "llm"):
            self.owners.append(len(self.work))
            self.work.append(self._make(row, kind, above))
        else:
            self.owners.append(above)
            self._add_refs(above, row)

    def _counts_inside(self, above: int) -> bool:
        work = self.work[above]
        return work.step != NOWHERE and not work.is_expanded

    def _count(self, above: int, row: TreeRow, kind: str) -> None:
        work = self.work[above]
        is_nested = row.parent != ROOT and self.kinds[row.parent] == "llm"
        work.llm_calls += kind == "llm" and not is_nested
        work.tool_calls += kind == "tool"
        work.inner_count += bool(kind)
        self._add_refs(above, row)

    def _kinds(self) -> list[str]:
        """By row: the kind of work it is, or empty. Without any known work every span is shown."""
        rows = self.facts.tree.rows
        kinds = [self._own_kind(row) for row in rows]
        if not any(kinds[row.index] for row in rows if row.span is not None):
            return ["span" if row.span is not None else "ghost" for row in rows]
        holders = {row.parent for row in rows if kinds[row.index] not in ("", "ghost")}
        decisive = {failure.row for failure in self.facts.failures if failure.is_decisive}
        for row in rows:
            if not kinds[row.index]:
                if row.index in holders:
                    kinds[row.index] = "step"
                elif row.index in decisive and not self._is_inside_a_call(row, kinds):
                    kinds[row.index] = "span"
        return kinds

    def _own_kind(self, row: TreeRow) -> str:
        return "ghost" if row.span is None else KIND_OF_SPAN.get(row.span.span_kind, "")

    def _is_inside_a_call(self, row: TreeRow, kinds: list[str]) -> bool:
        return row.parent != ROOT and kinds[row.parent] in LEAF_KINDS

    def _make(self, row: TreeRow, kind: str, caller: int) -> Work:
        key = key_ref(*row.key)
        outcome, span = self.facts.outcome, row.span
        agent = self.facts.agents[row.index]
        if span is None:
            return Work(
                f"ghost:{key.id}", "ghost", row.label, "", "", row.index, caller, "",
                outcome.statuses[row.index], None, None, [], ghost=NOT_RECEIVED,
            )  # fmt: skip
        above = self.work[caller] if caller >= 0 else None
        work = Work(
            f"span:{key.id}", kind, self._label(row, span), self.lanes.of(agent, span, above), agent, row.index, caller,
            span.status_code, outcome.statuses[row.index], span.start_ns, span.end_ns, self.facts.refs_of(row.index),
            outcome.settled[row.index],
        )  # fmt: skip
        if step_of_row(span) != NOWHERE:
            self._describe_step(work, step_of_row(span))
        return work

    def _describe_step(self, work: Work, index: int) -> None:
        step = self.facts.plan.steps[index]
        self.of_step[index] = len(self.work)
        work.step, work.label = index, shorten(step.verb, 80) or shorten(step.description, 60) or step.step_id
        work.status, work.detail = step.status, shorten(step.description, 300)
        work.step_id, work.scope_id = step.step_id, step.scope_id
        work.is_expanded = work.id in self.expanded
        work.refs.extend(log_ref_of(pk) for pk in step.evidence[: MAX_REFS - len(work.refs)])

    def _label(self, row: TreeRow, span: SpanRow) -> str:
        tool = self.facts.tool_by_key.get(row.key)
        return tool.tool_name if tool is not None and tool.tool_name else plain_name(span)

    def _add_refs(self, owner: int, row: TreeRow) -> None:
        """The work a hidden span belongs to cites it, when it is a call."""
        is_call = row.key in self.facts.llm_by_key or row.key in self.facts.tool_by_key
        if is_call and owner >= 0 and len(self.work[owner].refs) < MAX_REFS:
            self.work[owner].refs.extend(self.facts.refs_of(row.index))

    def _add_idle_agents(self) -> None:
        """An agent without any work is shown as what it is."""
        if not self.facts.plan.agents:
            return
        busy = Counter(each.lane for each in self.work)
        for row in self.facts.tree.rows:
            if row.span is not None and agent_of_row(row.span) != NOWHERE:
                lane = self.lanes.of_agent(self.facts.plan.agents[agent_of_row(row.span)].id)
                if not busy[lane]:
                    self.owners[row.index] = len(self.work)
                    self.work.append(self._make(row, "run", -1))
