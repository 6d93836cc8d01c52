"""What a viewer of a mission is sent: hello, then every change once and in order, resumed without a gap."""

import json
import secrets
import time

import pytest

from tests.api.conftest import make_request, make_rich_mission, make_span, mission_path
from tests.live.conftest import watch

pytestmark = pytest.mark.server

PATHS = {
    "span": "spans/",
    "llm_call": "llm-calls/",
    "tool_call": "tool-calls/",
    "log": "logs/",
    "snapshot": "snapshots/",
}
KEYS = {"span": ("trace_id", "span_id", "side"), "mission": ("id",)}


def latest(records):
    """The last record of each thing."""
    return {(r["type"], *(r[name] for name in KEYS.get(r["type"], ("id",)))): r for r in records}


def test_hello_says_where_the_mission_is_and_what_follows_is_new(server, mission):
    with watch(server, mission.id) as seen:
        hello = seen.next()
        assert (set(hello), hello["type"]) == ({"type", "cursor"}, "hello")
        mission.grow("second")
        mission.grow("third")
        seen.until_spans("second", "third")
        assert seen.span_names == ["second", "third"]
        assert all(int(record["change_seq"]) > int(hello["cursor"]) for record in seen.records)


def test_changes_come_in_order_and_each_frame_reaches_to_its_cursor(server, mission):
    with watch(server, mission.id, after=0) as seen:
        for at in range(10):
            mission.grow(f"span {at}", f"other {at}")
        seen.until_spans("first", "other 9")
        order = [int(record["change_seq"]) for record in seen.records]
        assert order == sorted(order)
        assert len(order) == len(set(order))
        reached = 0
        for frame in seen.frames[1:]:
            if frame["type"] == "delta":
                assert all(reached < int(record["change_seq"]) <= int(frame["cursor"]) for record in frame["records"])
                reached = int(frame["cursor"])


def test_records_have_the_fields_of_rest(server, asker):
    mission_id = f"rich {secrets.token_hex(4)}"
    traces, logs = make_rich_mission(mission_id)
    asker.send(traces)
    asker.send(logs, "logs")
    while (mission := asker.settled(mission_id, 8))["log_count"] != 23:
        time.sleep(0.05)
    with watch(server, mission_id, after=0) as seen:
        seen.until(lambda _: int(seen.cursor) >= int(mission["change_seq"]))
    found = latest(seen.records)
    for kind, path in PATHS.items():
        rows = asker.walk(mission_path(mission_id, path))
        sent = [record for record in found.values() if record["type"] == kind]
        assert len(rows) == len(sent) > 0
        shown = {tuple(row[name] for name in KEYS.get(kind, ("id",))): row for row in rows}
        for record in sent:
            row = shown[tuple(record[name] for name in KEYS.get(kind, ("id",)))]
            assert set(record) - {"type", "change_seq"} <= set(row) or kind == "log"
            assert {name: row.get(name) for name in record if name not in ("type", "change_seq")} == {
                name: value for name, value in record.items() if name not in ("type", "change_seq")
            }
    findings = {each["id"]: set(each) for each in asker.walk(mission_path(mission_id, "findings/"))}
    computed = int(found["mission", mission_id]["change_seq"])
    last = [
        r
        for r in seen.records
        if r["type"] == "finding" and computed - int(r["change_seq"]) in range(1, len(findings) + 1)
    ]
    assert {record["id"]: set(record) - {"type", "change_seq"} for record in last} == findings != {}
    order = [int(record["change_seq"]) for record in seen.records]
    assert order == sorted(set(order))
    told = found["mission", mission_id]
    assert {name: told[name] for name in ("span_count", "status", "log_count")} == {
        name: mission[name] for name in ("span_count", "status", "log_count")
    }


def test_a_viewer_goes_on_where_it_was(server, mission):
    mission.grow(*(f"span {at}" for at in range(20)))
    with watch(server, mission.id, after=0) as first:
        first.until_spans("span 19")
    cut = next(frame["cursor"] for frame in first.frames if frame["type"] == "delta")
    mission.grow("while away")
    with watch(server, mission.id, after=cut) as second:
        assert second.next() == {"type": "hello", "cursor": cut}
        mission.grow("once back")
        second.until_spans("while away", "once back")
    assert {"while away", "once back"} <= set(second.span_names)
    assert all(int(record["change_seq"]) > int(cut) for record in second.records)
    again = [record["change_seq"] for record in second.records]
    assert len(again) == len(set(again))


