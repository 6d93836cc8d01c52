"""The beginning of what spans said or did, for the rows in view."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.mission.wire import asks, chat, key_of, span, text, tool, turn

pytestmark = pytest.mark.django_db


def previews(mission, *keys):
    return mission.json("/data/previews", keys=",".join(keys))["previews"]


def test_calls_turns_and_tool_runs_say_what_they_said_or_did(send):
    spans = [
        span(1),
        chat(2, 1, [text("user", "go")], [text("assistant", "first\n  second")]),
        chat(3, 1, [text("user", "go")], [asks("search", "c1", {"q": "x"})]),
        tool(4, 1, "search", "c1", {"q": "x"}, "twelve rows"),
        turn(5, 1, "lead", [text("user", "only told")], []),
        span(6, 1, "GET", http__request__method="GET"),
    ]
    found = previews(send("m", spans), *(key_of(n) for n in range(1, 8)))
    assert found == {
        key_of(2): "first second",
        key_of(3): '→ search {"q":"x"}',
        key_of(4): '{"q":"x"} → twelve rows',
        key_of(5): "only told",
    }


def test_a_long_text_comes_short(send):
    [found] = previews(send("m", [chat(1, None, [], [text("assistant", "word " * 9_000)])]), key_of(1)).values()
    assert len(found) <= 140
    assert found.endswith("…")


def test_one_request_reads_a_bounded_number_in_a_fixed_number_of_queries(send):
    mission = send("m", [span(1), *(chat(n, 1, [], [text("assistant", f"said {n}")]) for n in range(2, 102))])

    def count(numbers):
        with CaptureQueriesContext(connection) as caught:
            found = previews(mission, *(key_of(n) for n in numbers))
        return len(found), len(caught)

    count(range(2, 102))
    assert count(range(2, 4))[0] == 2
    assert count(range(2, 102))[0] == 60
    assert count(range(2, 4))[1] == count(range(2, 102))[1]


def test_other_missions_strangers_and_nonsense_give_nothing(send, as_charlie):
    mission = send("m", [chat(1, None, [], [text("assistant", "secret")])])
    other = send("other", [])
    assert previews(mission, "nonsense", "", key_of(99)) == {}
    assert as_charlie.get("/missions/m/data/previews", {"keys": key_of(1)}).status_code == 404
    assert other.key == "other"
