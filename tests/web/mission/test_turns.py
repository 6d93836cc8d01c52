"""Turns of agents in the conversation: shown where no model call shows what was said, and never twice."""

import itertools
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.mission.wire import chat, key_of, line, span, text, tool, turn

pytestmark = pytest.mark.django_db
CONVERSATION = "/panes/conversation"


def team():
    """A mission span without words, and three agents that answer one another."""
    return [
        span(1, took_ms=900, gen_ai__operation__name="invoke_agent", gen_ai__agent__name="mission"),
        turn(2, 1, "human", [], [text("assistant", "where is Lisbon?")], start_ms=1),
        turn(3, 1, "lead", [text("user", "where is Lisbon?")], [text("assistant", "look it up")], start_ms=10),
        turn(4, 1, "surfer", [text("user", "look it up")], [text("assistant", "in Portugal")], start_ms=20),
        turn(5, 1, "lead", [text("user", "where is Lisbon?"), text("user", "in Portugal")], [], start_ms=30),
    ]


def counts(mission):
    return {tab.name: tab.count_text for tab in mission.get().context["tabs"]}


def test_agents_that_record_no_model_call_stand_in_the_conversation_in_order_of_start(send):
    mission = send("m", team())
    items = mission.get(CONVERSATION).context["items"]
    assert [(item.key, item.model, item.kind) for item in items] == [
        (key_of(2), "human", "AGENT"), (key_of(3), "lead", "AGENT"), (key_of(4), "surfer", "AGENT"),
        (key_of(5), "lead", "AGENT"),
    ]  # fmt: skip
    assert counts(mission)["conversation"] == "4"


def test_a_turn_shows_what_is_new_and_folds_what_another_said_before(send):
    items = send("m", team()).get(CONVERSATION).context["items"]
    assert [[message.echo for message in item.messages] for item in items] == [
        [], ["what human said before"], ["what lead said before"], ["what surfer said before"],
    ]  # fmt: skip
    assert [(item.new_count, item.unchanged_count) for item in items] == [(0, 0), (1, 0), (1, 0), (1, 1)]


def test_what_a_turn_shares_with_the_one_before_is_fetched_when_wanted(send):
    mission = send("m", team())
    last = mission.get(CONVERSATION).context["items"][3]
    page = mission.html(CONVERSATION, unchanged=last.pk)
    assert "where is Lisbon?" in page
    assert "in Portugal" not in page


def test_a_model_call_inside_an_agent_tells_what_it_said(send):
    asked, said = [text("user", "go")], [text("assistant", "done")]
    spans = [turn(1, None, "planner", asked, said), chat(2, 1, asked, said, start_ms=1), span(3, 1)]
    mission = send("m", spans)
    assert [item.key for item in mission.get(CONVERSATION).context["items"]] == [key_of(2)]
    assert counts(mission)["conversation"] == "1"


def test_calls_and_turns_of_one_mission_stand_side_by_side(send):
    spans = [
        span(1),
        turn(2, 1, "rules", [text("user", "allowed?")], [text("assistant", "yes")], start_ms=5),
        chat(3, 1, [text("user", "go")], [text("assistant", "done")], start_ms=9),
    ]
    mission = send("m", spans)
    assert [item.kind for item in mission.get(CONVERSATION).context["items"]] == ["AGENT", "LLM"]
    assert counts(mission)["conversation"] == "2"
    assert "1 model call and 1 turn in this mission" in mission.html(CONVERSATION, q="nowhere")


def test_of_agents_inside_one_another_the_innermost_speaks(send):
    words = [text("user", "go")], [text("assistant", "done")]
    spans = [turn(1, None, "crew", *words), span(2, 1), turn(3, 2, "writer", *words, start_ms=1)]
    assert [item.model for item in send("m", spans).get(CONVERSATION).context["items"]] == ["writer"]


def test_steps_speak_only_where_nothing_else_does(send):
    chain = {"openinference__span__kind": "CHAIN", "input__value": "raw question", "output__value": "raw answer"}
    outer, inner = span(1, name="pipeline", **chain), span(2, 1, name="format", **chain)
    [item] = send("alone", [outer, inner]).get(CONVERSATION).context["items"]
    assert (item.model, item.kind) == ("pipeline", "CHAIN")
    assert [message.role for message in [*item.messages, *item.output]] == ["input", "output"]


def test_a_step_beside_a_model_call_stays_out(send):
    chain = {"openinference__span__kind": "CHAIN", "input__value": "raw question", "output__value": "raw answer"}
    spans = [span(1), span(2, 1, name="format", **chain), chat(3, 1, [text("user", "go")], [])]
    assert [item.kind for item in send("m", spans).get(CONVERSATION).context["items"]] == ["LLM"]


def test_finding_looks_into_turns_and_shows_each_text_once(send):
    mission = send("m", team())
    assert [item.key for item in mission.get(CONVERSATION, q="PORTUGAL").context["items"]] == [key_of(4)]
    assert [item.key for item in mission.get(CONVERSATION, agent="lead").context["items"]] == [key_of(3), key_of(5)]


