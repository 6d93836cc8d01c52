"""Cases 65 to 72: impossible times, parents and links."""

import json
import time

import pytest

from tests.blackbox.client import Reader, Sender, mission_path
from tests.blackbox.machine import quickest_s
from tests.blackbox.wire import SECOND_NS, Message, new_span_id, new_trace_id, span, traces

HOUR_NS = 3600 * SECOND_NS
YEAR_2200_NS = 7_258_118_400 * SECOND_NS


def _only(stored: Reader, mission: str) -> Message:
    (found,) = stored.spans(mission)
    return dict(found)


@pytest.mark.parametrize("end", ["0", "now"])
def test_case_65_a_start_of_zero_is_no_start_and_stretches_nothing(
    door: Sender, stored: Reader, encoding: str, mission: str, end: str
):
    now = time.time_ns()
    trace = new_trace_id()
    odd = span(traceId=trace, startTimeUnixNano="0", endTimeUnixNano=str(now) if end == "now" else "0")
    plain = span(traceId=trace, startTimeUnixNano=str(now - SECOND_NS), endTimeUnixNano=str(now))
    assert door.send(traces([odd, plain], mission=mission), encoding).status == 200
    found = next(item for item in stored.spans(mission) if item["span_id"] == odd["spanId"])
    assert found["start_ns"] is None
    assert found["duration_ns"] is None
    settled = stored.settled(mission, lambda whole: whole["span_count"] == 2)
    assert settled["span_count"] == 2
    assert int(settled["start_ns"]) >= now - SECOND_NS


@pytest.mark.parametrize("ahead_ns", [HOUR_NS, YEAR_2200_NS - time.time_ns()], ids=["an hour ahead", "the year 2200"])
def test_case_66_a_time_in_the_future_is_kept_flagged_and_does_not_head_the_list(
    door: Sender, stored: Reader, encoding: str, mission: str, ahead_ns: int
):
    start = time.time_ns() + ahead_ns
    sent = span(startTimeUnixNano=str(start), endTimeUnixNano=str(start + 5))
    assert door.send(traces([sent], mission=mission), encoding).status == 200
    found = _only(stored, mission)
    assert found["start_ns"] == str(start)
    assert found["warnings"]
    later = f"{mission}-later"
    time.sleep(0.01)
    assert door.send(traces([span()], mission=later), encoding).status == 200
    stored.settled(later, lambda whole: whole["span_count"] == 1)
    order = [item["id"] for item in stored.read("/api/v1/missions/", limit=50)["results"]]
    assert order.index(later) < order.index(mission)


