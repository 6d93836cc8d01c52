"""One model call that cost more than all the others together."""

from collections.abc import Iterator
from decimal import Decimal

from analysis.algorithms.facts import MissionFacts, cost_of
from analysis.algorithms.findings import Finding, llm_ref, make_finding

NAME = "cost_outlier"
CALLS_AT_LEAST = 4
COST_AT_LEAST = Decimal("0.01")


def detect(facts: MissionFacts) -> Iterator[Finding]:
    """At most one finding, among calls whose usage counts and whose cost is known."""
    costs = [(cost, call) for call in facts.llm_calls if (cost := cost_of(call)) is not None]
    if len(costs) < CALLS_AT_LEAST:
        return
    total = sum((cost for cost, _ in costs), Decimal(0))
    dearest, call = max(costs, key=lambda each: (each[0], -each[1].pk))
    if dearest >= COST_AT_LEAST and 2 * dearest > total:
        share = int(100 * dearest / total)
        model = call.response_model or call.request_model or "unknown model"
        title = f"One call of {model} cost ${dearest:.4f}, {share} % of what the mission cost."
        yield make_finding(NAME, "info", title, [llm_ref(call)], opened_ns=call.start_ns, closed_ns=call.end_ns)
