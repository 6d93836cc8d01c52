"""Values under names that make them secret: in attributes, in JSON at any depth, in queries, headers and code."""

import json
from typing import Any

import pytest

from telemetry.redaction import Redactor
from telemetry.redaction.keys import Secrecy, secrecy

REDACTOR = Redactor(b"a project's key")
SECRET_NAMES = [
    "password", "secret", "api_key", "apikey", "auth", "credentials", "mysql_pwd", "private_key", "token", "bearer",
    "passwd", "privatekey", "access_token", "clientSecret", "x-api-key", "X-Auth-Token", "OPENAI_API_KEY",
    "http.request.header.authorization", "http.request.header.cookie", "AWS_SECRET_ACCESS_KEY", "db.password", "APIKey",
]  # fmt: skip
HARMLESS_NAMES = [
    "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "max_tokens", "llm.token_count.prompt", "token_type",
    "gen_ai.token.type", "next_page_token", "time_to_first_token", "author", "session.id", "password_policy",
    "has_password", "key_points", "primary_key", "secret_name", "tokenizer", "mission.key", "input.value", "public_key",
]  # fmt: skip


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_secret_name_hides_its_value_wherever_it_stands(name: str) -> None:
    value = "correct horse 7"
    inner = json.dumps({"a": 1, name: value})
    for holder in (inner, json.dumps({"args": inner}), json.dumps([json.dumps({"args": inner})])):
        redacted, counts = REDACTOR.redact_text(holder)
        assert value not in redacted
        assert name in redacted
        assert sum(counts.values()) == 1
        json.loads(redacted)
    rewritten, counts = REDACTOR.redact_value({"outer": [{name: value}]})
    assert list(rewritten["outer"][0]) == [name]
    assert value not in str(rewritten)
    assert REDACTOR.redact_text(value, attribute_key=name)[0] != value


@pytest.mark.parametrize("name", HARMLESS_NAMES)
def test_a_harmless_name_hides_nothing(name: str) -> None:
    value = "correct horse 7"
    assert secrecy(name) is not Secrecy.TEXT
    assert REDACTOR.redact_value({name: value, f"{name}.n": 7}) == ({name: value, f"{name}.n": 7}, {})
    assert REDACTOR.redact_text(json.dumps({name: value}))[1] == {}
    assert REDACTOR.redact_text(value, attribute_key=name) == (value, {})


def test_a_value_with_quotes_inside_is_hidden_whole() -> None:
    value = 'he"llo\\ "x" wor"ld'
    text = json.dumps({"password": value, "next": "kept"})
    for _depth in range(3):
        assert json.loads(REDACTOR.redact_text(text)[0])
        assert "ld" not in REDACTOR.redact_text(text)[0]
        assert "kept" in REDACTOR.redact_text(text)[0]
        text = json.dumps({"inner": text})


def test_numbers_under_a_password_are_hidden_and_the_json_stays_json() -> None:
    redacted, counts = REDACTOR.redact_text(
        '{"password": 12345678, "token": 12345678, "args": "{\\"passcode\\": 4711}"}'
    )
    decoded = json.loads(redacted)
    assert counts == {"secret": 2}
    assert decoded["token"] == 12345678
    assert json.loads(decoded["args"])["passcode"].startswith("[SECRET·")
    assert REDACTOR.redact_value({"password": 12345678, "ok": True})[1] == {"secret": 1}


@pytest.mark.parametrize(
    "value",
    [
        [["Authorization", "opaque7"], ["Accept", "text"]],
        [{"name": "Authorization", "value": "opaque7"}],
        [{"key": "x-api-key", "value": {"stringValue": "opaque7"}}],
        {"credentials": {"user": "opaque7", "rest": ["opaque7"]}},
        {"headers": {"Cookie": ["opaque7=1"]}},
        ["Authorization: Bearer opaque7"],
        {"password": ["opaque7", {"x": "opaque7"}]},
    ],
)
def test_lists_of_headers_and_nested_credentials_are_hidden(value: Any) -> None:
    assert "opaque7" not in str(REDACTOR.redact_value(value)[0])
    text = json.dumps(value)
    redacted = REDACTOR.redact_text(text)[0]
    assert "opaque7" not in redacted
    json.loads(redacted)


def test_the_scheme_of_an_authorization_stays() -> None:
    assert REDACTOR.redact_text("Bearer abc", attribute_key="http.request.header.authorization")[0].startswith(
        "Bearer ["
    )
    assert REDACTOR.redact_text('{"Authorization": "Basic abc"}')[0].startswith('{"Authorization": "Basic [AUTH')


def test_a_disguised_name_hides_its_value_too() -> None:
    for text in (
        r"{\u0022\u0070assword\u0022:\u0022hunter2\u0022}",
        r'{"\u0070assword": "hunter2"}',
        r'{"args": "{\"p\\u0061ssword\": \"hunter2\"}"}',
        "password%3Dhunter2",
    ):
        assert "hunter2" not in REDACTOR.redact_text(text)[0]


def test_the_name_makes_a_bare_number_what_it_is() -> None:
    value = {"user.phone": "5551234567", "ssn": "536904399", "order": "5551234567"}
    redacted, counts = REDACTOR.redact_value(value)
    assert counts == {"phone": 1, "ssn": 1}
    assert redacted["order"] == "5551234567"


def test_a_number_that_is_no_text_is_judged_by_its_name_too() -> None:
    value = {"card_number": 4111111111111111, "user.phone": 15551234567, "ssn": 536904399, "order": 4111111111111111}
    redacted, counts = REDACTOR.redact_value(value)
    assert counts == {"card": 1, "phone": 1, "ssn": 1}
    assert redacted["order"] == 4111111111111111
    assert REDACTOR.redact_value({"card_count": 12, "phone.calls": 3, "contact_ns": 1_795_368_425_326_363_648})[1] == {}


def test_a_value_under_a_weak_name_is_hidden_only_when_it_looks_random() -> None:
    assert REDACTOR.redact_value({"service_key": "a8F3kd92LmQz71XbV0pq"})[1] == {"secret": 1}
    assert REDACTOR.redact_value({"key": "a8F3kd92LmQz71XbV0pq"})[1] == {"secret": 1}
    assert REDACTOR.redact_value({"key": "mission-planner"})[1] == {}
    assert REDACTOR.redact_value({"key": "123e4567-e89b-12d3-a456-426614174000"})[1] == {}
