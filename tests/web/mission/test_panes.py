"""The list panes: what is new in a call, tools with results, log lines, errors in their order."""

import re

import pytest

from tests.web.mission.wire import BASE_NS, answers, asks, chat, key_of, line, span, text, tool
from traces import selectors as traces
from traces.models import Mission as MissionModel
from web import mission_pane_lists as lists

pytestmark = pytest.mark.django_db


def conversation():
    """A planner that asks a tool and goes on: three calls, the second and third repeat the history."""
    history = [text("user", "compare the vendors")]
    reply = asks("search", "c1", {"query": "prices"})
    result = answers("c1", "twelve rows")
    longer = [*history, reply, result]
    said = text("assistant", "the cheapest is B")
    return [
        span(1, took_ms=900),
        chat(2, 1, history, [reply], start_ms=10),
        tool(3, 1, "search", "c1", {"query": "prices"}, "twelve rows", start_ms=150),
        chat(4, 1, longer, [said], start_ms=300),
        chat(5, 1, [*longer, said, text("user", "and the best?")], [text("assistant", "A")], start_ms=500),
    ]


def test_each_call_shows_only_what_its_agents_previous_call_did_not_have(send):
    calls = send("m", conversation()).get("/panes/conversation").context["items"]
    assert [call.key for call in calls] == [key_of(2), key_of(4), key_of(5)]
    assert [(call.new_count, call.unchanged_count) for call in calls] == [(1, 0), (2, 1), (2, 3)]
    last = calls[2].messages
    assert [(message.role, bool(message.echo)) for message in last] == [("assistant", True), ("user", False)]


def test_a_tool_call_stands_beside_its_result(send):
    first = send("m", conversation()).get("/panes/conversation").context["items"][0]
    [part] = first.output[0].parts
    assert (part.kind, part.title) == ("tool_call", "search")
    assert part.run.key == key_of(3)
    assert part.run.result.text == "twelve rows"
    assert not part.is_unanswered


def test_a_tool_call_id_that_comes_again_stands_beside_the_result_of_its_own_run(send):
    spans = [span(1, took_ms=900)]
    for at in range(2):
        question = text("user", f"question {at}")
        spans.append(chat(2 + at, 1, [question], [asks("search", "call_0", {"n": at})], start_ms=10 + 100 * at))
        spans.append(tool(4 + at, 1, "search", "call_0", {"n": at}, f"answer {at}", start_ms=60 + 100 * at, took_ms=5))
    calls = send("m", spans).get("/panes/conversation").context["items"]
    assert [part.run.result.text for call in calls for part in call.output[0].parts] == ["answer 0", "answer 1"]


def test_a_tool_call_that_nothing_answers_says_so(send):
    page = send("m", [span(1), chat(2, 1, [text("user", "go")], [asks("lost", "c9", {})])]).html("/panes/conversation")
    assert "never answered" in page


def test_unchanged_messages_are_fetched_when_wanted(send):
    mission = send("m", conversation())
    last = mission.get("/panes/conversation").context["items"][2]
    page = mission.html("/panes/conversation", unchanged=last.pk)
    assert "compare the vendors" in page
    assert "and the best?" not in page
    whole = mission.get("/panes/conversation", whole=1).context["items"][2]
    assert len(whole.messages) == 5
    assert mission.get("/panes/conversation", unchanged=999_999).status_code == 404


def test_finding_in_calls_looks_at_everything_that_was_said(send):
    mission = send("m", conversation())
    assert [call.key for call in mission.get("/panes/conversation", q="CHEAPEST").context["items"]] == [
        key_of(4), key_of(5),
    ]  # fmt: skip
    assert "Nothing that was said matches" in mission.html("/panes/conversation", q="nowhere")


def test_only_changes_are_asked_for_again(send):
    mission = send("m", conversation())
    calls = mission.get("/panes/conversation").context["items"]
    assert len(calls) == 3
    seq = int(mission.json("/data/spans")["cursor"])
    assert mission.get("/panes/conversation", changed_after=seq).context["items"] == []
    assert len(mission.get("/panes/conversation", changed_after=0).context["items"]) == 3


def test_long_conversations_come_in_pages_that_lose_nothing(send):
    calls = [chat(n, 1, [text("user", f"q{n}")], [text("assistant", f"a{n}")], start_ms=n * 10) for n in range(2, 52)]
    mission = send("m", [span(1), *calls])
    seen, address, pages = [], "/panes/conversation", 0
    while address:
        answer = mission.client.get(mission.base + address if pages == 0 else address)
        seen += [call.key for call in answer.context["items"]]
        more = re.search(r'data-more="([^"]+)"', answer.content.decode())
        address, pages = (more[1].replace("&amp;", "&") if more else ""), pages + 1
    assert seen == [key_of(n) for n in range(2, 52)]
    assert pages == 3


def test_the_first_page_reaches_to_the_selected_span(send):
    calls = [chat(n, 1, [text("user", f"q{n}")], [], start_ms=n * 10) for n in range(2, 52)]
    page = send("m", [span(1), *calls]).get("/panes/conversation", until=key_of(40))
    assert [call.key for call in page.context["items"]][-1] == key_of(40)
    assert page.context["page"].left == 11


def test_tool_runs_show_what_went_in_and_came_out_failed_first_when_asked(send):
    spans = [
        span(1),
        tool(2, 1, "search", "a", {"query": "prices"}, {"rows": 12}, start_ms=1),
        tool(3, 1, "search", "b", {"query": "prices"}, None, start_ms=2, error="timeout after 30 s"),
    ]
    mission = send("m", spans)
    runs = mission.get("/panes/tools").context["items"]
    assert [(run.key, run.repeats) for run in runs] == [(key_of(2), 0), (key_of(3), 1)]
    assert runs[0].arguments == '{"query":"prices"}'
    assert runs[0].result == '{"rows":12}'
    assert [run.key for run in mission.get("/panes/tools", failed_first=1).context["items"]] == [key_of(3), key_of(2)]
    assert [run.key for run in mission.get("/panes/tools", q="ROWS").context["items"]] == [key_of(2)]


