"""How large missions are, as far as computing them costs: before anybody reads their rows."""

from collections.abc import Sequence

from plans.selectors import count_facts
from traces.counts import count_spans


def count_costly(mission_pks: Sequence[int]) -> dict[int, int]:
    """Spans and what is told of the plan, of several missions, by key."""
    spans, facts = count_spans(mission_pks), count_facts(mission_pks)
    return {pk: spans[pk] + facts[pk] for pk in mission_pks}
