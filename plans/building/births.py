"""Which agent a step belongs to, where nobody says it: an agent begins with the step that was made just then."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from plans.building.drafts import Draft
from plans.building.parents import parents_first
from plans.records import NOWHERE, FactRow
from telemetry.facts.records import AgentFact

SAME_MOMENT_NS = 250_000_000
"""An agent's first step is made within so much of its birth."""


class Birth(NamedTuple):
    """An agent and the moment it came to be."""

    time_ns: int
    agent_id: str


def find_births(rows: Iterable[FactRow]) -> list[Birth]:
    """Agents whose birth a record tells, in order of time."""
    births = {
        Birth(row.time_ns, fact.agent_id)
        for row in rows
        for fact in row.facts
        if isinstance(fact, AgentFact) and fact.is_created and fact.agent_id
    }
    return sorted(births)


def find_agents(drafts: Sequence[Draft], births: Sequence[Birth]) -> dict[str, int]:
    """Give steps their agent where nobody says it; gives the first step of each agent."""
    firsts: dict[str, int] = {}
    for at, draft in enumerate(drafts):
        if draft.agent_id and draft.parent == NOWHERE:
            firsts.setdefault(draft.agent_id, at)
    free = sorted((at for at, draft in enumerate(drafts) if _is_free(draft)), key=lambda at: drafts[at].created_ns or 0)
    for birth in births:
        if birth.agent_id not in firsts:
            place = _nearest(drafts, free, birth.time_ns)
            if place != NOWHERE:
                found = free.pop(place)
                drafts[found].agent_id, drafts[found].is_agent_inferred = birth.agent_id, True
                firsts[birth.agent_id] = found
    for at in parents_first(drafts):
        draft = drafts[at]
        if not draft.agent_id and draft.parent != NOWHERE and drafts[draft.parent].agent_id:
            draft.agent_id, draft.is_agent_inferred = drafts[draft.parent].agent_id, True
    return firsts


def _is_free(draft: Draft) -> bool:
    return not draft.agent_id and draft.parent == NOWHERE and draft.created_ns is not None


def _nearest(drafts: Sequence[Draft], free: list[int], time_ns: int) -> int:
    """The place of the step made last before that moment, the first of several at once, or else first after it."""

    def created_ns(at: int) -> int:
        return drafts[at].created_ns or 0

    after = bisect_right(free, time_ns, key=created_ns)
    if after and created_ns(free[after - 1]) >= time_ns - SAME_MOMENT_NS:
        return bisect_left(free, created_ns(free[after - 1]), key=created_ns)
    if after < len(free) and created_ns(free[after]) <= time_ns + SAME_MOMENT_NS:
        return after
    return NOWHERE
