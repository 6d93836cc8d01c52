"""What two error texts both name."""

import pytest

from analysis.algorithms.terms import shared_terms


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("'SEK' is not in list", "series SEK is late", ("SEK",)),
        ("cannot update QX-4711", "QX-4711 is locked", ("QX-4711",)),
        ("column unit_price is missing", "dropped unit_price and 2 more", ("unit_price",)),
        ("order 1448291 not found", "no stock for order 1448291", ("1448291",)),
        ("'north hall' is closed", "gate of north hall jammed", ("north hall",)),
        ("field 'colour' is required", "no 'colour' in the table", ("colour",)),
    ],
)
def test_names_codes_and_long_numbers_are_shared(one, other, shared):
    assert shared_terms(one, other) == shared_terms(other, one) == shared


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("connection refused by the server", "connection lost to the server"),
        ("ValueError: bad value", "ValueError: no value"),
        ("'NoneType' object is not iterable", "'NoneType' object has no attribute"),
        ("HTTP 404: not found", "HTTP 404: gone"),
        ("the 'colour' is wrong", "a colour was chosen"),
        ("order 14482919 not found", "order 1448291 not found"),
        ("it can't be and won't be", "it can't be and won't be"),
        ("see https://docs.example/errors/e1", "see https://docs.example/errors/e1"),
        ('{"code": 404, "text": "x"}', '{"code": 500, "text": "y"}'),
    ],
)
def test_plain_words_classes_of_errors_and_statuses_are_not(one, other):
    assert shared_terms(one, other) == ()


def test_what_is_common_to_the_mission_distinguishes_nothing():
    assert shared_terms("read_quote failed for QX-4711", "read_quote: QX-4711", {"read_quote"}) == ("QX-4711",)


def test_at_most_three_are_told_the_longest_first():
    text = "A1B2 A1B2C3 DD-77-EE 55555 6666"
    assert shared_terms(text, text) == ("DD-77-EE", "A1B2C3", "55555")
