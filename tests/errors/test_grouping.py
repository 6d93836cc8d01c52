"""Fingerprints: what is one group and what are several. Version 1 is held by fixed values."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults.grouping.failures import Failure, find_culprit
from faults.grouping.fingerprint import VERSION, make_fingerprint
from faults.grouping.matching import match_key, name_failure
from faults.grouping.messages import normalise_message
from faults.grouping.settling import Telling, settle
from telemetry.stacktraces import read_stacktrace
from tests.errors.telling import PYTHON_STACK

PLAIN = Failure("span", "error", "ValueError", "no such file 7", "turn", 1, service_name="core", agent_name="planner")
FRAMED = msgspec.structs.replace(PLAIN, stack=read_stacktrace(PYTHON_STACK))
TOOL = msgspec.structs.replace(PLAIN, source="tool", tool_name="search")


def same(first: Failure, **changes: object) -> bool:
    return make_fingerprint(first) == make_fingerprint(msgspec.structs.replace(first, **changes))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("could not reach 10.1.2.3:5432 after 3 tries", "could not reach <address> after <n> tries"),
        ("user 'anna' not in list", "user <value> not in list"),
        ("can't read 'it'", "can't read <value>"),
        ("order 5f3a9c1e-0000-4000-8000-00000000abcd lost", "order <id> lost"),
        ("GET https://a.example/x?y=1 failed", "GET <url> failed"),
        ("no file /srv/data/2024/a.csv here", "no file <path> here"),
        ("status code 429 from model", "status code 429 from model"),
        ("HTTP 503 after 812ms, request 9265ce016c95", "HTTP 503 after <n>, request <id>"),
        ("at 2026-11-28T10:00:00.123Z it broke", "at <time> it broke"),
        ("mail to [EMAIL·7f3a9c] and a@b.example", "mail to <email> and <email>"),
        ("ids 1, 2, 3, 4", "ids <n>"),
        ("  two\n lines ", "two lines"),
    ],
)
def test_messages_lose_what_differs(text, shown):
    assert normalise_message(text) == shown


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=400))
def test_any_message_is_normalised(text):
    assert len(normalise_message(text)) <= 300


def test_version_one_stays_what_it_is():
    assert VERSION == 1
    assert make_fingerprint(PLAIN).hex() == "79e9c63a4670c2bdd6a8d6b13816fe4f"
    assert make_fingerprint(FRAMED).hex() == "93cfb5e858ae08adcb21c07768ef4a75"


def test_own_frames_decide_before_message_agent_and_service():
    assert same(FRAMED, message="another one", agent_name="writer", service_name="api")
    assert not same(FRAMED, error_type="KeyError")
    moved = PYTHON_STACK.replace("line 57", "line 90").replace("/srv/app", "/opt/release-12")
    assert same(FRAMED, stack=read_stacktrace(moved))
    assert not same(FRAMED, stack=read_stacktrace(PYTHON_STACK.replace("in ask", "in answer")))


def test_without_own_frames_type_and_message_decide():
    assert same(PLAIN, message="no such file 8")
    assert not same(PLAIN, message="no such place 7")
    assert not same(PLAIN, error_type="KeyError")
    assert same(PLAIN, error_type="builtins.ValueError")


def test_context_tells_apart_what_frames_do_not():
    assert not same(PLAIN, service_name="api")
    assert not same(PLAIN, agent_name="writer")
    assert not same(FRAMED, tool_name="search")
    assert not same(TOOL, tool_name="fetch")
    assert not same(TOOL, step_verb="SEARCH")
    assert same(TOOL, agent_name="writer", service_name="api")


def test_a_sender_groups_as_it_wants():
    mine = msgspec.structs.replace(PLAIN, custom=("billing",))
    assert same(mine, message="anything", error_type="KeyError")
    more = msgspec.structs.replace(PLAIN, custom=("{{ default }}", "billing"))
    assert not same(more, message="anything")
    assert make_fingerprint(more) != make_fingerprint(PLAIN)


def test_the_culprit_is_the_innermost_own_frame():
    assert find_culprit(FRAMED) == "agents/brain.py in ask"
    assert find_culprit(PLAIN) == "turn"


@pytest.mark.parametrize(
    ("error_type", "message"),
    [
        ("ValueError", "no"), ("", "ValueError: no"), ("ValueError", "ValueError: no"), ("builtins.ValueError", "no"),
        ("", "Uncaught ValueError: no"), ("_OTHER", "ValueError: no"), ("ValueError", " no "),
    ],
)  # fmt: skip
def test_the_same_exception_matches_however_it_is_written(error_type, message):
    assert match_key(*name_failure(error_type, message)) == match_key("ValueError", "no")


def line_at(pk: int, time_ns: int, **fields: object) -> Telling:
    given = {"source": "log", "richness": 1, "match_key": b"", "trace_id": b"t", "span_id": b"other"}
    return Telling(pk=pk, identity=bytes([pk]), time_ns=time_ns, **{**given, **fields})


def test_a_line_that_quotes_a_failure_of_the_time_does_not_count():
    failed = line_at(
        1, 10**10, source="model_call", richness=2, span_id=b"s", match_key=b"k", message="Rate limit reached"
    )
    quoting = {"match_key": b"q", "message": "attempt 1: Rate limit reached; next in 2 s"}
    assert settle([failed, line_at(2, 10**10 + 5, **quoting)]) == {1: 1, 2: 1}
    assert settle([failed, line_at(2, 10**10 * 2, **quoting)]) == {1: 1, 2: 2}
    assert settle([failed, line_at(2, 10**10 * 2, **{**quoting, "span_id": b"s"})]) == {1: 1, 2: 1}


def test_spans_that_are_each_others_parents_count_once():
    first = line_at(1, 1, source="span", match_key=b"k", span_id=b"a", parent_span_id=b"b", richness=2)
    second = line_at(2, 2, source="span", match_key=b"k", span_id=b"b", parent_span_id=b"a", richness=2)
    assert settle([first, second]) == settle([second, first]) == {1: 1, 2: 1}
