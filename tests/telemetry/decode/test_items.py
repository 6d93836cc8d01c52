"""A JSON request becomes items; what is wrong with one costs no other."""

import json
import time

import pytest

from core.limits import MAX_ITEMS, MAX_JSON_NESTING, MAX_JSON_VALUES
from telemetry.decode.errors import MalformedBody, TooLarge
from telemetry.decode.json_items import read_items
from telemetry.decode.plain import clean_item
from telemetry.decode.refusal import Refusal


def values(data, *, is_lines=False):
    return [item.value if item.refusal is None else item.refusal.reason for item in read_items(data, is_lines=is_lines)]


@pytest.mark.parametrize("is_lines", [True, False])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a": 1}', [{"a": 1}]),
        (b'\xef\xbb\xbf{"a": 1}', [{"a": 1}]),
        (b'[{"a": 1}, {"b": 2}]', [{"a": 1}, {"b": 2}]),
        (b'{"records": [{"a": 1}, 3]}', [{"a": 1}, 3]),
        (b'{"records": [1], "more": 2}', [{"records": [1], "more": 2}]),
        (b'{"records": "text"}', [{"records": "text"}]),
        (b"[]", []),
        (b'{"a": 1}\n{"b": 2}', [{"a": 1}, {"b": 2}]),
        (b'\r\n{"a": 1}\r\n\r\n  \n{"b": 2}\r\n', [{"a": 1}, {"b": 2}]),
        (b'{"a": 1}\nnot json\n{"b": 2}', [{"a": 1}, "not_json", {"b": 2}]),
        (b'{"a": 1}\n\xff\n{"b": 2', [{"a": 1}, "not_json", "not_json"]),
        (b'{\n "a": 1\n}', [{"a": 1}]),
    ],
)
def test_every_way_to_write_records_is_read(body, expected, is_lines):
    assert values(body, is_lines=is_lines) == expected


def test_a_bad_first_line_is_forgiven_only_where_the_sender_says_lines():
    body = b'oops\n{"b": 2}'
    assert values(body, is_lines=True) == ["not_json", {"b": 2}]
    with pytest.raises(MalformedBody):
        read_items(body, is_lines=False)


@pytest.mark.parametrize("is_lines", [True, False])
@pytest.mark.parametrize(
    "body", [b"", b"  \n ", b"nonsense", b"<html>\n</html>", b"\xff\xfe", b'{"a": 1', b'["a",\n"b"']
)
def test_what_is_no_json_is_refused_whole(body, is_lines):
    with pytest.raises(MalformedBody):
        read_items(body, is_lines=is_lines)


def test_surrogates_and_numbers_beyond_json_are_kept_with_a_repair():
    body = b'{"lone": "a\\ud800b", "nan": NaN, "much": 1e999, "huge": %s, "zero": "x\\u0000"}' % (b"9" * 5_000)
    (item,) = read_items(body, is_lines=False)
    cleaned, repairs = clean_item(item.value)
    assert cleaned == {"lone": "a\ufffdb", "nan": "nan", "much": "inf", "huge": "inf", "zero": "x\u2400"}
    assert sorted(repair.reason for repair in repairs) == [
        "lone_surrogate", "nul_character", "number_not_finite", "number_not_finite", "number_not_finite",
    ]  # fmt: skip
    json.dumps(cleaned, allow_nan=False)


def test_an_integer_that_no_store_holds_becomes_text():
    (item,) = read_items(b'{"a": 123456789012345678901234567890, "b": -9223372036854775807}', is_lines=False)
    cleaned, repairs = clean_item(item.value)
    assert cleaned == {"a": "123456789012345678901234567890", "b": -9223372036854775807}
    assert [repair.reason for repair in repairs] == ["number_too_large"]


def test_clean_values_are_not_repaired():
    value = {"a": [1, 2.5, True, None, "ü", {"b": []}]}
    assert clean_item(value) == (value, ())


@pytest.mark.parametrize("levels", [MAX_JSON_NESTING + 1, 900, 5_000])
def test_a_record_nested_too_deeply_is_refused_alone(levels):
    deep = b"[" * levels + b"]" * levels
    items = read_items(b'[{"a": 1}, {"deep": %s}]' % deep, is_lines=False)
    assert clean_item(items[0].value)[0] == {"a": 1}
    with pytest.raises(Refusal) as refused:
        clean_item(items[1].value)
    assert refused.value.reason == "nesting_too_deep"


def test_too_many_records_or_values_are_refused_before_they_fill_the_memory():
    for body in (b"[%s]" % b",".join([b"1"] * (MAX_ITEMS + 1)), b'{"a": 1}\n' * (MAX_ITEMS + 1)):
        with pytest.raises(TooLarge):
            read_items(body, is_lines=False)
    with pytest.raises(TooLarge):
        read_items(b"[%s]" % (b"[]," * MAX_JSON_VALUES), is_lines=False)


def test_marks_inside_texts_are_no_values():
    text = ",[{" * MAX_JSON_VALUES
    assert values(json.dumps({"a": text + '"\\'}).encode()) == [{"a": text + '"\\'}]


@pytest.mark.parametrize(
    "body",
    [
        b'"' * (4 << 20),
        b'\\"' * (2 << 20),
        b'{"a":"' * (1 << 19),
        b"\n" * (4 << 20),
        b" " * (4 << 20),
        b'{"a": "' + b"\\" * (4 << 20),
        b'{"a": 1}\n' + b"x" * (4 << 20),
        b"," * (4 << 20),
    ],
)
def test_hostile_bodies_take_linear_time(body):
    begun = time.perf_counter()
    try:
        read_items(body, is_lines=True)
    except (MalformedBody, TooLarge):
        pass
    assert time.perf_counter() - begun < 10