def test_long_conversations_of_agents_come_in_pages_that_lose_nothing_and_know_what_came_before(send):
    spans = [span(1)]
    for n in range(2, 62):
        told = [text("user", f"said {n - 1}")] if n > 2 else []
        spans.append(turn(n, 1, f"agent-{n % 3}", told, [text("assistant", f"said {n}")], start_ms=n))
    mission = send("m", spans)
    seen, address, pages = [], CONVERSATION, 0
    while address:
        answer = mission.client.get(mission.base + address if pages == 0 else address)
        seen += answer.context["items"]
        more = re.search(r'data-more="([^"]+)"', answer.content.decode())
        address, pages = (more[1].replace("&amp;", "&") if more else ""), pages + 1
    assert [item.key for item in seen] == [key_of(n) for n in range(2, 62)]
    assert pages == 3
    assert all(message.echo for item in seen for message in item.messages)
    reached = mission.get(CONVERSATION, until=key_of(45))
    assert [item.key for item in reached.context["items"]][-1] == key_of(45)


def test_what_changes_comes_alone_and_a_turn_that_is_told_by_a_call_now_goes(send):
    mission = send("m", team())
    cursor = int(mission.json("/data/spans")["cursor"])
    assert mission.get(CONVERSATION, changed_after=cursor).context["items"] == []
    gone = mission.get(CONVERSATION).context["items"][2]
    send("m", [chat(9, 4, [text("user", "look it up")], [text("assistant", "in Portugal")], start_ms=21)])
    answer = mission.get(CONVERSATION, changed_after=cursor)
    assert [item.key for item in answer.context["items"]] == [key_of(9)]
    assert f'data-gone="call-{gone.pk}"' in answer.content.decode()
    assert counts(mission)["conversation"] == "4"


def test_a_turn_that_ends_later_says_then_what_it_said(send):
    told = [text("user", "where is Lisbon?")]
    mission = send("m", [turn(1, None, "lead", told, [], took_ms=None)])
    [before] = mission.get(CONVERSATION).context["items"]
    assert (before.status, before.output) == ("gone", [])
    cursor = int(mission.json("/data/spans")["cursor"])
    send("m", [turn(1, None, "lead", told, [text("assistant", "in Portugal")])])
    [after] = mission.get(CONVERSATION, changed_after=cursor).context["items"]
    assert (after.pk, after.status, after.output[0].parts[0].text.text) == (before.pk, "ok", "in Portugal")


def test_a_turn_that_asks_for_a_tool_shows_its_result(send):
    from tests.web.mission.wire import asks

    spans = [
        span(1),
        turn(2, 1, "lead", [], [asks("search", "c1", {"q": "x"})], start_ms=1),
        tool(3, 1, "search", "c1", {"q": "x"}, "twelve rows", start_ms=5),
    ]
    [item] = send("m", spans).get(CONVERSATION).context["items"]
    assert item.output[0].parts[0].run.result.text == "twelve rows"


def test_the_number_of_queries_does_not_grow_with_the_turns(send):
    def queries(numbers):
        said = [turn(n, 1, f"a{n % 4}", [text("user", "go")], [text("assistant", f"{n}")]) for n in numbers]
        mission = send("m", [span(1), *said])
        mission.get(CONVERSATION)
        with CaptureQueriesContext(connection) as caught:
            assert len(mission.get(CONVERSATION).context["items"]) == numbers[-1] - 1
        return len(caught)

    assert queries(range(2, 4)) == queries(range(4, 22))


def told_by_logs(number):
    """A model call that carries no message, and the two log records that do."""
    says = {"asked": "gen_ai.user.message", "said": "gen_ai.assistant.message"}
    lines = [line(f"{word} {number}", number, number=number, event__name=name) for word, name in says.items()]
    return chat(number, 1, [], [], start_ms=number), lines


def test_calls_whose_messages_are_log_records_each_show_their_own(send):
    calls, lines = zip(*(told_by_logs(n) for n in range(2, 7)), strict=True)
    elsewhere = line("of no span", 3, event__name="gen_ai.user.message")
    mission = send("m", [span(1), *calls], [*itertools.chain(*lines), elsewhere])
    items = mission.get(CONVERSATION).context["items"]
    shown = [[part.text.text for message in item.messages for part in message.parts] for item in items]
    assert shown == [[f"asked {n}", f"said {n}"] for n in range(2, 7)]


@pytest.mark.parametrize("has_lines", [True, False])
def test_the_number_of_queries_does_not_grow_with_the_calls_without_messages(send, has_lines):
    def queries(numbers):
        calls, lines = zip(*(told_by_logs(n) for n in numbers), strict=True)
        mission = send("m", [span(1), *calls], [*itertools.chain(*lines)] if has_lines else [])
        mission.get(CONVERSATION)
        with CaptureQueriesContext(connection) as caught:
            assert len(mission.get(CONVERSATION).context["items"]) == numbers[-1] - 1
        return len(caught)

    assert queries(range(2, 3)) == queries(range(3, 22))


def test_of_a_call_with_very_many_log_records_the_first_are_read(send, monkeypatch):
    monkeypatch.setattr("web.mission_reads.MOST_SPAN_LOGS", 3)
    lines = [line(f"{n} at {at}", at, number=n, event__name="gen_ai.user.message") for n in (2, 3) for at in range(5)]
    calls = [chat(n, 1, [], [], start_ms=n) for n in (2, 3)]
    items = send("m", [span(1), *calls], lines).get(CONVERSATION).context["items"]
    shown = [[part.text.text for message in item.messages for part in message.parts] for item in items]
    assert shown == [[f"{n} at {at}" for at in range(3)] for n in (2, 3)]


def test_hostile_words_of_agents_stay_text(send):
    hostile = "<script>alert(1)</script>"
    page = send("m", [turn(1, None, hostile, [text("user", hostile)], [text(hostile, hostile)])]).html(CONVERSATION)
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
