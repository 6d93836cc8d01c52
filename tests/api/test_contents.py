"""Lists with contents: each row as the answer about it alone, in pages that stay bounded."""

import pytest

from accounts.actions import create_api_key
from analysis.recompute import recompute_missions
from api.views import records
from tests.api.conftest import attribute, make_request, make_rich_mission, make_span
from tests.api.test_access import logged_in, with_key
from tests.api.test_queries import SHARED_BODIES, count_queries, fill
from tests.ingest.delivery import deliver
from traces import contents
from traces.models import Mission

pytestmark = pytest.mark.django_db

LISTS = ("spans/", "llm-calls/", "tool-calls/")
ROOT = "/api/v1/missions/rich/"
RETRIES = 3
"""More queries when a call was tried again: all calls and their spans are read, once for the page."""


def compute_all():
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))


@pytest.fixture
def rich(project):
    """A mission with something of everything: long texts, a span in two versions, a call that was tried again."""
    traces, logs = make_rich_mission("rich")
    spans = traces["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans[0]["attributes"] += [
        {"key": "bytes", "value": {"bytesValue": "AAECgA=="}},
        {"key": "large", "value": {"intValue": str(2**63 - 1)}},
        {"key": "odd", "value": {"doubleValue": "NaN"}},
        {"key": "nested", "value": {"kvlistValue": {"values": [attribute("long", "x" * 3000)]}}},
        attribute("password", "hunter2-hunter2"),
    ]
    said = [{"role": "user", "parts": [{"type": "text", "content": "y" * 999}]}]
    failed = make_span(spans[0]["traceId"], 30, "chat", gen_ai__operation__name="chat", gen_ai__request__model="m",
                       gen_ai__input__messages=said)  # fmt: skip
    again = {**failed, "spanId": f"{99:016x}", "startTimeUnixNano": str(int(failed["endTimeUnixNano"]) + 1),
             "endTimeUnixNano": str(int(failed["endTimeUnixNano"]) + 10**9)}  # fmt: skip
    failed = {**failed, "status": {"code": 2, "message": "overloaded"}}
    spans += [failed, again]
    deliver(project.pk, traces)
    spans[0]["attributes"].append(attribute("later", "said"))
    deliver(project.pk, traces)
    deliver(project.pk, logs, "logs")
    compute_all()


def alone(client, path, row):
    """The answer about one row."""
    key = f"{row['trace_id']}/{row['span_id']}" if path == "spans/" else row["id"]
    return client.get(f"{ROOT}{path}{key}/").json()


@pytest.mark.parametrize("path", LISTS)
def test_each_row_is_what_is_answered_about_it_alone(rich, api_key, path):
    client = with_key(api_key.key)
    narrow = client.get(ROOT + path).json()["results"]
    whole = client.get(ROOT + path, {"include": "content"}).json()
    assert whole["results"] == [alone(client, path, row) for row in narrow]
    assert len(narrow) > 0
    assert whole["next"] is None
    if path == "llm-calls/":
        assert [len(row["attempts"]) for row in whole["results"]] == [1, 1, 2]
    if path == "spans/":
        assert [row["version_count"] for row in whole["results"]].count(2) == 1


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_pages_join_and_filters_go_on(rich, api_key, path, limit):
    client = with_key(api_key.key)
    whole = client.get(ROOT + path, {"include": "content"}).json()["results"]
    page, found = client.get(ROOT + path, {"include": "content", "limit": limit}).json(), []
    while True:
        found += page["results"]
        if page["next"] is None:
            break
        page = client.get(page["next"]).json()
    assert found == whole
    after = whole[0]["change_seq"]
    assert client.get(ROOT + path, {"include": "content", "after": after}).json()["results"] == whole[1:]


def test_filters_and_contents_go_together(rich, api_key):
    answer = with_key(api_key.key).get(f"{ROOT}spans/", {"include": "content", "kind": "TOOL"}).json()
    [row] = answer["results"]
    assert row["attributes"]["gen_ai.tool.name"] == "lookup"


def test_a_large_page_ends_early_and_the_next_goes_on(project, api_key, monkeypatch):
    """A text that all spans share counts for each: it is in each of the rows."""
    monkeypatch.setattr(records, "MOST_CONTENT_BYTES", 50_000)
    monkeypatch.setattr(contents, "STEP", 4)
    shared = "s" * 12_000
    spans = [make_span("ab" * 16, at, "work", said=shared, own=f"{at}") for at in range(11)]
    spans.insert(5, make_span("ab" * 16, 30, "huge", said="h" * 200_000))
    deliver(project.pk, make_request("rich", spans))
    client = with_key(api_key.key)
    page, sizes, names = client.get(f"{ROOT}spans/", {"include": "content"}).json(), [], []
    while True:
        sizes.append(len(page["results"]))
        names += [row["name"] for row in page["results"]]
        if page["next"] is None:
            break
        page = client.get(page["next"]).json()
    assert sizes == [4, 1, 1, 4, 2]
    assert names == [span["name"] for span in spans]


def test_what_is_odd_is_refused_by_name(rich, api_key):
    for path in LISTS:
        for value in ("contents", "content,x", "CONTENT"):
            answer = with_key(api_key.key).get(ROOT + path, {"include": value})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "include")
        assert "attributes" not in with_key(api_key.key).get(ROOT + path, {"include": ""}).json()["results"][0]


@pytest.mark.parametrize("path", LISTS)
def test_members_read_contents_and_strangers_learn_nothing(rich, alice, bob, charlie, api_key, path):
    whole = with_key(api_key.key).get(ROOT + path, {"include": "content"}).json()["results"]
    for user in (alice, bob):
        assert logged_in(user).get(ROOT + path, {"include": "content"}).json()["results"] == whole
    stranger = with_key(create_api_key(charlie.memberships.get().project, "c", ("read",)).key)
    for client in (stranger, logged_in(charlie)):
        assert client.get(ROOT + path, {"include": "content"}).status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_fifty_rows_ask_as_often_as_one(project, api_key, path):
    for mission_id, count in (("one", 1), ("fifty", 50)):
        fill(project, mission_id, count)
    compute_all()
    client = with_key(api_key.key)
    few, one = count_queries(client, f"/api/v1/missions/one/{path}?include=content&limit=100")
    many, fifty = count_queries(client, f"/api/v1/missions/fifty/{path}?include=content&limit=100")
    assert len(fifty["results"]) >= 50 > len(one["results"])
    assert many <= few + SHARED_BODIES + (RETRIES if path == "llm-calls/" else 0)
    assert few <= 10


def test_a_secret_is_in_no_content(rich, api_key):
    answer = with_key(api_key.key).get(f"{ROOT}spans/", {"include": "content"})
    assert b"hunter2" not in answer.content