def test_case_67_an_end_before_its_start_is_flagged_and_lasts_zero(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    now = time.time_ns()
    sent = span(startTimeUnixNano=str(now), endTimeUnixNano=str(now - SECOND_NS))
    assert door.send(traces([sent], mission=mission), encoding).status == 200
    found = _only(stored, mission)
    assert found["duration_ns"] == "0"
    assert found["warnings"]
    assert (found["start_ns"], found["end_ns"]) == (str(now), str(now - SECOND_NS))
    assert int(stored.settled(mission, lambda whole: whole["span_count"] == 1)["duration_ns"] or 0) >= 0


@pytest.mark.parametrize("end", ["0", None])
def test_case_68_without_an_end_a_span_is_still_running(
    door: Sender, stored: Reader, encoding: str, mission: str, end: str | None
):
    assert door.send(traces([span(endTimeUnixNano=end)], mission=mission), encoding).status == 200
    found = _only(stored, mission)
    assert (found["end_ns"], found["duration_ns"]) == (None, None)
    assert found["effective_status"] in {"active", "waiting"}
    whole = stored.settled(mission, lambda seen: seen["span_count"] == 1)
    assert whole["status"] in {"active", "waiting"}


def test_case_69_a_child_outside_its_parents_time_is_kept_as_it_is(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    now = time.time_ns()
    parent = span(startTimeUnixNano=str(now - 10), endTimeUnixNano=str(now))
    early = span(
        traceId=parent["traceId"],
        parentSpanId=parent["spanId"],
        startTimeUnixNano=str(now - 99),
        endTimeUnixNano=str(now + 99),
    )
    assert door.send(traces([early, parent], mission=mission), encoding).status == 200
    found = {item["span_id"]: item for item in stored.spans(mission)}
    assert found[early["spanId"]]["start_ns"] == str(now - 99)
    assert found[early["spanId"]]["end_ns"] == str(now + 99)
    assert found[early["spanId"]]["parent_span_id"] == parent["spanId"]


def test_case_69_recorded_clock_skew_is_taken(door: Sender, stored: Reader, shared_data, mission: str):
    raw = json.loads((shared_data / "data/raw/zipkin/zipkin-lens/testdata/skew.json").read_text())
    trace = raw[0]["traceId"].rjust(32, "0")
    sent = [
        span(
            traceId=trace,
            spanId=item["id"].rjust(16, "0"),
            parentSpanId=item.get("parentId", "").rjust(16, "0") if item.get("parentId") else "",
            startTimeUnixNano=str(int(item.get("timestamp", 0)) * 1000),
            endTimeUnixNano=str((int(item.get("timestamp", 0)) + int(item.get("duration", 0))) * 1000),
            kind={"SERVER": 2, "CLIENT": 3}.get(item.get("kind", ""), 1),
        )
        for item in raw
    ]
    assert door.send(traces(sent, mission=mission)).status == 200
    distinct = {(item["spanId"], item["kind"] == 2) for item in sent}
    assert len(stored.spans(mission)) == len(distinct)


def _is_quick(stored: Reader, mission: str, count: int) -> None:
    assert len(stored.spans(mission)) == count
    assert quickest_s(lambda: stored.read(f"{mission_path(mission)}spans/")) < 1.0
    whole = stored.settled(mission, lambda seen: seen["span_count"] == count)
    assert whole["span_count"] == count
    for part in ("critical-path/", "graph/", ""):
        assert quickest_s(lambda part=part: stored.read(f"{mission_path(mission)}{part}")) < 1.0  # type: ignore[misc]


def test_case_70_a_span_that_is_its_own_parent_is_shown(door: Sender, stored: Reader, encoding: str, mission: str):
    own = new_span_id()
    sent = span(spanId=own, parentSpanId=own)
    assert door.send(traces([sent], mission=mission), encoding).status == 200
    _is_quick(stored, mission, 1)


@pytest.mark.parametrize("length", [2, 3, 1000])
@pytest.mark.parametrize("with_root", [False, True], ids=["alone", "with an honest root"])
def test_case_71_a_cycle_of_parents_loses_nothing_and_holds_nothing_up(
    door: Sender, stored: Reader, encoding: str, mission: str, length: int, with_root: bool
):
    trace = new_trace_id()
    ids = [new_span_id() for _ in range(length)]
    sent = [span(traceId=trace, spanId=one, parentSpanId=ids[place - 1]) for place, one in enumerate(ids)]
    if with_root:
        root = span(traceId=trace)
        sent += [root, span(traceId=trace, parentSpanId=root["spanId"]), span(traceId=trace, parentSpanId=ids[0])]
    assert door.send(traces(sent, mission=mission), encoding).status == 200
    _is_quick(stored, mission, len(sent))


def test_case_72_links_are_never_parents_whatever_they_point_to(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    root = span()
    child = span(traceId=root["traceId"], parentSpanId=root["spanId"])
    elsewhere = (new_trace_id(), new_span_id())
    child["links"] = [
        {"traceId": root["traceId"], "spanId": root["spanId"]},
        {"traceId": child["traceId"], "spanId": child["spanId"]},
        {"traceId": elsewhere[0], "spanId": elsewhere[1]},
    ]
    lonely = span(links=[{"traceId": root["traceId"], "spanId": child["spanId"]}])
    assert door.send(traces([root, child, lonely], mission=mission), encoding).status == 200
    found = {item["span_id"]: item for item in stored.spans(mission)}
    parents = {one: found[one]["parent_span_id"] for one in found}
    assert parents == {root["spanId"]: None, child["spanId"]: root["spanId"], lonely["spanId"]: None}
    links = stored.span(mission, child)["links"]
    assert [(link["trace_id"], link["span_id"]) for link in links] == [
        (root["traceId"], root["spanId"]),
        (root["traceId"], child["spanId"]),
        elsewhere,
    ]


def test_case_72_an_empty_link_is_dropped_with_a_warning(door: Sender, stored: Reader, encoding: str, mission: str):
    good = {"traceId": new_trace_id(), "spanId": new_span_id()}
    sent = span(links=[{}, good, {"traceId": "00" * 16, "spanId": "00" * 8}])
    answer = door.send(traces([sent], mission=mission), encoding)
    assert (answer.status, answer.rejected) == (200, 0)
    found = stored.span(mission, sent)
    assert [link["span_id"] for link in found["links"]] == [good["spanId"]]
    assert found["warnings"]
