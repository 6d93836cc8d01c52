"""A decoded request: every text in it, the counts, and what stays the same object."""

import json
from typing import Any

import msgspec
import pytest

from telemetry.decode import decode
from telemetry.records import Decoded, EventRecord, LinkRecord, RefusedRecord, Repair, Resource, Scope
from telemetry.redaction import Redactor
from telemetry.redaction.searching import Search
from tests.telemetry.redaction.making import make_log, make_span

REDACTOR = Redactor(b"a project's key")
SECRET = "ann@example.com"
SPAN_FIELDS: dict[str, Any] = {
    "name": f"mail {SECRET}",
    "status_message": SECRET,
    "trace_state": f"vendor={SECRET}",
    "attributes": {"prompt": SECRET},
    "attribute_name": {SECRET: 1},
    "nested": {"tool": {"arguments": [{"to": SECRET}]}},
    "json": {"tool": json.dumps({"a": json.dumps({"to": SECRET})})},
    "bytes": {"raw": SECRET.encode(), "binary": b"\xff\xfe " + SECRET.encode()},
    "events": (EventRecord(1, "said", {"text": SECRET}),),
    "event_name": (EventRecord(1, SECRET, {}),),
    "links": (LinkRecord(b"t" * 16, b"s" * 8, {"why": SECRET}, trace_state=SECRET),),
    "resource": Resource({"owner": SECRET}, schema_url=SECRET),
    "scope": Scope(SECRET, SECRET, {"by": SECRET}, SECRET),
    "repairs": (Repair(f"attributes.{SECRET}", "nul_character", SECRET, SECRET),),
}
FIELD_OF = {
    "attribute_name": "attributes",
    "nested": "attributes",
    "json": "attributes",
    "bytes": "attributes",
    "event_name": "events",
}


@pytest.mark.parametrize("case", SPAN_FIELDS)
def test_every_text_of_a_span_is_redacted(case: str) -> None:
    span = make_span(**{FIELD_OF.get(case, case): SPAN_FIELDS[case]})
    redacted = REDACTOR.redact(Decoded([span], [], [])).spans[0]
    assert SECRET not in str(redacted)
    assert SECRET in str(span)
    assert redacted.redactions["email"] == str(span).count(SECRET)
    assert msgspec.structs.replace(redacted, redactions={}, **{FIELD_OF.get(case, case): SPAN_FIELDS[case]}) == span


LOG_FIELDS: dict[str, Any] = {
    "body": {"text": [SECRET]},
    "event_name": SECRET,
    "severity_text": SECRET,
    "attributes": {"x": SECRET},
    "resource": Resource({"owner": SECRET}),
    "repairs": (Repair("body", "nul_character", SECRET, ""),),
}


@pytest.mark.parametrize("case", LOG_FIELDS)
def test_every_text_of_a_log_record_is_redacted(case: str) -> None:
    redacted = REDACTOR.redact(Decoded([], [make_log(**{case: LOG_FIELDS[case]})], [])).logs[0]
    assert SECRET not in str(redacted)
    assert redacted.redactions == {"email": 1}


def test_refused_records_and_notes_are_redacted() -> None:
    refused = RefusedRecord("trace_id_length", f"saw {SECRET}", json.dumps({"name": SECRET, "password": "hunter2"}))
    redacted = REDACTOR.redact(Decoded([], [], [refused], (f"note {SECRET}",)))
    assert SECRET not in str(redacted)
    assert "hunter2" not in str(redacted)


def test_an_excerpt_keeps_no_half_of_a_secret_that_was_cut() -> None:
    token = "ghp_" + "a1B2c3D4e5" * 4
    inside = RefusedRecord("x", "y", f'{{"text": "{"b" * 90} {token[:12]}\\u2026", "next": 1}}')
    at_end = RefusedRecord("x", "y", f'{{"text": "{"b " * 240}'[:490] + " " + token[:9])
    for refused in (inside, at_end):
        assert "ghp_a1B" not in REDACTOR.redact(Decoded([], [], [refused])).refused[0].excerpt


