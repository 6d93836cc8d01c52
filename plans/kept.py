"""Plans that were read lately, kept in the process: a page and its live viewers ask for one again and again.

What is kept is used only while the mission's facts are the same; when some were added only these are read. Of those
who ask for the same plan at the same time one computes it.
"""

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from django.db.models import Count, Max

from plans.building.build import build_plan
from plans.models import Fact
from plans.records import NO_PLAN, FactRow, Plan
from telemetry.facts.records import decode_facts

MOST_KEPT = 16
MOST_FACTS = 200_000
"""Of all kept missions together."""


class Version(NamedTuple):
    """Which facts a mission has: a fact that comes, leaves or moves changes it."""

    size: int
    last_seq: int


class Kept(NamedTuple):
    """A mission's facts and the plan they tell."""

    version: Version
    facts: tuple[FactRow, ...]
    plan: Plan


_kept: OrderedDict[int, Kept] = OrderedDict()
_turns = tuple(Lock() for _ in range(64))
"""Who computes a plan holds its mission's; few missions share one."""
_lock = Lock()


def read_kept(mission_pk: int) -> Kept:
    """The facts of a mission in order of time, and its plan, as they are stored now."""
    version = _find_version(mission_pk)
    if not version.size:
        return Kept(version, (), NO_PLAN)
    return _find_kept(mission_pk, version) or _compute(mission_pk)


def read_covering(mission_pk: int, seq: int) -> Kept:
    """The same, or as it was a while ago if all facts up to a number were known then: a plan that grows all the time
    is not computed for each of its changes."""
    with _lock:
        kept = _kept.get(mission_pk)
    return kept if kept is not None and kept.version.last_seq >= seq else read_kept(mission_pk)


def _find_kept(mission_pk: int, version: Version) -> Kept | None:
    with _lock:
        kept = _kept.get(mission_pk)
    return kept if kept is not None and kept.version == version else None


def _compute(mission_pk: int) -> Kept:
    with _turns[mission_pk % len(_turns)]:
        version = _find_version(mission_pk)
        found = _find_kept(mission_pk, version)
        if found is None:
            facts = _extend(mission_pk, _kept.get(mission_pk), version)
            found = Kept(version, facts, build_plan(facts))
            _keep(mission_pk, found)
    return found


def _find_version(mission_pk: int) -> Version:
    found = Fact.objects.filter(mission_id=mission_pk).aggregate(count=Count("log_pk"), last=Max("change_seq"))
    return Version(found["count"], found["last"] or 0)


def _extend(mission_pk: int, kept: Kept | None, version: Version) -> tuple[FactRow, ...]:
    """The kept facts and the new ones; all of them read anew when that does not add up."""
    if kept is not None:
        added = read_facts_after(mission_pk, kept.version.last_seq)
        if len(kept.facts) + len(added) == version.size:
            return _in_order((*kept.facts, *added))
    return _in_order(read_facts_after(mission_pk, -1))


def read_facts_after(mission_pk: int, after_seq: int) -> list[FactRow]:
    """The facts of a mission with a higher number."""
    query = Fact.objects.filter(mission_id=mission_pk, change_seq__gt=after_seq)
    return [
        FactRow(pk, time_ns, decode_facts(bytes(data)), "", is_inferred)
        for pk, time_ns, is_inferred, data in query.values_list("log_pk", "time_ns", "is_inferred", "data")
    ]


def _in_order(rows: tuple[FactRow, ...] | list[FactRow]) -> tuple[FactRow, ...]:
    return tuple(sorted(rows, key=lambda row: (row.time_ns, row.pk)))


def _keep(mission_pk: int, found: Kept) -> None:
    with _lock:
        _kept[mission_pk] = found
        _kept.move_to_end(mission_pk)
        while len(_kept) > MOST_KEPT or (
            len(_kept) > 1 and sum(each.version.size for each in _kept.values()) > MOST_FACTS
        ):
            _kept.popitem(last=False)


def forget_plans() -> None:
    """Keep none of the plans read so far."""
    with _lock:
        _kept.clear()
