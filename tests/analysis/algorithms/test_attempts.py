from typing import Any

import msgspec

from analysis.algorithms.attempts import MOST_SHOWN, find_attempts
from llmlog.records import LlmCallRow
from tests.analysis.making import llm_call, span


def call(number: int, start: int, end: int | None, **fields: Any) -> LlmCallRow:
    of = span(f"c{number}", start=start, end=end, effective="failed" if fields.get("error") else "ok", pk=number)
    return llm_call(of, **{"hashes": "ab", **fields})


def test_a_call_after_a_failed_one_with_the_same_prompt_is_its_next_attempt():
    calls = [call(1, 0, 1, error="429"), call(2, 2, 3, error="429"), call(3, 4, 5), call(4, 6, 7)]
    found = find_attempts(list(reversed(calls)))
    assert {pk: found.chain(pk) for pk in found.numbers} == {1: (1,), 2: (1, 2), 3: (1, 2, 3), 4: (4,)}
    assert [found.count(pk) for pk in (1, 2, 3, 4)] == [1, 2, 3, 1]


def test_another_prompt_model_or_agent_is_no_attempt():
    first = call(1, 0, 1, error="boom")
    assert find_attempts([first, call(2, 2, 3, hashes="abc")]).chain(2) == (2,)
    assert find_attempts([first, call(2, 2, 3, model="gpt-y")]).chain(2) == (2,)
    assert find_attempts([first, call(2, 2, 3, hashes="")]).chain(2) == (2,)


def test_a_call_at_the_same_time_is_no_attempt():
    assert find_attempts([call(1, 0, 5, error="boom"), call(2, 2, 3)]).chain(2) == (2,)
    assert find_attempts([call(1, 0, None, error="boom"), call(2, 2, 3)]).chain(2) == (2,)


def outer(number: int, start: int, end: int | None, **fields: Any) -> LlmCallRow:
    return msgspec.structs.replace(call(number, start, end, hashes="q"), **fields)


def attempt(number: int, start: int, end: int | None, *, error: str = "", **fields: Any) -> LlmCallRow:
    made = call(number, start, end, hashes=str(number), model=f"model-{number}", error=error)
    return msgspec.structs.replace(made, is_attempt=True, **fields)


def test_a_named_call_took_all_its_attempts_whatever_was_sent_at_each():
    calls = [
        outer(1, 0, 9, call_id="c"),
        attempt(2, 0, 2, error="timeout", call_id="c"),
        attempt(3, 3, 5, call_id="c"),
        attempt(4, 6, 9, call_id="c"),
        attempt(5, 6, 9, call_id="another"),
    ]
    for order in (calls, list(reversed(calls))):
        found = find_attempts(order)
        assert found.chain(1) == (2, 3, 4)
        assert found.chain(3) == (2, 3)
        assert found.count(1) == 3
        assert found.inner() == {2, 3, 4}
        assert found.outer == {1: 4}
        assert found.chain(5) == (5,)


def test_without_a_common_name_the_id_of_the_answer_joins_a_call_with_its_attempt():
    calls = [
        outer(1, 0, 9, response_id="r2", call_id=""),
        attempt(2, 0, 2, response_id="r1"),
        attempt(3, 3, 9, response_id="r2"),
    ]
    found = find_attempts(calls)
    assert found.outer == {1: 3}
    assert found.chain(1) == (3,)


def test_an_answer_that_comes_again_later_is_a_replay_and_takes_no_attempt():
    calls = [
        outer(1, 0, 9, response_id="r"),
        attempt(2, 1, 8, response_id="r"),
        outer(3, 20, 21, response_id="r"),
        outer(4, 30, 31, response_id="s"),
    ]
    found = find_attempts(list(reversed(calls)))
    assert found.replays == {3: 1}
    assert found.outer == {1: 2}
    assert found.chain(3) == (3,)


def test_calls_of_other_senders_that_share_nothing_stand_alone():
    found = find_attempts([outer(1, 0, 9), outer(2, 1, 8, response_id="x"), outer(3, 1, 8, response_id="y")])
    assert (found.outer, found.replays, found.inner()) == ({}, {}, frozenset())


def test_many_attempts_take_no_more_than_linear_room():
    calls = [attempt(number, number, number + 1, call_id="c") for number in range(1, 5_001)]
    found = find_attempts(calls)
    assert found.count(5_000) == 5_000
    assert found.chain(5_000)[0] == 5_000 - MOST_SHOWN + 1
