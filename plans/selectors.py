"""Reads facts, and the plan that they tell. Callers have found the mission through its project."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db.models import Count

from plans.building.build import plan_at
from plans.kept import read_covering, read_kept
from plans.models import Fact
from plans.records import NO_PLAN, FactRow, Plan, PlanStep
from telemetry.facts.records import decode_facts


def list_facts(mission_pks: Sequence[int], mission_ids: Mapping[int, str] | None = None) -> dict[int, list[FactRow]]:
    """The facts of missions, by key, in order of time. `mission_ids` are the senders' ids, where they are wanted."""
    names = mission_ids or {}
    found: dict[int, list[FactRow]] = {pk: [] for pk in mission_pks}
    query = Fact.objects.filter(mission_id__in=list(mission_pks)).order_by("time_ns", "log_pk")
    for pk, mission_pk, time_ns, is_inferred, data in query.values_list(
        "log_pk", "mission_id", "time_ns", "is_inferred", "data"
    ):
        row = FactRow(pk, time_ns, decode_facts(bytes(data)), names.get(mission_pk, ""), is_inferred)
        found[mission_pk].append(row)
    return found


def count_facts(mission_pks: Sequence[int]) -> dict[int, int]:
    """Records that tell of a plan, of several missions, by key."""
    query = Fact.objects.filter(mission_id__in=list(mission_pks))
    return dict.fromkeys(mission_pks, 0) | dict(query.values_list("mission_id").annotate(Count("log_pk")))


def read_plans(mission_pks: Sequence[int]) -> dict[int, Plan]:
    """The plans of missions, by key."""
    told = set(Fact.objects.filter(mission_id__in=list(mission_pks)).values_list("mission_id", flat=True).distinct())
    return {pk: read_kept(pk).plan if pk in told else NO_PLAN for pk in mission_pks}


def read_plan(mission_pk: int, at_ns: int | None = None) -> Plan:
    """The plan of a mission, now or as it was known at a moment."""
    kept = read_kept(mission_pk)
    return kept.plan if at_ns is None else plan_at(kept.facts, at_ns)


class ChangedStep(NamedTuple):
    """A step as it is, and the number of the last record that tells of it."""

    change_seq: int
    plan: Plan
    step: PlanStep


def list_changed_steps(mission_pk: int, mission_id: str, *, after_seq: int, limit: int) -> list[ChangedStep]:
    """Steps that the next records after a number tell of, in order of number."""
    query = Fact.objects.filter(mission_id=mission_pk, change_seq__gt=after_seq).order_by("change_seq")
    changed = dict(query.values_list("log_pk", "change_seq")[:limit])
    if not changed:
        return []
    plan = read_covering(mission_pk, max(changed.values())).plan
    found: list[ChangedStep] = []
    for step in plan.steps:
        numbers = [changed[pk] for pk in step.evidence if pk in changed]
        if numbers:
            found.append(ChangedStep(max(numbers), plan, step))
    return sorted(found, key=lambda each: (each.change_seq, each.step.index))
