"""Secrets that agent frameworks write as entries of maps and as named inputs, decoded or as JSON text."""

import json

import pytest

from telemetry.redaction import Redactor

REDACTOR = Redactor(b"a project's key")
WORD = "opensesame"
"""A value that nothing but its name betrays."""


def named(name):
    return {"inputName": name, "value": WORD, "valueType": "string", "args": {"token": WORD}}


SECRET = {
    "inputs as an object": {"inputValues": {"__auth_token": named("__auth_token")}},
    "inputs as a serialised Map": {"inputs": {"_type": "Map", "entries": [["__brain_auth_token", named("x")]]}},
    "inputs as pairs": {"inputs": [["apiKey", {"value": WORD}], ["password", WORD]]},
    "an input alone": {"inputName": "secret", "value": WORD},
    "an input with an object for its value": {"inputName": "credential", "value": {"user": "bob", "data": WORD}},
    "a variable in a list": {"env": [{"name": "S7_CLIENT_ID", "value": WORD}]},
    "headers as pairs": {"headers": [["X-Api-Key", WORD], ["Authorization", WORD]]},
    "an environment": {"environment": {"S7_CLIENT_ID": WORD, "S7_ANYTHING": WORD, "OPENAI_API_KEY": WORD}},
    "entries in a text": json.dumps([["__auth_token", {"value": WORD, "args": {"more": WORD}}]]),
    "entries in a text in a text": json.dumps(json.dumps([["apiKey", {"value": WORD}]])),
    "an input in a text": json.dumps(named("password")),
    "an input as Python writes it": repr(named("__auth_token")),
    "an environment in a text": f"env S7_CLIENT_ID={WORD} S7_BRAIN: {WORD}1 end",
}


@pytest.mark.parametrize("case", SECRET)
@pytest.mark.parametrize("standard", [True, False])
def test_secret_entries_are_redacted(case, standard):
    redactor = Redactor(b"a project's key", standard=standard)
    value, counts = redactor.redact_value({"plugin": SECRET[case]})
    assert WORD not in json.dumps(value)
    assert counts["secret"] >= 1
    assert redactor.redact_value(value)[0] == value


INNOCENT = [
    {"inputs": [["maxTokens", {"value": "many"}], ["query", "opensesame"]]},
    {"inputName": "searchTerm", "value": "opensesame"},
    {"list": ["password", "username"]},
    {"properties": [["password", {"type": "string", "description": "of the user"}]]},
    json.dumps([["query", {"value": "opensesame"}]]),
    "models S7 and S7_ are cars, S7_x",
]


@pytest.mark.parametrize("value", INNOCENT)
def test_other_entries_stay(value):
    assert REDACTOR.redact_value({"plugin": value}) == ({"plugin": value}, {})
