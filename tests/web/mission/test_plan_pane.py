"""The plan pane, the questions, and what the rest of the page says of a plan."""

import re

import pytest

from tests.plans.stage7_events import as_map, completed, created, event, output, plan_of, stored, task
from tests.web.mission.planned import HOSTILE, MISSION
from tests.web.mission.wire import chat, span, text

pytestmark = pytest.mark.django_db
OTHER = "7c1d9a4e-0000-4000-8000-000000000002"


def verbs(mission, **query):
    return [row.verb for row in mission.get("/panes/plan", **query).context["items"]]


def test_steps_stand_below_the_step_whose_plan_made_them(planned):
    rows = planned.get("/panes/plan").context["items"]
    assert [(row.verb, row.depth) for row in rows] == [
        ("ACCOMPLISH", 0), ("SEARCH", 1), ("COMPARE_PRICES", 1), ("WRITE", 1), ("ASK_USER_QUESTION", 1), ("WRITE", 1),
    ]  # fmt: skip
    first, search, compare, *_ = rows
    assert first.result == "plan of 5 tasks"
    assert (search.status, search.is_silent) == ("failed", True)
    assert compare.waits_for.text == "step_9"
    assert compare.more_waits == 1


@pytest.mark.parametrize(
    ("show", "found"),
    [
        ("failed", ["SEARCH"]),
        ("blocked", ["COMPARE_PRICES"]),
        ("no_result", ["COMPARE_PRICES", "WRITE", "WRITE"]),
        ("unknown", ["COMPARE_PRICES", "WRITE", "WRITE"]),
    ],
)
def test_steps_can_be_chosen_by_what_is_wrong_with_them(planned, show, found):
    assert verbs(planned, show=show) == found


def test_steps_are_found_by_text_and_agent(planned):
    assert verbs(planned, q="vendors") == ["SEARCH"]
    assert len(verbs(planned, agent="agent-1")) == 6
    assert verbs(planned, agent="agent-2") == []
    assert "No step matches" in planned.html("/panes/plan", q="nothing like it")


def test_verbs_are_counted_known_and_unknown(planned):
    found = planned.get("/panes/plan").context["verbs"]
    assert (found.known_steps, found.unknown_steps, found.unknown_verbs) == (3, 3, 2)
    assert ("WRITE", 2, True) in found.counts


def test_verbs_of_a_sender_that_nobody_knows_are_not_judged(tell):
    steps = [created("s1", 0, "bake", missionId=OTHER), created("s2", 1, "eat", missionId=OTHER)]
    mission = tell(OTHER, [stored(each) for each in steps])
    assert not mission.get("/panes/plan").context["verbs"].is_judged
    assert verbs(mission, show="unknown") == []


def test_many_steps_come_in_pages_and_stay_when_read_again(tell):
    steps = [created(f"s{at}", at, "SEARCH", description=f"no {at}", missionId=OTHER) for at in range(450)]
    mission = tell(OTHER, [stored(each) for each in steps])
    first = mission.get("/panes/plan")
    assert len(first.context["items"]) == 200
    assert "offset=200" in first.context["more"]
    assert len(mission.get("/panes/plan", offset="400").context["items"]) == 50
    assert len(mission.get("/panes/plan", shown="400").context["items"]) == 400
    last = mission.get("/panes/plan", offset="400").context["items"][-1]
    assert len(mission.get("/panes/plan", until=last.key).context["items"]) == 450


def test_plans_are_listed_with_their_counts(planned):
    rows = planned.get("/panes/plan", view="plans").context["items"]
    assert [(row.stage.stage, row.stage.task_count, row.stage.made_count) for row in rows] == [
        ("raw", 6, 4), ("validated", 5, 4), ("returned", 5, 4),
    ]  # fmt: skip


def test_an_open_question_tells_who_waits_and_how_long(planned):
    answer = planned.get("/panes/questions")
    [question] = answer.context["items"]
    assert (question.word, question.choices, question.step.verb) == ("open", ("low", "high"), "ASK_USER_QUESTION")
    assert question.age.startswith("waits since")
    assert HOSTILE not in answer.content.decode()


def test_open_questions_come_first_and_an_answer_that_moved_nothing_shows(tell):
    steps = [created(f"s{at}", at, "ASK_USER_QUESTION", missionId=OTHER) for at in range(2)]
    waits = [
        event("step_execution_finish", 10 + at, stepId=f"s{at}", status="completed",
              result=[output("pending_user_input", None, request_id=f"ask-{at}")])
        for at in range(2)
    ]  # fmt: skip
    answer = {
        "type": "USER_INPUT_RESPONSE", "missionId": OTHER, "stepId": "s0", "requestId": "ask-0", "response": "blue",
        "timestamp": "2026-03-01T09:00:09.000Z",
    }  # fmt: skip
    mission = tell(OTHER, [stored(each) for each in [*steps, *waits]], [answer])
    waiting, answered = mission.get("/panes/questions").context["items"]
    assert waiting.word == "open"
    assert (answered.word, answered.answer, answered.is_stuck) == ("answered", "blue", True)
    assert answered.moved == "the step has not moved since"


