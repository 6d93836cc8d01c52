from typing import Any

from analysis.algorithms.attempts import list_attempts
from llmlog.records import LlmCallRow
from tests.analysis.making import llm_call, span


def call(number: int, start: int, end: int | None, **fields: Any) -> LlmCallRow:
    of = span(f"c{number}", start=start, end=end, effective="failed" if fields.get("error") else "ok", pk=number)
    return llm_call(of, **{"hashes": "ab", **fields})


def test_a_call_after_a_failed_one_with_the_same_prompt_is_its_next_attempt():
    calls = [call(1, 0, 1, error="429"), call(2, 2, 3, error="429"), call(3, 4, 5), call(4, 6, 7)]
    assert list_attempts(list(reversed(calls))) == {1: (1,), 2: (1, 2), 3: (1, 2, 3), 4: (4,)}


def test_another_prompt_model_or_agent_is_no_attempt():
    first = call(1, 0, 1, error="boom")
    assert list_attempts([first, call(2, 2, 3, hashes="abc")])[2] == (2,)
    assert list_attempts([first, call(2, 2, 3, model="gpt-y")])[2] == (2,)
    assert list_attempts([first, call(2, 2, 3, hashes="")])[2] == (2,)


def test_a_call_at_the_same_time_is_no_attempt():
    assert list_attempts([call(1, 0, 5, error="boom"), call(2, 2, 3)])[2] == (2,)
    assert list_attempts([call(1, 0, None, error="boom"), call(2, 2, 3)])[2] == (2,)
