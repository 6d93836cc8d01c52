"""Events of stage7 in any order, one by one or together, repeated: the same missions and the same plan."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Project
from analysis import attribution
from ingest.commit import store_prepared
from ingest.prepare import prepare
from plans.selectors import read_plan
from tests.ingest.delivery import REDACTOR, dump
from tests.plans.stage7_events import completed, created, event, finished, output, plan_of, started, stored, task
from traces.models import Mission

pytestmark = pytest.mark.django_db

Body = dict[str, Any]


def make_project(name: str) -> int:
    return Project.objects.create(slug=name, name=name).pk


def deliver(project_id: int, bodies: Sequence[Body]) -> None:
    data = b"\n".join(json.dumps(body).encode() for body in bodies)
    store_prepared(
        [
            prepare(
                project_id=project_id, redactor=REDACTOR, door="stage7_storeData", encoding="ndjson", data=data,
                received_ns=1,
            )
        ]
    )  # fmt: skip


def attribute_pools() -> None:
    """What the job does sooner or later."""
    attribution.forget_rests()
    attribution.attribute_pools()


def deliver_mixed(project_id: int, bodies: Sequence[Body], seed: int) -> None:
    """In another order, in pieces, some twice; the job looks at what waits in between."""
    chance = random.Random(seed)
    mixed = [*bodies, *chance.sample(bodies, len(bodies) // 3)]
    chance.shuffle(mixed)
    while mixed:
        size = chance.randint(1, 9)
        deliver(project_id, mixed[:size])
        mixed = mixed[size:]
        if chance.random() < 0.3:
            attribute_pools()


def told(project_id: int) -> dict[str, Any]:
    """By mission: its plan, without what depends on keys."""
    found = {}
    for mission in Mission.objects.filter(project_id=project_id):
        plan = read_plan(mission.id)
        if plan.is_empty:
            continue
        found[mission.key] = (
            [(s.step_id, s.occurrence, s.agent_id, s.parent, s.outcome, s.reason, len(s.evidence)) for s in plan.steps],
            [(e.source, e.target, e.kind, e.output_name, e.is_satisfied, e.ghost) for e in plan.edges],
            [(a.id, a.status, a.goal) for a in plan.agents],
            [(r.step, r.stage, len(r.tasks), r.made) for r in plan.revisions],
        )  # fmt: skip
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("run", ["events-a.jsonl", "events-b.jsonl"])
def test_recorded_events_in_any_order_are_the_same_mission(shared_data: Path, run: str, seed: int):
    bodies = [json.loads(line) for line in (shared_data / "stage7" / run).read_text(encoding="utf-8").splitlines()]
    plain, mixed = make_project("plain"), make_project("mixed")
    deliver(plain, bodies)
    attribute_pools()
    deliver_mixed(mixed, bodies, seed)
    attribute_pools()
    assert told(mixed) == told(plain)
    assert len(told(plain)) == 1
    assert dump(mixed) == dump(plain)


def test_steps_that_name_no_mission_come_to_the_one_of_their_agent_and_say_so():
    project = make_project("p")
    nameless = [
        created("root", 0, "ACCOMPLISH"),
        finished("root", 50, plan_of(task("SEARCH", "one")), status="running"),
        created("a", 51, "SEARCH", description="one"),
        started("a", 52),
    ]
    deliver(project, [stored(each) for each in nameless])
    attribute_pools()
    assert list(told(project)) == ["stage7-2026-03-01"]
    deliver(project, [stored(event("agent_created", 1, agentId="agent-1", missionId="m-1"))])
    attribute_pools()
    assert list(told(project)) == ["m-1"]
    mission = Mission.objects.get(key="m-1")
    assert [step.agent_id for step in read_plan(mission.pk).steps] == ["agent-1", "agent-1"]


def test_a_mission_that_a_step_names_later_counts_more_than_a_conclusion():
    project = make_project("p")
    deliver(project, [stored(event("agent_created", 1, agentId="agent-1", missionId="m-1")), stored(created("a", 0))])
    attribute_pools()
    assert list(told(project)) == ["m-1"]
    deliver(project, [stored(completed("a", 9, output("n", "1"), agent="agent-1") | {"missionId": "m-2"})])
    attribute_pools()
    assert {key for key, plan in told(project).items() if plan[0]} == {"m-2"}


def test_two_missions_of_one_time_are_not_guessed_between():
    project = make_project("p")
    for at in (1, 2):
        named = event("agent_created", 40_000 * at, agentId=f"agent-{at}", missionId=f"m-{at}")
        deliver(project, [stored(named)])
    deliver(project, [stored(created("a", 60_000))])
    attribute_pools()
    assert set(told(project)) == {"m-1", "m-2", "stage7-2026-03-01"}


def test_another_projects_mission_is_no_candidate():
    mine, other = make_project("mine"), make_project("other")
    deliver(other, [stored(event("agent_created", 1, agentId="agent-1", missionId="m-1"))])
    deliver(mine, [stored(created("a", 0))])
    attribute_pools()
    assert list(told(mine)) == ["stage7-2026-03-01"]
