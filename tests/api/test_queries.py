"""Lists ask the database as often for fifty rows as for one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import keys
from analysis.recompute import recompute_missions
from tests.api.conftest import make_request, make_rich_mission, make_span
from tests.api.test_access import with_key
from tests.ingest.delivery import deliver
from traces.models import Mission

pytestmark = pytest.mark.django_db

PATHS = (
    "", "spans/", "llm-calls/", "tool-calls/", "logs/", "snapshots/", "state/", "agents/", "steps/", "human-requests/",
    "findings/", "graph/", "critical-path/",
)  # fmt: skip
MOST = 14
SHARED_BODIES = 1
"""Texts that another mission brought lie in a pack of its own: one more read, however many they are."""


def fill(project, mission_id, count):
    """A mission with `count` rounds of everything."""
    trace = f"{count:032x}"
    spans = [
        make_span(
            trace, 0, "invoke_agent a", seconds=59, gen_ai__operation__name="invoke_agent", gen_ai__agent__name="a"
        )
    ]
    for at in range(1, 4 * count, 4):
        spans += [
            make_span(trace, at, "step", parent=1, missionscope__span__kind="STEP", missionscope__step__id=f"s{at}"),
            make_span(trace, at + 1, "chat", parent=1, gen_ai__operation__name="chat", gen_ai__request__model="m"),
            make_span(trace, at + 2, "tool", parent=1, gen_ai__operation__name="execute_tool", gen_ai__tool__name="t"),
            make_span(trace, at + 3, "ask", parent=1, missionscope__span__kind="HUMAN", input__value="?"),
        ]
        spans[-2]["status"] = {"code": 2}
    states = {"name": "missionscope.state.snapshot", "timeUnixNano": spans[0]["startTimeUnixNano"]}
    value = {"key": "missionscope.state.snapshot", "value": {"stringValue": '{"a": 1}'}}
    spans[0]["events"] = [{**states, "attributes": [value]} for _ in range(count)]
    deliver(project.pk, make_request(mission_id, spans))
    logs = make_rich_mission(mission_id)[1]
    [group] = logs["resourceLogs"][0]["scopeLogs"]
    record = group["logRecords"][0]
    group["logRecords"] = [{**record, "body": {"stringValue": f"line {at}"}} for at in range(count)]
    deliver(project.pk, logs, "logs")


def count_queries(client, path):
    keys.forget_all()
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return len(seen), answer.json()


@pytest.mark.parametrize("path", PATHS)
def test_a_mission_of_fifty_rounds_asks_as_often_as_one_of_one(project, api_key, path):
    for mission_id, count in (("one", 1), ("fifty", 50)):
        fill(project, mission_id, count)
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))
    client = with_key(api_key.key)
    few, one = count_queries(client, f"/api/v1/missions/one/{path}")
    many, fifty = count_queries(client, f"/api/v1/missions/fifty/{path}")
    if "results" in one and path not in ("state/", "agents/"):
        assert len(fifty["results"]) > len(one["results"])
    assert many <= few + SHARED_BODIES
    assert few <= MOST


def test_the_list_of_missions_asks_as_often_for_fifty_as_for_one(project, api_key):
    client = with_key(api_key.key)
    found = []
    for wanted in (1, 50):
        for at in range(Mission.objects.count(), wanted):
            deliver(project.pk, make_request(f"m{at}", [make_span(f"{at + 1:032x}", 0, "s")]))
        recompute_missions(list(Mission.objects.values_list("id", flat=True)))
        count, page = count_queries(client, "/api/v1/missions/?q=m")
        assert len(page["results"]) == wanted
        found.append(count)
    assert found[1] <= found[0] <= MOST
