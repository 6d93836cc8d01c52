"""The data the page draws: spans as columns, numbers of calls, critical path, graph."""

import time

import pytest

from analysis.recompute import recompute_missions
from tests.ingest.test_stage7_order import deliver
from tests.plans.stage7_events import BEGIN, stored
from tests.plans.story import HALF_TIME_MS, story
from tests.web.mission.conftest import Mission
from tests.web.mission.wire import BASE_NS, MS, TRACE, chat, key_of, span, span_id, text, tool
from traces.models import Mission as MissionModel
from web.presenters.mission.columns import FAILED, MISSING, NO_START, OFF_CLOCK, OPEN, SERVER, SETTLED, WARNED

pytestmark = pytest.mark.django_db


def rows_of(data):
    """Each row as a map, names instead of numbers."""
    rows, tables = data["rows"], data["tables"]
    ids = [rows["id"][at : at + 16] for at in range(0, len(rows["id"]), 16)]
    found = []
    for at, each in enumerate(ids):
        row = {name: rows[name][at] for name in ("parent", "start", "end", "flags")}
        found.append({**row, "id": each, **{name: tables[name][rows[name][at]] for name in tables}})
    return found


def test_spans_come_in_tree_order_with_parents_by_row_and_times_since_the_first(send):
    mission = send("m", [span(3, 2, start_ms=20), span(1, took_ms=100), span(2, 1, start_ms=10, took_ms=40)])
    data = mission.json("/data/spans")
    rows = rows_of(data)
    assert [row["id"] for row in rows] == [span_id(1), span_id(2), span_id(3)]
    assert [row["parent"] for row in rows] == [-1, 0, 1]
    assert [row["start"] for row in rows] == [0, 10 * MS, 20 * MS]
    assert (data["base_ns"], data["bounds"]) == (str(BASE_NS), [0, 120 * MS])
    assert rows[0]["trace"] == TRACE


def test_the_numbers_of_flags_are_those_of_the_script(settings):
    import re

    text = (settings.BASE_DIR / "static/js/mission/lib/flags.js").read_text()
    flags = {name: int(value) for name, value in re.findall(r"export const (\w+) = (\d+);", text)}
    import web.presenters.mission.columns as columns

    assert flags == {name: getattr(columns, name) for name in flags}
    assert len(flags) == 11


def test_a_missing_parent_has_a_row_of_its_own(send):
    data = send("m", [span(1), span(5, 4, start_ms=30)]).json("/data/spans")
    missing = [row for row in rows_of(data) if row["flags"] & MISSING]
    assert [(row["id"], row["start"], row["end"]) for row in missing] == [(span_id(4), 30 * MS, None)]
    assert data["missing_parents"] == 1


def test_what_is_odd_is_flagged(send):
    spans = [
        span(1),
        span(2, 1, took_ms=None),
        span(3, 1, error="429", start_ms=1),
        {**span(4, 1), "startTimeUnixNano": "0"},
        {**span(5, 1), "startTimeUnixNano": "7258118400000000000", "endTimeUnixNano": "7258118400000000001"},
        span(6, 6),
        span(7, 1, kind=3, start_ms=2),
        span(7, 1, kind=2, start_ms=3),
    ]
    data = send("m", spans).json("/data/spans")
    flags = {}
    for row in rows_of(data):
        flags.setdefault(row["id"], []).append(row["flags"])
    assert flags[span_id(2)][0] & OPEN
    assert flags[span_id(3)][0] & FAILED
    assert flags[span_id(4)][0] & NO_START
    assert flags[span_id(5)][0] & OFF_CLOCK
    assert flags[span_id(6)][0] & WARNED
    assert [each & SERVER for each in flags[span_id(7)]] == [0, SERVER]
    assert data["bounds"][1] < 86_400 * 1000 * MS
    assert "429" in data["notes"].values()


def test_a_failure_that_was_made_good_is_told_apart(send):
    spans = [span(1), span(2, 1, "search", error="timeout", start_ms=1), span(3, 1, "search", start_ms=200)]
    rows = {row["id"]: row for row in rows_of(send("m", spans).json("/data/spans"))}
    assert rows[span_id(2)]["flags"] & SETTLED


def test_model_calls_give_their_numbers_by_span(send):
    call = chat(2, 1, [text("user", "hi")], [text("assistant", "ho")])
    [[key, _first, tokens_in, tokens_out, _cost, model]] = send("m", [span(1), call]).json("/data/calls")["calls"]
    assert (key, tokens_in, tokens_out, model) == (key_of(2), 120, 7, "gpt-4o")


