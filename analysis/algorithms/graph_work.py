"""Which spans are pieces of work in the graph, and whose work they are."""

from analysis.algorithms.facts import MissionFacts
from analysis.algorithms.findings import key_ref
from analysis.algorithms.graph_model import MAX_REFS, Work
from analysis.algorithms.tree import ROOT, TreeRow
from analysis.algorithms.wording import plain_name
from traces.records import SpanRow

KIND_OF_SPAN = {
    "AGENT": "run", "STEP": "step", "LLM": "llm", "EMBEDDING": "llm", "TOOL": "tool", "RETRIEVER": "tool",
    "RERANKER": "tool", "MEMORY": "tool", "HUMAN": "human", "QUEUE": "queue", "GUARDRAIL": "step", "EVALUATOR": "step",
}  # fmt: skip
"""Kinds that are work by themselves. Any other span is a step when it directly holds such work."""
LEAF_KINDS = frozenset({"llm", "tool"})


class WorkList:
    """All work of a mission in preorder, and for each row of the tree the work it belongs to."""

    def __init__(self, facts: MissionFacts) -> None:
        self.facts = facts
        self.work: list[Work] = []
        self.owners: list[int] = []
        """By row: position of its own work, else of the nearest above; -1 for none."""
        kinds = self._kinds()
        for row in facts.tree.rows:
            above = self.owners[row.parent] if row.parent != ROOT else -1
            kind = kinds[row.index]
            if kind and not (kind == "llm" and above >= 0 and self.work[above].kind == "llm"):
                self.owners.append(len(self.work))
                self.work.append(self._make(row, kind, above))
            else:
                self.owners.append(above)
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
                outcome.statuses[row.index], None, None, [],
            )  # fmt: skip
        return Work(
            f"span:{key.id}", kind, self._label(row, span), _lane_of(agent, span), agent, row.index, caller,
            span.status_code, outcome.statuses[row.index], span.start_ns, span.end_ns, self.facts.refs_of(row.index),
            outcome.settled[row.index],
        )  # fmt: skip

    def _label(self, row: TreeRow, span: SpanRow) -> str:
        tool = self.facts.tool_by_key.get(row.key)
        return tool.tool_name if tool is not None and tool.tool_name else plain_name(span)

    def _add_refs(self, owner: int, row: TreeRow) -> None:
        """The work a hidden span belongs to cites it, when it is a call."""
        is_call = row.key in self.facts.llm_by_key or row.key in self.facts.tool_by_key
        if is_call and owner >= 0 and len(self.work[owner].refs) < MAX_REFS:
            self.work[owner].refs.extend(self.facts.refs_of(row.index))


def _lane_of(agent: str, span: SpanRow) -> str:
    if agent:
        return f"agent:{agent}"
    return f"service:{span.service_name}" if span.service_name else "service:"
