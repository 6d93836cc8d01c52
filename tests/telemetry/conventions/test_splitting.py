"""Arrays of messages as slices of their own text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.conventions import split_messages

KEY = "gen_ai.input.messages"
MESSAGES = [{"role": "user", "parts": [{"type": "text", "content": "é ☃ \n" * 40}]}, {"role": "tool", "content": None}]


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (",", ": ")])
@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_parts_put_together_are_the_value(separators, ensure_ascii):
    value = json.dumps(MESSAGES, separators=separators, ensure_ascii=ensure_ascii)
    split = split_messages(KEY, value)
    assert split is not None
    assert [json.loads(part) for part in split.parts] == MESSAGES
    assert "[" + split.separator.join(split.parts) + "]" == value


NOT_SPLIT = [
    (KEY, json.dumps(MESSAGES, indent=1)),
    (KEY, json.dumps(MESSAGES[:1])),
    (KEY, "[" + json.dumps(MESSAGES[0]) + " ,{}]"),
    (KEY, json.dumps(MESSAGES) + " "),
    (KEY, json.dumps({"messages": MESSAGES})),
    (KEY, json.dumps(MESSAGES)[:-2] + "]"),
    (KEY, "[]"),
    (KEY, ""),
    (KEY, "[" * 500 + "]" * 500),
    (KEY, json.dumps([*MESSAGES, "\ud800"], ensure_ascii=False)),
    ("some.other.list", json.dumps(MESSAGES)),
]


@pytest.mark.parametrize(("key", "value"), NOT_SPLIT, ids=lambda value: value[:30])
def test_what_would_not_come_back_exactly_is_left_whole(key, value):
    assert split_messages(key, value) is None


@given(
    st.lists(st.text(max_size=80) | st.integers() | st.dictionaries(st.text(), st.text()), max_size=8), st.booleans()
)
def test_it_never_changes_a_character(items, tight):
    value = json.dumps(items, separators=(",", ":") if tight else None)
    split = split_messages(KEY, value)
    assert split is None or "[" + split.separator.join(split.parts) + "]" == value
