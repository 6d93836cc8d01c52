"""Reads facts, and the plan that they tell. Callers have found the mission through its project."""

from collections.abc import Mapping, Sequence

from plans.building.build import plan_at
from plans.models import Fact
from plans.records import FactRow, Plan, PlanStep
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


def read_plans(mission_pks: Sequence[int], at_ns: int | None = None) -> dict[int, Plan]:
    """The plans of missions, by key, now or as they were known at a moment."""
    return {pk: plan_at(rows, at_ns) for pk, rows in list_facts(mission_pks).items()}


def read_plan(mission_pk: int, at_ns: int | None = None) -> Plan:
    """The plan of a mission, now or as it was known at a moment."""
    return read_plans([mission_pk], at_ns)[mission_pk]


def list_changed_steps(mission_pk: int, after_seq: int, limit: int) -> list[tuple[int, Plan, PlanStep]]:
    """Steps that records after a number tell of: (number, the plan as it is, step), in order of number."""
    query = Fact.objects.filter(mission_id=mission_pk, change_seq__gt=after_seq).order_by("change_seq")
    changed = dict(query.values_list("log_pk", "change_seq")[:limit])
    if not changed:
        return []
    plan = read_plan(mission_pk)
    found: list[tuple[int, Plan, PlanStep]] = []
    for step in plan.steps:
        numbers = [changed[pk] for pk in step.evidence if pk in changed]
        if numbers:
            found.append((max(numbers), plan, step))
    return sorted(found, key=lambda each: (each[0], each[2].index))
