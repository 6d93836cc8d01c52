"""The selection and the state pane."""

import pytest

from tests.web.mission.wire import (
    BASE_NS,
    MS,
    TRACE,
    answers,
    asks,
    chat,
    event,
    key_of,
    line,
    span,
    span_id,
    text,
    tool,
)

pytestmark = pytest.mark.django_db


def panel(number: int) -> str:
    return f"/spans/{key_of(number).replace('.', '/')}/panel"


def test_a_model_call_shows_facts_messages_attributes_and_where_they_came_from(send):
    said = [text("user", "hi")]
    mission = send("m", [span(1), chat(2, 1, said, [text("assistant", "ho")], start_ms=5)])
    context = mission.get(panel(2)).context
    facts = {fact.label: fact.value for fact in context["span"].facts}
    assert facts["tokens"] == "120 in · 7 out"
    assert facts["model"] == "gpt-4o"
    assert [message.role for message in context["call"].messages] == ["user"]
    names = [row.name for row in context["span"].attributes]
    assert names == sorted(names)
    assert "gen_ai.input.messages" in names
    assert dict(context["span"].provenance)["input_tokens"]


def test_a_tool_run_shows_what_went_in_and_out_and_who_asked(send):
    spans = [
        span(1),
        chat(2, 1, [text("user", "go")], [asks("search", "c1", {"q": 1})], start_ms=1),
        tool(3, 1, "search", "c1", {"q": 1}, {"rows": []}, start_ms=200),
    ]
    context = send("m", spans).get(panel(3)).context
    assert context["arguments"].text == '{\n  "q": 1\n}'
    assert context["result"].text == '{\n  "rows": []\n}'
    assert context["asked_by_key"] == key_of(2)


def test_a_tool_run_is_compared_with_the_run_of_the_same_tool_before_it(send):
    spans = [
        span(1, took_ms=900),
        tool(2, 1, "search", "c1", {"query": "prices", "page": 1}, "one\ntwo", start_ms=10),
        tool(3, 1, "other", "c2", {"query": "prices", "page": 9}, "else", start_ms=20),
        tool(4, 1, "search", "c3", {"query": "prices", "page": "<b>2</b>"}, "one\ntwo", start_ms=30, error="late"),
    ]
    mission = send("m", spans)
    assert "/rerun" not in mission.html(panel(2))
    assert "/rerun" not in mission.html(panel(3))
    assert f"{TRACE}/{span_id(4)}/rerun" in mission.html(panel(4))
    answer = mission.get(panel(4).replace("panel", "rerun"))
    rerun = answer.context["rerun"]
    assert rerun.key == key_of(2)
    changes = {part.name: [(line.sign, line.text.strip()) for line in part.lines] for part in rerun.parts}
    assert ("-", '"page": 1') in changes["input"]
    assert ("+", '"page": "<b>2</b>"') in changes["input"]
    assert changes["output"] == []
    assert changes["error"] == [("+", "late")]
    assert b"<b>2" not in answer.content
    assert mission.get(panel(2).replace("panel", "rerun")).status_code == 404


def test_long_texts_are_compared_in_part_and_said_to_be(send):
    lines = [f"line {n}" for n in range(1000)]
    changed = [*lines[:100], "changed", *lines[101:900], "unseen", *lines[901:]]
    spans = [span(1, took_ms=900)] + [
        tool(2 + at, 1, "read", f"c{at}", {}, "\n".join(each), start_ms=10 + at)
        for at, each in enumerate((lines, changed))
    ]
    [_, output] = send("m", spans).get(panel(3).replace("panel", "rerun")).context["rerun"].parts
    assert [line.text for line in output.lines if line.word in ("added", "removed")] == ["line 100", "changed"]
    assert output.is_cut


def test_an_agents_messages_are_shown_as_messages(send):
    agent = span(
        1, None, "invoke_agent planner", gen_ai__operation__name="invoke_agent", gen_ai__agent__name="planner",
        gen_ai__input__messages=[text("user", "the goal")],
    )  # fmt: skip
    context = send("m", [agent]).get(panel(1)).context
    assert context["call"] is None
    assert [message.role for message in context["said"]["messages"]] == ["user"]


