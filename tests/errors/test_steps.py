"""Failed steps of a plan that records tell of are events, each failure once."""

import json
from typing import Any

import pytest

from accounts.models import Project
from analysis.recompute import recompute_missions
from faults.models import Event
from ingest.commit import store_prepared
from ingest.prepare import prepare
from tests.api.test_access import with_key
from tests.errors.telling import collect, line, read_events, read_groups, send
from tests.ingest.delivery import REDACTOR
from tests.ingest.test_stage7_order import attribute_pools, deliver
from tests.plans.stage7_events import as_map, completed, created, output, started, stored
from traces.models import Mission

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> int:
    return Project.objects.create(slug="steps", name="Steps").pk


def tell(project_id: int, *events: dict[str, Any]) -> None:
    """Send events of a mission; what follows is what the jobs do."""
    deliver(project_id, [stored(event | {"missionId": "m-1"}) for event in events])
    settle_all(project_id)


def settle_all(project_id: int) -> None:
    recompute_missions(list(Mission.objects.filter(project_id=project_id).values_list("id", flat=True)))
    collect()


def failed_step(step_id: str, at_ms: int, reason: str = "no answer from the page") -> list[dict[str, Any]]:
    bad = output("page", reason, "error", success=False)
    return [created(step_id, at_ms, "SCRAPE"), started(step_id, at_ms + 1), completed(step_id, at_ms + 9, bad)]


def test_a_failed_step_is_an_event_with_its_verb(place):
    tell(place, *failed_step("s-1", 0))
    [group] = read_groups(place)
    assert (group["source"], group["step_verb"], group["event_count"]) == ("step", "SCRAPE", 1)
    assert "no answer from the page" in group["title"]
    [event] = read_events(place)
    assert event["mission"] == "m-1"


def test_a_failed_steps_event_shows_what_went_into_it(project, api_key):
    made, *rest = failed_step("s-1", 0)
    tell(
        project.pk,
        made | {"inputValues": as_map(url={"inputName": "url", "value": "https://a.example/", "valueType": "string"})},
        *rest,
    )
    client = with_key(api_key.key)
    [group] = client.get("/api/v1/errors/").json()["results"]
    [event] = client.get(f"/api/v1/errors/{group['id']}/events/").json()["results"]
    step = client.get(f"/api/v1/errors/{group['id']}/events/{event['id']}/").json()["moment_step"]
    assert (step["step_id"], step["verb"]) == ("s-1", "SCRAPE")
    assert "https://a.example/" in json.dumps(step["inputs"])


@pytest.mark.parametrize("is_line_first", [True, False])
def test_a_failed_step_has_the_service_that_its_log_lines_name(place, is_line_first):
    said = line("reading the page", severity=9, mission__id="m-1", missionscope__step__id="s-1", trace="ab" * 16)
    if is_line_first:
        send(place, said)
    tell(place, *failed_step("s-1", 0))
    if not is_line_first:
        send(place, said)
        settle_all(place)
    assert read_groups(place)[0]["service_name"] == "core"


def test_the_same_failure_of_several_steps_is_one_group(place):
    tell(place, *failed_step("s-1", 0), *failed_step("s-2", 100))
    [group] = read_groups(place)
    assert group["event_count"] == 2
    assert group["last_seen_ns"] > group["first_seen_ns"]


def test_looking_again_changes_nothing(place):
    tell(place, *failed_step("s-1", 0))
    before = list(Event.objects.order_by("id").values())
    tell(place, started("s-9", 500))
    assert list(Event.objects.order_by("id").values()) == before


def test_a_failed_step_goes_to_the_mission_that_is_found_for_it(place):
    deliver(place, [stored(event) for event in failed_step("s-1", 0)])  # they name no mission
    settle_all(place)
    assert [event["mission"] for event in read_events(place)] == ["stage7-2026-03-01"]
    tell(place, created("s-1", 0, "SCRAPE"))
    attribute_pools()
    settle_all(place)
    assert [event["mission"] for event in read_events(place)] == ["m-1"]
    assert read_groups(place)[0]["event_count"] == 1


def test_a_step_does_not_count_beside_a_record_of_the_same_step_that_says_why(place):
    tell(place, *failed_step("s-1", 0))
    send(place, line("no answer from the page", mission__id="m-1", missionscope__step__id="s-1", trace="ab" * 16))
    assert [event["told"][0] for event in read_events(place, counted=True)] == ["log"]
    assert [event["for"] for event in read_events(place, counted=False)] == [("log", "")]


def test_an_event_that_tells_of_the_failed_step_does_not_count_beside_it(place):
    item = {"eventType": "step_failed", "timestamp": "2026-03-01T09:00:03.000Z", "stepId": "s-1", "missionId": "m-1",
            "error": "no answer from the page", "actionVerb": "SCRAPE"}  # fmt: skip
    tell(place, created("s-1", 0, "SCRAPE"), started("s-1", 1), item)
    counted = read_events(place, counted=True)
    assert len(counted) == 1


def test_order_does_not_matter(place):
    other = Project.objects.create(slug="other", name="Other").pk
    log = line("no answer from the page", mission__id="m-1", missionscope__step__id="s-1", trace="ab" * 16)
    tell(place, *failed_step("s-1", 0))
    send(place, log)
    settle_all(place)
    send(other, log)
    tell(other, *reversed(failed_step("s-1", 0)))
    assert read_events(other) == read_events(place)
    assert read_groups(other) == read_groups(place)


def test_the_doors_own_errors_of_stage7_are_events(place):
    data = (
        b'{"type": "reportLogicFailure", "request": {"requestId": "r-1", "reason": "not JSON", "severity": "critical"}}'
    )
    prepared = prepare(
        project_id=place, redactor=REDACTOR, door="stage7_brain", encoding="json", data=data, received_ns=1
    )
    store_prepared([prepared])
    collect()
    assert [(group["source"], group["level"]) for group in read_groups(place)] == [("log", "fatal")]