def test_the_critical_path_touches_and_sums_to_the_wall_time(send):
    data = send("m", [span(1, took_ms=100), span(2, 1, start_ms=20, took_ms=50)]).json("/data/critical-path")
    assert data["spans"] == {"traces": [TRACE], "trace": [0, 0], "id": span_id(1) + span_id(2), "servers": []}
    assert data["start_ns"] == str(BASE_NS)
    assert data["segments"]["span"] == [0, 1, 0]
    assert data["segments"]["took"] == [20 * MS, 50 * MS, 30 * MS]
    assert sum(map(int, data["totals"].values())) == 100 * MS


def test_the_critical_path_tells_the_sides_of_a_shared_id_apart(send):
    spans = [span(1), span(2, 1, kind=3, start_ms=10, took_ms=80), span(2, 1, kind=2, start_ms=20, took_ms=60)]
    spans = send("m", spans).json("/data/critical-path")["spans"]
    assert spans["id"] == span_id(1) + 2 * span_id(2)
    assert spans["servers"] == [2]


def test_the_critical_path_of_many_spans_takes_few_bytes_for_each(send):
    mission = send("m", [span(1, took_ms=30_000), *(span(n, 1, start_ms=3 * n, took_ms=2) for n in range(2, 2002))])
    answer = mission.get("/data/critical-path")
    assert len(answer.json()["segments"]["span"]) > 4000
    assert len(answer.content) < 50 * 2001


def test_the_graph_has_lanes_and_every_edge_names_its_evidence(send):
    spans = [
        span(1, None, "invoke_agent planner", gen_ai__operation__name="invoke_agent", gen_ai__agent__name="planner"),
        chat(2, 1, [text("user", "hi")], [text("assistant", "ho")], start_ms=1),
        tool(3, 1, "search", "c1", {"q": "x"}, "found", start_ms=30, gen_ai__agent__name="planner"),
    ]
    data = send("m", spans).json("/data/graph")
    lanes = [node for node in data["nodes"] if node["is_lane"]]
    assert [lane["label"] for lane in lanes] == ["planner"]
    assert {node["kind"] for node in data["nodes"] if not node["is_lane"]} >= {"llm", "tool"}
    assert data["edges"]
    assert all(edge["evidence"] or edge["is_inferred"] for edge in data["edges"])


def test_the_graph_of_a_plan_opens_what_is_asked_for_and_goes_back_in_time(as_alice, project):
    deliver(project.pk, [stored(each) for each in story("planned")])
    recompute_missions(list(MissionModel.objects.values_list("id", flat=True)))
    mission = Mission("planned", as_alice)
    data = mission.json("/data/graph")
    assert data["has_plan"]
    assert all(edge["logs"] for edge in data["edges"])
    fold = next(node for node in data["nodes"] if node["count"] == 4 and not node["is_lane"])
    opened = mission.json("/data/graph", expand=fold["id"])
    assert [node["group"] for node in opened["nodes"] if node["group"]] == [fold["id"]] * 4
    at_ns = int(BEGIN.timestamp()) * 10**9 + HALF_TIME_MS * 10**6
    then = mission.json("/data/graph", at_ns=at_ns)
    assert sum(node["is_step"] for node in then["nodes"]) == 6
    assert mission.get("/data/graph", at_ns="soon").status_code == 400


def test_a_graph_is_folded_to_the_limit_that_is_asked_for(send):
    spans = [span(1), *(tool(n, 1, f"t{n % 3}", "", {}, "", start_ms=n) for n in range(2, 60))]
    mission = send("m", spans)
    data = mission.json("/data/graph", limit=10)
    assert data["is_folded"]
    assert len(data["nodes"]) <= 10
    assert mission.get("/data/graph", limit="many").status_code == 400


def test_an_empty_mission_has_empty_data(as_alice, make_mission):
    make_mission("empty")
    data = as_alice.get("/missions/empty/data/spans").json()
    assert abs(int(data["base_ns"]) - time.time_ns()) < 60 * 10**9
    assert (data["bounds"], data["rows"]["id"], data["rows"]["parent"]) == (None, "", [])
    assert as_alice.get("/missions/empty/data/graph").json()["nodes"] == []
    assert as_alice.get("/missions/empty/data/critical-path").json()["segments"]["span"] == []


def test_the_number_of_questions_does_not_grow_with_the_spans(send, django_assert_max_num_queries):
    few = send("few", [span(1)])
    with django_assert_max_num_queries(12):
        few.json("/data/spans")
    many = send("many", [span(1), *(span(n, 1) for n in range(2, 60))])
    with django_assert_max_num_queries(12):
        many.json("/data/spans")
