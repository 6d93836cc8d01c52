"""The plan and the questions of missions whose spans name steps: without rows of their own in the tree."""

import pytest

from tests.web.mission.wire import key_of, span

pytestmark = pytest.mark.django_db
STEP = {"missionscope__span__kind": "STEP", "gen_ai__agent__name": "planner"}
SAID = {"missionscope__human__question": "Is 120 euro fine?", "missionscope__human__answer": "yes"}


@pytest.fixture
def shown(send):
    """Two steps and a question, told by spans alone."""
    run = {"gen_ai__operation__name": "invoke_agent", "gen_ai__agent__name": "planner"}
    return send(
        "shown",
        [
            span(1, None, "invoke_agent planner", took_ms=400, **run),
            span(2, 1, "SEARCH flights", start_ms=10, missionscope__step__id="search", **STEP),
            span(3, 1, "BOOK the flight", start_ms=200, links=[2], missionscope__step__id="book", **STEP),
            span(4, 3, "ask the traveller", start_ms=210, took_ms=20, missionscope__span__kind="HUMAN", **SAID),
        ],
    )


def test_the_plan_lists_the_steps_and_leads_to_their_spans(shown):
    rows = shown.get("/panes/plan").context["items"]
    assert [(row.verb, row.description, row.agent.text, row.status) for row in rows] == [
        ("SEARCH", "flights", "planner", "ok"), ("BOOK", "the flight", "planner", "ok"),
    ]  # fmt: skip
    keys = [key for row in rows for key in (row.key, row.agent.key)]
    drawn = shown.json("/data/spans")["rows"]
    assert keys == [key_of(2), key_of(1), key_of(3), key_of(1)]
    assert len(drawn["id"]) == 4 * 16, "steps that are spans are in the tree once"


def test_the_question_says_what_its_span_says(shown):
    [question] = shown.get("/panes/questions").context["items"]
    assert (question.question, question.answer, question.status) == ("Is 120 euro fine?", "yes", "ok")
    assert question.step.text == "the flight"
    assert "Is 120 euro fine?" in shown.html("/panes/questions")


def test_the_page_counts_them(shown):
    html = shown.html("/")
    assert "2 of 2 steps are over" in html
    head = shown.get("/panes/head").context["head"]
    assert ('"plan":"2"' in head.counts_json, '"questions":"1"' in head.counts_json) == (True, True)


def test_a_mission_without_steps_has_no_plan(send):
    mission = send("plain", [span(1, None, "run")])
    assert mission.get("/panes/plan").context["items"] == []
    assert '"plan":""' in mission.get("/panes/head").context["head"].counts_json
