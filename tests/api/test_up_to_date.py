"""What one mission's answer says of its rows holds at once, before any job has run."""

import pytest

from analysis.recompute import recompute_missions
from tests.api.conftest import make_request, make_span
from tests.api.test_access import with_key
from tests.api.test_queries import count_queries
from tests.ingest.delivery import deliver
from traces.models import Mission

pytestmark = pytest.mark.django_db


def make_failed(mission_id, trace, **attributes):
    span = make_span(trace, 1, "chat m", gen_ai__operation__name="chat", gen_ai__request__model="m", **attributes)
    span["status"] = {"code": 2, "message": "no quota left"}
    return make_request(mission_id, [span])


def test_a_mission_that_was_just_sent_is_counted_and_judged(project, api_key):
    deliver(project.pk, make_failed("just-sent", "a" * 32))
    client = with_key(api_key.key)
    one = client.get("/api/v1/missions/just-sent/").json()
    [listed] = client.get("/api/v1/missions/").json()["results"]
    assert one == listed
    assert (one["span_count"], one["error_count"], one["llm_call_count"]) == (1, 1, 1)
    assert one["status"] == "failed"
    assert "no quota left" in one["verdict"]


def test_reading_gives_what_the_job_will_write(project, api_key):
    deliver(project.pk, make_failed("sent", "b" * 32, input__value="Where is my parcel?"))
    client = with_key(api_key.key)
    before = client.get("/api/v1/missions/sent/").json()
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))
    after = client.get("/api/v1/missions/sent/").json()
    assert before | {"change_seq": ""} == after | {"change_seq": ""}


def test_a_list_whose_missions_are_behind_asks_as_often_for_fifty_as_for_two(project, api_key):
    client = with_key(api_key.key)
    for at in range(2):
        deliver(project.pk, make_failed(f"behind-{at}", f"{at + 1:032x}"))
    few, answer = count_queries(client, "/api/v1/missions/?limit=50")
    assert all(mission["span_count"] == 1 for mission in answer["results"])
    for at in range(2, 50):
        deliver(project.pk, make_failed(f"behind-{at}", f"{at + 1:032x}"))
    many, answer = count_queries(client, "/api/v1/missions/?limit=50")
    assert len(answer["results"]) == 50
    assert all(mission["span_count"] == 1 for mission in answer["results"])
    assert many <= few


def test_a_large_mission_does_not_keep_small_ones_behind(project, api_key, monkeypatch):
    monkeypatch.setattr("analysis.current.MOST_RECORDS", 2)
    deliver(project.pk, make_failed("small", "1" * 32))
    spans = [make_span("2" * 32, at, "work") for at in range(3)]
    deliver(project.pk, make_request("large", spans))
    listed = with_key(api_key.key).get("/api/v1/missions/").json()["results"]
    assert {mission["id"]: mission["span_count"] for mission in listed} == {"small": 1, "large": 0}


def test_very_much_that_is_behind_is_not_computed_by_who_reads(project, api_key, monkeypatch):
    monkeypatch.setattr("analysis.current.MOST_RECORDS", 1)
    for at in range(3):
        deliver(project.pk, make_failed(f"much-{at}", f"{at + 1:032x}"))
    counted = [mission["span_count"] for mission in with_key(api_key.key).get("/api/v1/missions/").json()["results"]]
    assert sorted(counted) == [0, 0, 1]