def test_the_first_screen_counts_open_questions_and_steps(planned):
    page = planned.get("/")
    head = page.context["head"]
    assert re.fullmatch(r"1 question open, asked \d+ \w+ ago", head.asks)
    assert ("steps", "2/6") in [(fact.label, fact.value) for fact in head.totals]
    tabs = {tab.name: (tab.count_text, tab.is_hidden) for tab in page.context["tabs"]}
    assert (tabs["plan"], tabs["questions"]) == (("6", False), ("1", False))


def test_a_mission_without_a_plan_has_neither_tab_nor_column(send):
    mission = send("m", [span(1)])
    page = mission.get("/")
    assert [tab.is_hidden for tab in page.context["tabs"] if tab.name in ("plan", "questions")] == [True, True]
    assert [fact.label for fact in page.context["head"].totals] == ["span", ""]
    assert "No plan was told" in mission.html("/panes/plan")
    assert "Nobody was asked" in mission.html("/panes/questions")


def test_the_list_of_missions_shows_how_far_a_plan_is(planned, as_alice):
    html = as_alice.get("/missions/").content.decode()
    assert '<td class="col-steps num" title="2 of 6 steps are over">2/6</td>' in html


def test_the_timeline_knows_which_steps_have_not_begun_and_which_became_plans(planned):
    from web.presenters.mission.columns import REPLACED, SILENT, WAITING

    data = planned.json("/data/spans")
    names = [data["tables"]["name"][at] for at in data["rows"]["name"]]
    flags = dict(zip(names, data["rows"]["flags"], strict=True))
    assert flags["ACCOMPLISH Plan it"] & REPLACED
    assert flags["SEARCH find three vendors"] & SILENT
    assert flags["WRITE a report"] & WAITING
    assert not flags["ASK_USER_QUESTION which budget"] & WAITING
    assert data["verbs"][str(names.index("SEARCH find three vendors"))] == len("SEARCH")


def test_rows_of_steps_have_a_preview(planned):
    rows = planned.get("/panes/plan").context["items"]
    keys = ",".join(row.key for row in rows)
    found = planned.json("/data/previews", keys=keys)["previews"]
    assert found[rows[0].key] == "plan of 5 tasks"
    assert rows[2].key not in found


def test_a_call_that_names_a_step_links_to_it(planned, send):
    call = chat(2, None, [text("user", "hi")], [text("assistant", "ho")], start_ms=1)
    call["attributes"] += span(3, stage7__step__id="00000000-0000-4000-8000-000000000002")["attributes"]
    send(MISSION, [call])
    answer = planned.get("/panes/conversation")
    [(_, link)] = answer.context["steps"].items()
    assert link.verb == "SEARCH"


def test_calls_that_only_logs_show_are_counted(tell):
    logs = "a POST http://brain:5070/chat 200\nb POST http://brain:5070/chat 200"
    steps = [
        created("s1", 0, "ACCOMPLISH", missionId=OTHER, inputValues=as_map(goal="g")),
        completed("s1", 5, {**plan_of(task("SEARCH", "x")), "logs": logs}),
    ]
    mission = tell(OTHER, [stored(each) for each in steps])
    assert "2 model calls seen in step logs; their texts were not sent." in mission.html("/panes/conversation")


def test_a_recorded_run_is_told_as_it_was(shared_data, tell):
    import json

    lines = (shared_data / "stage7" / "events-a.jsonl").read_text().splitlines()
    mission = tell("2b852d8c-37d8-4256-96e7-91f5fc1ce5f0", [json.loads(line) for line in lines])
    context = mission.get("/panes/plan").context
    assert len(context["items"]) == 71
    assert (context["verbs"].unknown_steps, context["verbs"].unknown_verbs) == (46, 32)
    assert verbs(mission, show="failed") == ["SEARCH", "API_CLIENT", "ACCOMPLISH", "ACCOMPLISH", "ACCOMPLISH"]
    assert len(verbs(mission, show="no_result")) == 46
    plans = mission.get("/panes/plan", view="plans").context["items"]
    assert sum(row.stage.task_count for row in plans) == 63
    assert sum(row.missing for row in plans) == 2
    assert "27 model calls seen in step logs" in mission.html("/panes/conversation")
