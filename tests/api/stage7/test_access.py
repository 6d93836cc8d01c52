"""Who may read in stage7's shapes: a key its project, a token of one user that user's missions, strangers nothing."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.actions import create_api_key
from analysis.recompute import recompute_missions
from ingest.commit import store_prepared
from ingest.prepare import prepare
from tests.api.stage7.run import Run, new_run
from tests.ingest.delivery import REDACTOR, deliver
from tests.plans.stage7_events import event, stored
from traces.models import Mission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("take_tokens")]

ALICE, BOB = "u-alice", "u-bob"
OF_ALL = ("brain/models", "brain/performance", "brain/performance/rankings")
OF_MISSIONS = ("missions/{mission}/statistics", "missions/{mission}/agents", "missions/{mission}/human-requests")
OF_IDS = ("step/{step}", "agent/step/{step}", "agent/{agent}")


def store(project_id: int, bodies: list[Any]) -> None:
    data = b"\n".join(json.dumps(body).encode() for body in bodies)
    store_prepared([prepare(project_id=project_id, redactor=REDACTOR, door="stage7_storeData", encoding="ndjson",
                            data=data, received_ns=1)])  # fmt: skip


def tell(project_id: int, run: Run, user_id: str) -> None:
    """A run of a user's."""
    mission, *events = run.bodies()
    mission["data"]["userId"] = user_id
    store(project_id, [mission, *events])
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))


def paths(run: Run, *kinds: str) -> list[str]:
    given = {"mission": run.mission, "step": run.id("text"), "agent": run.id("agent-one")}
    return [f"/api/v1/stage7/{kind.format(**given)}" for kind in kinds]


def statuses(client: Client, asked: list[str]) -> set[int]:
    return {client.get(path).status_code for path in asked}


def bearing(token: str) -> Client:
    return Client(headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def runs(project: Any) -> tuple[Run, Run]:
    """One of Alice's, one of Bob's."""
    made = new_run(), new_run()
    for run, user_id in zip(made, (ALICE, BOB), strict=True):
        tell(project.pk, run, user_id)
    return made


def test_a_token_of_one_user_reads_its_own_missions(runs, signer):
    mine, other = runs
    client = bearing(signer.user(ALICE))
    assert statuses(client, paths(mine, *OF_MISSIONS, *OF_IDS)) == {200}
    assert statuses(client, paths(other, *OF_MISSIONS, *OF_IDS)) == {404}
    assert [each["id"] for each in client.get("/api/v1/stage7/missions").json()] == [mine.mission]
    assert client.get("/api/v1/stage7/missions", {"q": other.mark}).json() == []
    assert client.get(paths(mine, "agent/{agent}")[0]).json()["userId"] == ALICE


def test_a_step_that_two_have_is_ones_own(project, runs, signer):
    mine, other = runs
    shared = stored(event("step_created", 9_999, stepId=mine.id("text"), actionVerb="OTHER", missionId=other.mission))
    store(project.pk, [shared])
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))
    [path] = paths(mine, "step/{step}")
    told = {user: bearing(signer.user(user)).get(path).json() for user in (ALICE, BOB)}
    assert (told[ALICE]["verb"], told[BOB]["verb"]) == ("THINK", "OTHER")
    asked = bearing(signer.user(BOB)).get(path, {"missionId": mine.mission})
    assert asked.status_code == 404


def test_who_sees_all_reads_all(runs, signer, api_key):
    for client in (bearing(api_key.key), bearing(signer.service()), bearing(signer.user("r", roles=["admin"]))):
        for run in runs:
            assert statuses(client, paths(run, *OF_MISSIONS, *OF_IDS, *OF_ALL)) == {200}
        assert {each["id"] for each in client.get("/api/v1/stage7/missions").json()} == {run.mission for run in runs}


def test_what_is_about_all_calls_of_the_project_is_for_who_sees_all(runs, signer):
    answers = [bearing(signer.user(ALICE)).get(path) for path in paths(runs[0], *OF_ALL)]
    assert {answer.status_code for answer in answers} == {403}
    assert all(answer.json()["message"] == answer.json()["error"] for answer in answers)


def test_strangers_see_nothing(runs, charlie, project):
    elsewhere = charlie.memberships.get().project
    person, program = Client(), bearing(create_api_key(elsewhere, "c", ("read",)).key)
    person.force_login(charlie, backend="django.contrib.auth.backends.ModelBackend")
    for client in (person, program):
        assert statuses(client, paths(runs[0], *OF_MISSIONS, *OF_IDS)) == {404}
        assert client.get("/api/v1/stage7/missions").json() == []
        assert client.get("/api/v1/stage7/brain/models").json() == {"models": []}
    asked = paths(runs[0], *OF_MISSIONS, *OF_IDS, *OF_ALL, "missions")
    assert {person.get(path, {"project": "apollo"}).status_code for path in asked} == {404}
    assert statuses(Client(), asked) == {401}


def test_models_of_another_project_are_not_counted(project, charlie, api_key, runs):
    from tests.api.conftest import make_rich_mission

    deliver(charlie.memberships.get().project.pk, make_rich_mission("theirs")[0])
    answer = bearing(api_key.key).get("/api/v1/stage7/brain/performance", {"since_ns": "0"}).json()
    assert answer["performanceData"] == []


def test_nothing_is_written_here(runs, api_key):
    client = bearing(api_key.key)
    for path in paths(runs[0], *OF_MISSIONS, *OF_IDS, *OF_ALL, "missions"):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(client, method)(path).status_code == 405


def test_pages_of_the_users_interface_may_read(runs, signer, settings):
    settings.CORS_ALLOWED_ORIGINS = ["http://localhost:8080"]
    client = bearing(signer.user(ALICE))
    answer = client.get(paths(runs[0], "step/{step}")[0], headers={"origin": "http://localhost:8080"})
    assert answer["Access-Control-Allow-Origin"] == "http://localhost:8080"
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert "Access-Control-Allow-Origin" not in client.get("/api/v1/stage7/missions", headers={"origin": "http://x"})