def test_log_lines_come_in_time_with_their_spans_filtered_and_paged(send):
    lines = [line(f"line {n}", n, severity=17 if n % 100 == 0 else 9, number=1) for n in range(1, 401)]
    mission = send("m", [span(1)], lines)
    page = mission.get("/panes/logs")
    assert [each.body for each in page.context["items"]] == [f"line {n}" for n in range(1, 301)]
    assert page.context["items"][0].key == key_of(1)
    rest = mission.client.get(page.context["more"])
    assert [each.body for each in rest.context["items"]] == [f"line {n}" for n in range(301, 401)]
    assert rest.context["more"] is None
    newest = mission.get("/panes/logs", newest=1).context["items"]
    assert [each.body for each in newest] == [f"line {n}" for n in range(101, 401)]
    errors = mission.get("/panes/logs", severity=17).context["items"]
    assert [(each.body, each.level) for each in errors] == [(f"line {n}", "error") for n in (100, 200, 300, 400)]
    assert len(mission.get("/panes/logs", q="line 39").context["items"]) == 11


def test_log_lines_of_one_span_stay_of_one_span_on_every_page(send):
    lines = [line(f"line {n}", n, number=1 + n % 2) for n in range(1, 701)]
    mission = send("m", [span(1), span(2, 1)], lines)
    page = mission.get("/panes/logs", span=key_of(2))
    rest = mission.client.get(page.context["more"])
    assert {each.key for each in [*page.context["items"], *rest.context["items"]]} == {key_of(2)}
    assert len(page.context["items"]) + len(rest.context["items"]) == 350


def test_the_first_page_of_lines_reaches_to_the_record_that_is_named(send, monkeypatch):
    monkeypatch.setattr(lists, "LINES", 2)
    monkeypatch.setattr(lists, "MOST_UNTIL", 5)
    mission = send("m", [span(1)], [line(f"line {n}.", n) for n in range(1, 10)])
    rows = {row.body: row.pk for row in traces.list_logs_by_time(MissionModel.objects.get().pk, "m")}

    def shown(body):
        page = mission.get("/panes/logs", log=rows.get(body, body))
        context = page.context
        return [row.body for row in context["items"]], context["is_late"], bool(context["more"])

    assert shown("line 4.") == ([f"line {n}." for n in (1, 2, 3, 4)], False, True)
    assert shown("line 8.") == (["line 8.", "line 9."], True, False)
    assert shown("9" * 19) == (["line 1.", "line 2."], False, True)
    more = mission.get("/panes/logs", log=rows["line 4."]).context["more"]
    assert "log=" not in more


def test_a_whole_log_record_opens_below_its_line(send):
    mission = send("m", [span(1)], [line("x" * 5_000, 1, number=1, user__role="admin")])
    [row] = mission.get("/panes/logs").context["items"]
    assert row.is_cut
    detail = mission.html(f"/logs/{row.pk}/panel")
    assert "x" * 5_000 in detail
    assert "user.role" in detail
    assert mission.get("/logs/999999/panel").status_code == 404


def test_a_log_record_opens_in_its_own_mission_alone(send):
    other = send("other", [span(1)], [line("told to others", 1, number=1)])
    [row] = other.get("/panes/logs").context["items"]
    mission = send("m", [span(2)])
    assert "told to others" in other.html(f"/logs/{row.pk}/panel")
    assert mission.get(f"/logs/{row.pk}/panel").status_code == 404


def test_errors_name_the_cause_first_then_what_was_made_good(send):
    spans = [
        span(1, error="no table", took_ms=900),
        span(2, 1, "search", error="timeout", start_ms=1),
        span(3, 1, "search", start_ms=200),
        span(4, 1, "convert", error="no price table for SEK", start_ms=400),
    ]
    mission = send("m", spans, [line("it broke", 450, severity=17)])
    page = mission.get("/panes/errors")
    failures = [(failure.name, failure.role) for failure in page.context["items"]]
    assert failures[0] == ("convert", "cause")
    assert ("search", "recovered") in failures
    assert [each.body for each in page.context["lines"]] == ["it broke"]
    decided = mission.get("/panes/errors", decided=1).context["items"]
    assert [failure.name for failure in decided] == ["convert"]


def test_findings_cite_spans(send):
    spans = [span(1, error="x", took_ms=900), span(4, 1, "convert", error="no price table for SEK", start_ms=400)]
    findings = send("m", spans).get("/panes/findings").context["items"]
    assert any(link.span == key_of(4) for finding in findings for link in finding.links)


@pytest.mark.parametrize("pane", ["conversation", "tools", "state", "logs", "errors", "findings"])
def test_an_empty_pane_says_what_would_fill_it(as_alice, make_mission, pane):
    make_mission("empty")
    page = as_alice.get(f"/missions/empty/panes/{pane}").content.decode()
    assert 'class="empty"' in page


def test_numbers_that_are_none_are_refused(send):
    mission = send("m", [span(1)])
    for query in ({"offset": "x"}, {"changed_after": "-1"}, {"offset": "9" * 40}):
        assert mission.get("/panes/tools", **query).status_code == 400
    assert mission.get("/panes/logs", cursor="nonsense").status_code == 400
    assert BASE_NS > 0
