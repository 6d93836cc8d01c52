"""Whatever breaks inside, no raw text comes out."""

from typing import Any

import pytest

from telemetry.records import Decoded
from telemetry.redaction import WITHHELD, Redactor
from telemetry.redaction.hits import Hit
from telemetry.redaction.searching import Search
from tests.telemetry.redaction.making import make_log, make_span

REDACTOR = Redactor(b"a project's key")
SECRET = "ann@example.com"


def _fail(*_args: Any, **_more: Any) -> Any:
    raise RuntimeError(f"broke over {SECRET}")


def test_a_text_whose_search_breaks_is_withheld_and_the_others_are_not(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = Search.hits_at

    def breaks_on_one(self: Search, text: str, places: Any, **more: Any) -> list[Hit]:
        return _fail() if "break" in text else real(self, text, places, **more)

    monkeypatch.setattr(Search, "hits_at", breaks_on_one)
    span = make_span(name=f"break {SECRET}", attributes={"a": f"ok {SECRET}", "b": "clean"})
    redacted = REDACTOR.redact(Decoded([span], [], [])).spans[0]
    assert redacted.name == WITHHELD
    assert redacted.attributes["a"].startswith("ok [EMAIL·")
    assert redacted.attributes["b"] == "clean"
    assert redacted.redactions == {"withheld": 1, "email": 1}
    assert SECRET not in caplog.text


def test_a_scan_that_breaks_leaves_each_text_to_be_searched_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Search.places

    def breaks_on_many(self: Search, texts: Any) -> Any:
        return _fail() if len(texts) > 1 else real(self, texts)

    monkeypatch.setattr(Search, "places", breaks_on_many)
    redacted = REDACTOR.redact(Decoded([make_span(name="clean", status_message=SECRET)], [], [])).spans[0]
    assert redacted.name == "clean"
    assert redacted.redactions == {"email": 1}


def test_when_no_scan_works_everything_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Search, "places", _fail)
    decoded = REDACTOR.redact(Decoded([make_span(name=SECRET)], [make_log(body={"x": [SECRET]})], []))
    assert SECRET not in str(decoded)
    assert decoded.spans[0].name == WITHHELD
    assert REDACTOR.redact_text(SECRET) == (WITHHELD, {"withheld": 1})


@pytest.mark.parametrize(
    "hits", [[Hit(0, 99, "email")], [Hit(3, 3, "email")], [Hit(0, 5, "a"), Hit(4, 6, "b")], [Hit(-1, 2, "a")]]
)
def test_an_answer_that_is_off_is_not_trusted(monkeypatch: pytest.MonkeyPatch, hits: list[Hit]) -> None:
    monkeypatch.setattr(Search, "hits_at", lambda *_args, **_more: hits)
    assert REDACTOR.redact_text(SECRET) == (WITHHELD, {"withheld": 1})


def test_a_value_that_is_too_deep_is_withheld() -> None:
    value: Any = SECRET
    for _level in range(5_000):
        value = [value]
    assert REDACTOR.redact_value(value) == (WITHHELD, {"withheld": 1})


def test_what_was_withheld_stays_as_it_is() -> None:
    assert REDACTOR.redact_text(WITHHELD) == (WITHHELD, {})
    assert REDACTOR.redact_text(f'{{"password": "{WITHHELD}"}}')[1] == {}
