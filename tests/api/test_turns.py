"""Turns of agents: what the conversation shows where no model call says it."""

import pytest

from accounts.actions import create_api_key
from analysis.recompute import recompute_missions
from tests.api.conftest import make_request, make_span
from tests.api.test_access import logged_in, with_key
from tests.api.test_queries import count_queries
from tests.ingest.delivery import deliver
from traces.models import Mission

pytestmark = pytest.mark.django_db

TRACE = "c" * 32
PATH = "/api/v1/missions/talk/turns/"
FIELDS = "id trace_id span_id name span_kind agent_name step_id start_ns end_ns status error change_seq"
CONTENTS = "system_instructions input_messages output_messages redactions provenance"


def message(role, content):
    return {"role": role, "parts": [{"type": "text", "content": content}]}


def turn(at, agent, told, said, **more):
    words = {
        "gen_ai__input__messages": [message("user", told)],
        "gen_ai__output__messages": [message("assistant", said)],
    }
    names = {"gen_ai__operation__name": "invoke_agent", "gen_ai__agent__name": agent}
    return make_span(TRACE, at, f"invoke_agent {agent}", parent=1, **names, **words, **more)


def talk(project, *spans):
    deliver(project.pk, make_request("talk", [make_span(TRACE, 0, "mission", seconds=50), *spans]))
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))


@pytest.fixture
def three(project):
    """Two agents who answer one another, and one whose model call tells what it said."""
    failed = {
        **turn(2, "surfer", "look it up", "no", missionscope__step__id="s1"),
        "status": {"code": 2, "message": "lost"},
    }
    call = make_span(
        TRACE, 5, "chat", parent=5, gen_ai__operation__name="chat", gen_ai__request__model="m",
        gen_ai__input__messages=[message("user", "sum up")], gen_ai__output__messages=[message("assistant", "done")],
    )  # fmt: skip
    talk(project, turn(1, "lead", "where?", "look it up"), failed, turn(4, "writer", "sum up", "done"), call)


def test_turns_are_the_spans_of_agents_that_no_model_call_tells(three, api_key):
    answer = with_key(api_key.key).get(PATH).json()
    lead, surfer = answer["results"]
    assert answer["next"] is None
    assert set(lead) == set(FIELDS.split())
    assert (lead["agent_name"], lead["span_kind"], lead["status"], lead["error"]) == ("lead", "AGENT", "ok", "")
    assert (lead["trace_id"], lead["span_id"], int(lead["end_ns"]) - int(lead["start_ns"])) == (
        TRACE,
        f"{2:016x}",
        10**9,
    )
    assert (surfer["step_id"], surfer["status"], surfer["error"]) == ("s1", "failed", "lost")


def test_with_contents_a_turn_has_its_messages(three, api_key):
    client = with_key(api_key.key)
    narrow, whole = (client.get(PATH, query).json()["results"] for query in ({}, {"include": "content"}))
    assert [{name: row[name] for name in FIELDS.split()} for row in whole] == narrow
    assert set(whole[0]) == {*FIELDS.split(), *CONTENTS.split()}
    said = [[row[side][0]["parts"][0]["content"] for side in ("input_messages", "output_messages")] for row in whole]
    assert said == [["where?", "look it up"], ["look it up", "no"]]


@pytest.mark.parametrize("include", ["", "content"])
def test_pages_join_in_the_order_of_change_and_go_on_after_what_is_known(project, api_key, include):
    talk(project, *(turn(at, f"a{at % 3}", "go", f"said {at}") for at in range(1, 8)))
    client = with_key(api_key.key)
    page, found = client.get(PATH, {"limit": 3, "include": include}).json(), []
    found += page["results"]
    while page["next"]:
        page = client.get(page["next"]).json()
        found += page["results"]
    places = [int(row["change_seq"]) for row in found]
    assert len(found) == 7
    assert places == sorted(set(places))
    later = client.get(PATH, {"after": places[4], "include": include}).json()["results"]
    assert [row["id"] for row in later] == [row["id"] for row in found[5:]]


def test_a_turn_that_a_model_call_tells_later_is_none_any_more(three, project, api_key):
    call = make_span(TRACE, 8, "chat", parent=2, gen_ai__operation__name="chat", gen_ai__request__model="m")
    talk(project, call)
    assert [row["agent_name"] for row in with_key(api_key.key).get(PATH).json()["results"]] == ["surfer"]


def test_members_read_turns_and_strangers_learn_nothing(three, alice, bob, charlie, api_key):
    elsewhere = create_api_key(charlie.memberships.get().project, "c", ("read",))
    for query in ({}, {"include": "content"}):
        for reader in (logged_in(alice), logged_in(bob), with_key(api_key.key)):
            assert len(reader.get(PATH, query).json()["results"]) == 2
        for stranger in (logged_in(charlie), with_key(elsewhere.key)):
            answer, nothing = stranger.get(PATH, query), stranger.get(PATH.replace("talk", "nothing"), query)
            assert (answer.status_code, answer.content) == (404, nothing.content)
    with_strange_id = logged_in(charlie).get(PATH, {"project": "apollo"})
    assert with_strange_id.status_code == 404


@pytest.mark.parametrize("include", ["", "content"])
def test_fifty_turns_are_read_with_as_many_queries_as_one(project, api_key, include):
    """Of one delivery: a span that is sent again in another second is another, and lies in a pack of its own."""
    talk(project, *(turn(at, "a", f"go {at}", f"done {at}") for at in range(1, 51)))
    client = with_key(api_key.key)
    counts = []
    for limit in (1, 50):
        count, page = count_queries(client, f"{PATH}?include={include}&limit={limit}")
        assert len(page["results"]) == limit
        counts.append(count)
    assert counts[0] == counts[1]
    assert counts[0] <= 10