def test_records_without_secrets_stay_the_same_objects() -> None:
    clean = make_span(
        attributes={"prompt": "hello", "gen_ai.usage.input_tokens": 12}, events=(EventRecord(1, "a", {}),)
    )
    dirty = make_span(attributes={"prompt": SECRET, "answer": {"kept": ["as", "is"]}})
    log = make_log()
    assert REDACTOR.redact(Decoded([clean], [log], [])).spans[0] is clean
    both = Decoded([clean, dirty], [log], [])
    redacted = REDACTOR.redact(both)
    assert redacted.spans[0] is clean
    assert redacted.spans[1] is not dirty
    assert redacted.spans[1].attributes["answer"] is dirty.attributes["answer"]
    assert redacted.logs is both.logs
    whole = Decoded([clean], [log], [])
    assert REDACTOR.redact(whole) is whole


def test_a_shared_resource_stays_shared_and_counts_in_each_record() -> None:
    resource = Resource({"owner": SECRET})
    redacted = REDACTOR.redact(Decoded([make_span(resource=resource), make_span(resource=resource)], [], []))
    assert redacted.spans[0].resource is redacted.spans[1].resource
    assert [span.redactions for span in redacted.spans] == [{"email": 1}, {"email": 1}]


def test_counts_are_by_kind_and_by_record() -> None:
    one = make_span(attributes={"a": f"{SECRET} {SECRET} 203.0.113.7", "password": "hunter2"})
    two = make_span(attributes={"a": SECRET})
    redacted = REDACTOR.redact(Decoded([one, two], [], []))
    assert redacted.spans[0].redactions == {"email": 2, "ip": 1, "secret": 1}
    assert redacted.spans[1].redactions == {"email": 1}


def test_the_same_text_is_searched_once_in_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned: list[str] = []
    real = Search.places

    def counted(self: Search, texts: Any) -> Any:
        scanned.extend(texts)
        return real(self, texts)

    monkeypatch.setattr(Search, "places", counted)
    spans = [
        make_span(attributes={"input.value": "the same prompt", "gen_ai.prompt": "the same prompt"}) for _ in range(9)
    ]
    REDACTOR.redact(Decoded(spans, [], []))
    assert scanned.count("the same prompt") == 1


def test_names_that_become_the_same_keep_their_values_apart() -> None:
    redacted = REDACTOR.redact(Decoded([make_span(attributes={SECRET: 1, SECRET.upper(): 2})], [], [])).spans[0]
    assert list(redacted.attributes.values()) == [1, 2]
    assert SECRET not in str(redacted).lower()


def test_log_probabilities_and_schemas_are_no_secrets() -> None:
    value = {
        "logprobs": [{"token": "Hello", "logprob": -0.1}],
        "tools": [{"properties": {"password": {"type": "string", "description": "The user's password"}}}],
    }
    assert REDACTOR.redact_value(value) == (value, {})
    assert REDACTOR.redact_text(json.dumps(value)) == (json.dumps(value), {})


def test_a_redacted_request_is_redacted_no_further() -> None:
    span = make_span(
        name=SECRET, attributes={"password": "hunter2", SECRET: [SECRET], "n": {"api_key": "abc", "x": b"a@b.de"}}
    )
    once = REDACTOR.redact(Decoded([span], [make_log(body=SECRET)], []))
    assert REDACTOR.redact(once) is once


def test_a_repair_keeps_no_half_of_a_secret_that_was_cut() -> None:
    """What a repair tells is shortened before the redaction: a key cut in two would no longer look like one."""
    key = "ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    name = "n" * 160 + " " + key
    request = {
        "resourceSpans": [
            {
                "scopeSpans": [
                    {
                        "spans": [
                            {
                                "traceId": "ab" * 16,
                                "spanId": "cd" * 8,
                                "name": "work",
                                "attributes": [{"key": name, "value": {"stringValue": "\0"}}],
                                "links": [{"traceId": "x" * 20 + " " + key, "spanId": "y" * 80 + " " + key}],
                            }
                        ]
                    }
                ]
            }
        ]
    }
    [span] = REDACTOR.redact(decode("traces", "json", json.dumps(request).encode())).spans
    assert {repair.reason for repair in span.repairs} == {"nul_character", "link_id_invalid"}
    assert "ghp_" not in repr(span)