def spans_after(seen, after):
    return [r for r in seen.records if r["type"] == "span" and int(r["change_seq"]) > after]


def test_many_viewers_at_different_places_all_end_with_everything(server, mission):
    mission.grow(*(f"early {at}" for at in range(30)))
    last = int(mission.asker.read(mission_path(mission.id))["change_seq"])
    wanted = {"first", "late", *(f"early {at}" for at in range(30))}
    for after in (0, 1, 7, last // 2, last - 1, last):
        with watch(server, mission.id, after=after) as seen, watch(server, mission.id, after=0) as whole:
            mission.grow(f"late {after}")
            seen.until_spans(f"late {after}")
            whole.until_spans(f"late {after}")
            order = [int(record["change_seq"]) for record in seen.records]
            assert order == sorted(set(order))
            assert spans_after(seen, 0) == spans_after(whole, after)
            assert wanted - {"late"} <= set(whole.span_names)


@pytest.mark.parametrize("count", [1, 499, 500, 501, 1203])
def test_more_than_a_frame_holds_comes_in_several(server, asker, count):
    mission_id, trace = f"long {secrets.token_hex(4)}", secrets.token_hex(16)
    spans = [
        make_span(trace, at, f"span {at}", gen_ai__operation__name="chat", gen_ai__request__model="m")
        for at in range(count)
    ]
    asker.send(make_request(mission_id, spans))
    with watch(server, mission_id, after=0) as seen:
        seen.until_spans(*(f"span {at}" for at in range(count)))
        sizes = [len(frame["records"]) for frame in seen.frames if frame["type"] == "delta"]
    order = [int(record["change_seq"]) for record in seen.records]
    assert order == sorted(set(order))
    assert max(sizes) <= 501
    assert seen.span_names == [f"span {at}" for at in range(count)]


def test_frames_stay_below_what_clients_take(server, asker):
    mission_id, trace = f"wide {secrets.token_hex(4)}", secrets.token_hex(16)
    wide = "é" * 300
    spans = [
        make_span(trace, at, f"{at} {wide}", missionscope__step__id=wide, gen_ai__agent__name=wide) for at in range(700)
    ]
    for span in spans:
        span["status"] = {"code": 2, "message": "ü" * 2000}
    asker.send(make_request(mission_id, spans))
    sizes = []
    with watch(server, mission_id, after=0) as seen:
        while len(seen.span_names) < 700:
            text = seen.socket.recv(timeout=20)
            sizes.append(len(text.encode()))
            seen.frames.append(json.loads(text))
    assert max(sizes) < 300_000
    assert len(sizes) > 3


def test_a_cursor_that_was_never_given_out_is_told_to_read_again(server, mission):
    with watch(server, mission.id, after=10**15) as seen:
        assert seen.next() == {"type": "hello", "cursor": str(10**15)}
        resync = seen.next()
        assert (resync["type"], int(resync["cursor"]) > 0) == ("resync", True)
        mission.grow("after that")
        seen.until_spans("after that")


def test_records_that_move_to_another_mission_take_their_viewers_along(server, asker):
    trace = secrets.token_hex(16)
    span = make_span(trace, 1, "child", parent=1)
    asker.send({"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [span]}]}]})
    named = f"named {secrets.token_hex(4)}"
    with watch(server, trace, after=0) as seen:
        seen.until_spans("child")
        asker.send(make_request(named, [make_span(trace, 0, "root")]))
        seen.until(lambda frame: frame["type"] == "resync")
        asker.settled(named, 2)
        asker.send(make_request(named, [make_span(trace, 2, "later")]))
        # Until the mission it leaves is computed anew a viewer may stay there, and is told to read again once more.
        seen.until(lambda frame: frame["type"] == "resync" or "later" in seen.span_names)
        assert "later" in [span["name"] for span in asker.walk(mission_path(trace, "spans/"))]
        asker.send(make_request(named, [make_span(trace, 3, "last")]))
        seen.until_spans("last")
        assert {record["mission_id"] for record in seen.records if record.get("name") == "last"} == {named}
    with watch(server, trace, after=1) as again:
        again.next()
    with watch(server, named, after=0) as whole:
        whole.until_spans("child", "root", "later", "last")


def test_an_old_cursor_of_a_mission_that_lost_records_is_told_to_read_again(server, asker):
    first, second = (f"{word} {secrets.token_hex(4)}" for word in ("weak", "strong"))
    trace = secrets.token_hex(16)
    session = [make_span(trace, 1, "child", session__id=first)]
    asker.send({"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": session}]}]})
    other = [make_span(secrets.token_hex(16), 1, "stays", session__id=first)]
    asker.send({"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": other}]}]})
    asker.send(make_request(second, [make_span(trace, 0, "root")]))
    with watch(server, first, after=1) as seen:
        assert [seen.next()["type"], seen.next()["type"]] == ["hello", "resync"]
        last = int(asker.read(mission_path(first))["change_seq"])
        assert int(seen.cursor) <= last
    assert [span["name"] for span in asker.walk(mission_path(first, "spans/"))] == ["stays"]


