"""The overview of a mission: what its time, tokens and money went into."""

import re
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.mission.wire import BASE_NS, MS, chat, key_of, span, text, tool

pytestmark = pytest.mark.django_db
OVERVIEW = "/panes/overview"


def work():
    """An agent with two calls and a tool run that failed."""
    return [
        span(1, None, "plan", took_ms=1000, gen_ai__operation__name="invoke_agent", gen_ai__agent__name="planner"),
        chat(2, 1, [text("user", "a")], [], start_ms=0, took_ms=400),
        chat(3, 1, [text("user", "b")], [], start_ms=500, took_ms=200),
        tool(4, 1, "search", "c1", {}, None, start_ms=700, took_ms=100, error="no"),
        tool(5, 1, "search", "c2", {}, "x", start_ms=850, took_ms=50),
    ]


def tables(mission):
    return {table.id: table for table in mission.get(OVERVIEW).context["overview"].tables}


def rows(table):
    return [(line.name, *(cell.text for cell in line.cells)) for line in [*table.first, *table.more]]


def test_the_classes_of_time_sum_to_the_wall_time_and_the_bar_has_no_gap(send):
    mission = send("m", work())
    overview = mission.get(OVERVIEW).context["overview"]
    totals = {name: int(ns) for name, ns in mission.json("/data/critical-path")["totals"].items()}
    assert overview.wall == "1.00 s"
    assert sum(totals.values()) == 1_000_000_000
    assert (overview.slices[0].word, overview.slices[0].time) == ("models", "600 ms")
    assert len(overview.slices) == sum(1 for ns in totals.values() if ns)
    edges = [(each.x, each.x + each.width) for each in overview.slices]
    assert [edges[0][0], *(end for _, end in edges)] == [*(start for start, _ in edges), 1000]


def test_models_agents_and_tools_say_what_is_known(send):
    found = tables(send("m", work()))
    assert found["models"].heads[:2] == ["calls", "tokens"]
    assert rows(found["models"])[0][:3] == ("gpt-4o", "2", "254")
    assert rows(found["agents"])[0][:2] == ("planner", "1.00 s")
    assert (found["tools"].heads, rows(found["tools"])) == (
        ["runs", "failed", "time"], [("search", "2", "1", "150 ms")],
    )  # fmt: skip


def test_the_longest_spans_lead_to_themselves_and_are_told_apart(send):
    spans = tables(send("m", work()))["spans"]
    assert (spans.first[0].name, spans.first[0].key, spans.first[0].cells[0].text) == (
        "chat gpt-4o",
        key_of(2),
        "400 ms",
    )
    assert all(line.clock for line in spans.first if line.name == "chat gpt-4o")
    assert f'data-span="{key_of(2)}"' in send("m", work()).html(OVERVIEW)


def test_what_is_unknown_is_left_out_not_zero(send):
    silent = {"gen_ai__usage__input_tokens": "", "gen_ai__usage__output_tokens": "", "gen_ai__request__model": "own"}
    mission = send("m", [span(1), chat(2, 1, [], [], **silent)])
    page = mission.html(OVERVIEW)
    assert tables(mission)["models"].heads == ["calls"]
    assert "agents" in tables(mission)
    assert "$0" not in page
    assert not re.search(r">0<", page)


def test_a_mission_of_plain_work_has_only_times(send):
    assert list(tables(send("m", [span(1), span(2, 1)]))) == ["spans"]


def test_long_lists_are_folded_after_the_first_rows_and_say_how_many_there_are(send):
    runs = [tool(n, 1, f"tool-{n}", f"c{n}", {}, "x", start_ms=n, took_ms=1) for n in range(2, 72)]
    page = send("m", [span(1, took_ms=100), *runs])
    found = tables(page)["tools"]
    assert (len(found.first), len(found.more), found.left_out) == (6, 44, 20)
    html = page.html(OVERVIEW)
    assert "44 more" in html
    assert "20 smaller ones are not listed" in html


def test_a_running_mission_counts_up_to_now(send):
    began_ms = (time.time_ns() - BASE_NS) / MS - 60_000
    overview = send("m", [span(1, start_ms=began_ms, took_ms=None)]).get(OVERVIEW).context["overview"]
    assert overview.wall.startswith("1 m ")


def test_before_anything_has_a_time_it_says_so(send):
    assert "Nothing has taken time yet" in send("m", [{**span(1), "startTimeUnixNano": "0"}]).html(OVERVIEW)


def test_the_number_of_queries_does_not_grow(send):
    def queries(numbers):
        mission = send("m", [span(1), *(chat(n, 1, [text("user", str(n))], [], start_ms=n) for n in numbers)])
        with CaptureQueriesContext(connection) as caught:
            mission.get(OVERVIEW)
        return len(caught)

    assert queries(range(2, 4)) == queries(range(4, 60))


def test_strangers_are_told_nothing_and_names_stay_text(send, as_charlie):
    hostile = "<script>alert(1)</script>"
    mission = send("m", [span(1), tool(2, 1, hostile, "c", {}, "x"), chat(3, 1, [], [], gen_ai__agent__name=hostile)])
    assert "<script>" not in mission.html(OVERVIEW)
    assert as_charlie.get("/missions/m/panes/overview").status_code == 404