def test_events_links_logs_and_odd_attribute_names_are_all_there(send):
    odd = {"__proto__": "p", "constructor": "c", "a.b": "1", "": "empty", "'; DROP TABLE": "x"}
    spans = [span(1, events=[event("note", 5, why="because")], links=[9]), span(2, 1)]
    spans[0]["attributes"] += [{"key": key, "value": {"stringValue": value}} for key, value in odd.items() if key]
    mission = send("m", spans, [line("a line of it", 3, number=1)])
    view = mission.get(panel(1))
    names = {row.name for row in view.context["span"].attributes}
    assert {"__proto__", "constructor", "a.b", "'; DROP TABLE"} <= names
    assert [(each.name, each.offset) for each in view.context["span"].events] == [("note", "+5.00 ms")]
    assert [each.key for each in view.context["span"].links] == [key_of(9)]
    assert "a line of it" in view.content.decode()


def test_a_repaired_span_says_what_was_changed(send):
    backwards = {**span(1), "startTimeUnixNano": str(BASE_NS + MS), "endTimeUnixNano": str(BASE_NS)}
    view = send("m", [backwards]).get(panel(1)).context["span"]
    assert view.warnings == ["end before start"]
    assert view.repairs


def test_a_long_text_is_folded_and_whole(send):
    long = "\n".join(f"line {n}" for n in range(500))
    page = send("m", [span(1, notes=long)]).html(panel(1))
    assert "line 499" in page
    assert "Show all 500 lines" in page


def test_a_giant_text_is_shown_in_part_and_said_to_be_and_can_be_opened_whole(send):
    mission = send("m", [span(1, notes="start " + "x" * 300_000 + " end")])
    page = mission.html(panel(1))
    assert len(page) < 120_000
    assert "280.0 kB more" in page or "280 kB more" in page
    assert f"spans/{key_of(1).replace('.', '/')}/raw" in page
    raw = mission.get(panel(1).replace("/panel", "/raw"))
    assert raw["Content-Type"] == "text/plain; charset=utf-8"
    assert "x" * 300_000 + " end" in raw.content.decode()
    assert mission.get(panel(9).replace("/panel", "/raw")).status_code == 404


def test_a_parent_that_never_came_is_explained(send):
    page = send("m", [span(2, 1)]).html(panel(1))
    assert "has not arrived" in page
    assert span_id(1) in page


def test_a_span_of_another_mission_is_not_shown_here(send):
    other = send("other", [span(1)])
    empty = send("m", [{**span(7), "traceId": "b" * 32}])
    assert "span 1" in other.html(panel(1))
    assert "span 1" not in empty.html(panel(1))


def state_spans():
    base = {"plan": ["a"], "budget": 10, "notes": {"x": 1}}
    patch = [
        {"op": "replace", "path": "/budget", "value": 7},
        {"op": "add", "path": "/plan/-", "value": "b"},
        {"op": "remove", "path": "/notes/x"},
    ]
    return [
        span(1, took_ms=500),
        span(2, 1, events=[event("missionscope.state.snapshot", 10, missionscope__state=base)], start_ms=10),
        span(3, 1, events=[event("missionscope.state.patch", 200, patch=patch)], start_ms=200),
    ]


def test_the_state_at_the_playhead_marks_what_changed(send):
    mission = send("m", state_spans())
    context = mission.get("/panes/state").context
    changes = {row.path: row.change for row in context["rows"] if row.change}
    assert changes == {
        "/plan": "inside", "/plan/1": "added", "/budget": "changed", "/notes": "inside", "/notes/x": "removed",
    }  # fmt: skip
    [budget] = [row for row in context["rows"] if row.path == "/budget"]
    assert (budget.preview, budget.before) == ("7", "10")
    earlier = mission.get("/panes/state", at=BASE_NS + 100 * MS).context
    assert [row.preview for row in earlier["rows"] if row.path == "/budget"] == ["10"]
    before_all = mission.get("/panes/state", at=BASE_NS).context
    assert before_all["is_before_first"]


def test_a_keys_history_names_its_writers_newest_first(send):
    history = send("m", state_spans()).get("/panes/state", key="/budget").context["history"]
    assert [(write.key, write.word) for write in history] == [(key_of(3), "changed"), (key_of(2), "set")]
    assert history[0].old.text == "10"


def test_a_key_that_is_no_pointer_is_refused(send):
    assert send("m", state_spans()).get("/panes/state", key="budget").status_code == 400


def test_a_result_shown_beside_its_call_is_folded_where_it_returns(send):
    ask = asks("search", "c1", {"q": 1})
    spans = [
        span(1),
        chat(2, 1, [text("user", "go")], [ask], start_ms=1),
        tool(3, 1, "search", "c1", {"q": 1}, "rows", start_ms=200),
        chat(4, 1, [text("user", "go"), ask, answers("c1", "rows")], [text("assistant", "done")], start_ms=400),
    ]
    messages = send("m", spans).get(panel(4)).context["call"].messages
    assert [message.echo for message in messages] == ["the reply before", "the result, shown beside its call"]