def test_the_list_tells_of_new_and_changed_missions(server, asker):
    with watch(server) as seen:
        assert seen.next()["type"] == "hello"
        mission_id = f"listed {secrets.token_hex(4)}"
        trace = secrets.token_hex(16)
        asker.send(make_request(mission_id, [make_span(trace, 0, "first")]))

        def has(count):
            return lambda frame: any(
                r["id"] == mission_id and r["span_count"] == count for r in frame.get("records", ())
            )

        frame = seen.until(has(1))
        record = next(record for record in frame["records"] if record["id"] == mission_id)
        assert record["type"] == "mission"
        cut = frame["cursor"]
        asker.send(make_request(mission_id, [make_span(trace, 1, "second")]))
        seen.until(has(2))
    with watch(server, after=cut) as again:
        again.until(has(2))
    with watch(server, after=10**12) as ahead:
        assert [ahead.next()["type"], ahead.next()["type"]] == ["hello", "resync"]


def test_odd_ids_are_watched_too(server, asker):
    from tests.live.conftest import Mission

    for mission_id in ("a/b/c", "a%2fb", "../..", "?after=3", "'\"😀", "line\nbreak", "x/", "missions"):
        made = Mission(asker, f"{secrets.token_hex(3)}{mission_id}")
        made.grow("first")
        with watch(server, made.id, after=0) as seen:
            assert seen.until_spans("first") == ["first"]


def test_a_move_that_was_computed_before_it_was_noticed_takes_viewers_along_too(site, own_mission, monkeypatch):
    asker, trace = own_mission.asker, secrets.token_hex(16)
    asker.send({"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [make_span(trace, 1, "child")]}]}]})
    with watch(site, trace, after=0) as seen:
        seen.until_spans("child")
        computed = asker.settled(trace, 1)["change_seq"]
        if int(seen.cursor) < int(computed):
            seen.until(lambda _: int(seen.cursor) >= int(computed))
        with monkeypatch.context() as deaf:
            deaf.setattr("live.publish.wake_feeds", lambda keys: None)
            asker.send(make_request("named", [make_span(trace, 0, "root")]))
            while asker.read(mission_path(trace))["id"] == trace:
                time.sleep(0.05)
        asker.send(make_request("named", [make_span(trace, 2, "later")]))
        seen.until(lambda frame: frame["type"] == "resync")
        asker.send(make_request("named", [make_span(trace, 3, "last")]))
        seen.until_spans("last")


def test_an_outcome_that_follows_from_later_spans_comes_as_a_change_of_the_span(server, asker):
    mission_id, trace = f"outcome {secrets.token_hex(4)}", secrets.token_hex(16)
    tool = {"gen_ai__operation__name": "execute_tool", "gen_ai__tool__name": "outer"}
    asker.send(make_request(mission_id, [make_span(trace, 0, "outer", seconds=9, **tool)]))
    asker.settled(mission_id, 1)
    with watch(server, mission_id, after=0) as seen:
        seen.until_spans("outer")
        broken = make_span(trace, 1, "inner", parent=1) | {"status": {"code": 2, "message": "no"}}
        asker.send(make_request(mission_id, [broken]))
        seen.until(
            lambda _: any(
                (record["type"], record.get("name"), record.get("effective_status")) == ("span", "outer", "failed")
                for record in seen.records
            )
        )
        asker.settled(mission_id, 2)
        order = [int(record["change_seq"]) for record in seen.records]
        assert order == sorted(order)
        said = [r["effective_status"] for r in seen.records if (r["type"], r.get("name")) == ("span", "outer")]
        assert said[0] == "ok"
        [run] = asker.walk(mission_path(mission_id, "tool-calls/"))
        if not any(record["type"] == "tool_call" and record["effective_status"] == "failed" for record in seen.records):
            seen.until(lambda _: seen.records[-1]["type"] == "mission")
        told = latest(seen.records)
        assert told["tool_call", run["id"]]["effective_status"] == run["effective_status"] == "failed"
