"""What an event says becomes a log record, in OpenTelemetry's words where it has any; nothing of it is left out."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.conventions.logs import map_log
from tests.telemetry.sentry.making import (
    AT_NS,
    FRAMES,
    SPAN,
    TRACE,
    decode,
    decode_event,
    event,
    write_envelope,
    write_item,
)


@pytest.mark.parametrize(
    ("platform", "name"), [("javascript", "browser.sentry.event"), ("node", "sentry.event"), (None, "sentry.event")]
)
def test_what_a_page_reports_is_named_as_all_that_pages_tell(platform: str | None, name: str):
    assert decode_event(platform=platform).event_name == name


def test_an_exception_is_told_in_opentelemetry_words_and_whole():
    log = decode_event()
    assert (log.event_name, log.body, log.time_ns) == ("sentry.event", "ValueError: no price", AT_NS)
    assert (log.severity_number, log.severity_text) == (17, "error")
    assert (log.trace_id.hex(), log.span_id.hex()) == (TRACE, SPAN)
    told = log.attributes
    assert (told["exception.type"], told["exception.message"]) == ("ValueError", "no price")
    assert told["exception.stacktrace"].splitlines() == [
        "Traceback (most recent call last):",
        '  File "/srv/app.py", line 3, in main',
        '  File "json.py", line 9, in loads',
        "    raise it",
        "ValueError: no price",
    ]
    assert told["sentry.exception"][0]["stacktrace"]["frames"] == FRAMES


def test_a_chain_is_told_cause_by_cause():
    cause = {"type": "KeyError", "value": "'fish'", "stacktrace": {"frames": FRAMES}}
    for source, sentence in (("__cause__", "the direct cause"), ("__context__", "During handling")):
        chain = [{**cause, "mechanism": {"source": source}}, {"type": "ValueError", "value": "x"}]
        text = decode_event(exception={"values": chain}).attributes["exception.stacktrace"]
        assert sentence in text
        assert text.index("KeyError: 'fish'") < text.index(sentence) < text.index("ValueError: x")
    text = decode_event(platform="javascript", exception=[cause, {"type": "TypeError", "value": "y"}]).attributes
    assert text["exception.stacktrace"].splitlines()[:3] == [
        "TypeError: y",
        "Caused by: KeyError: 'fish'",
        "    at loads (json.py:9)",
    ]


def test_javascript_is_shown_as_v8_does():
    frames = [
        {"filename": "https://x.example/app.js", "function": "?", "lineno": 1, "colno": 999},
        {"abs_path": "https://x.example/app.js", "function": "t", "lineno": 1, "colno": 45},
    ]
    thrown = {"type": "TypeError", "value": "z", "stacktrace": {"frames": frames}}
    log = decode_event(platform="javascript", exception={"values": [thrown]})
    assert log.attributes["exception.stacktrace"].splitlines() == [
        "TypeError: z",
        "    at t (https://x.example/app.js:1:45)",
        "    at https://x.example/app.js:1:999",
    ]


def test_what_has_no_word_of_opentelemetry_is_kept_under_its_own():
    more = {
        "logger": "till", "fingerprint": ["a", "b"], "modules": {"x": "1"}, "threads": {"values": [{"id": 1}]},
        "debug_meta": {"images": []}, "new_field": {"deep": [1]}, "_meta": {"x": 1},
        "breadcrumbs": {"values": [{"message": "one"}, None]}, "tags": [["browser", "Firefox"], None, ["odd"]],
    }  # fmt: skip
    told = decode_event(**more).attributes
    for name in ("logger", "fingerprint", "modules", "threads", "debug_meta", "new_field", "_meta", "contexts"):
        assert told[f"sentry.{name}"] == ({**event(), **more})[name]
    assert told["sentry.breadcrumbs"] == [{"message": "one"}]
    assert told["sentry.tags"] == {"browser": "Firefox"}


def test_who_sent_it_is_the_resource():
    log = decode_event(
        release="till@1.2", environment="prod", server_name="h1", sdk={"name": "sentry.python", "version": "2"},
        user={"id": 7}, request={"url": "https://x.example/y", "method": "PUT"},
    )  # fmt: skip
    assert log.resource.attributes == {
        "service.name": "till", "service.version": "till@1.2", "deployment.environment.name": "prod",
        "host.name": "h1", "telemetry.sdk.name": "sentry.python", "telemetry.sdk.version": "2",
        "telemetry.sdk.language": "python",
    }  # fmt: skip
    assert (log.attributes["user.id"], log.attributes["url.full"]) == ("7", "https://x.example/y")
    assert log.attributes["http.request.method"] == "PUT"
    assert decode_event(tags={"service": "ui"}, release="x@1").resource.attributes["service.name"] == "ui"
    assert decode_event(contexts={"app": {"app_name": "ui"}}).resource.attributes["service.name"] == "ui"
    assert "service.name" not in decode_event(release="4711").resource.attributes


@pytest.mark.parametrize(
    "place",
    [
        {"tags": {"mission_id": "m-1", "stepId": "s-1", "agent.id": "a-1", "requestId": "r-1"}},
        {"tags": [["mission.id", "m-1"], ["step_id", "s-1"], ["agentId", "a-1"], ["request.id", "r-1"]]},
        {"contexts": {"work": {"missionId": "m-1", "step_id": "s-1", "agent_id": "a-1", "request_id": "r-1"}}},
        {
            "contexts": {
                "mission": {"id": "m-1"},
                "step": {"id": "s-1"},
                "agent": {"id": "a-1"},
                "request": {"id": "r-1"},
            }
        },
        {"extra": {"missionId": "m-1", "stepId": "s-1", "agentId": "a-1", "request_id": "r-1"}},
    ],
    ids=["tags", "pairs", "context", "named contexts", "extra"],
)
def test_ids_are_found_wherever_people_put_them(place):
    meaning = map_log(decode_event(**place))
    assert meaning.mission_key is not None
    assert (meaning.mission_key.key, meaning.step_id, meaning.agent_name, meaning.request_id) == (
        "m-1", "s-1", "a-1", "r-1",
    )  # fmt: skip


def test_tags_say_more_than_contexts():
    log = decode_event(tags={"mission.id": "m-1"}, contexts={"x": {"mission_id": "m-2"}}, extra={"missionId": "m-3"})
    assert log.attributes["missionscope.mission.id"] == "m-1"


@pytest.mark.parametrize(
    ("level", "number"),
    [
        ("fatal", 21),
        ("critical", 21),
        ("error", 17),
        ("warning", 13),
        ("info", 9),
        ("debug", 5),
        (None, 17),
        ("odd", 0),
    ],
)
def test_levels(level, number):
    assert decode_event(level=level).severity_number == number


@pytest.mark.parametrize(
    ("message", "body"),
    [
        ({"message": "plain"}, "plain"),
        ({"message": {"message": "a %s", "params": ["b"], "formatted": "a b"}}, "a b"),
        ({"logentry": {"message": "a %s"}}, "a %s"),
        ({"transaction": "GET /"}, "GET /"),
        ({}, "(no message)"),
    ],
)
def test_an_event_without_an_exception_says_its_message(message, body):
    log = decode_event(exception=None, level="info", **message)
    assert log.body == body
    assert not map_log(log).is_error


def test_times_are_read_to_the_microsecond_and_none_is_none():
    assert decode_event(timestamp=1767323045.678901).time_ns == AT_NS
    assert decode_event(timestamp="1767323045.678901").time_ns == AT_NS
    assert decode_event(timestamp=None).time_ns is None
    for odd in ("yesterday", -1, 1e300, [1], {"a": 1}, True):
        log = decode_event(timestamp=odd)
        assert (log.time_ns, [repair.reason for repair in log.repairs]) == (None, ["time_not_understood"])


def test_ids_that_are_none_are_left_out_and_told():
    log = decode_event(contexts={"trace": {"trace_id": "xyz", "span_id": "0" * 16}})
    assert (log.trace_id, log.span_id) == (b"", b"")
    assert [(repair.field, repair.reason) for repair in log.repairs] == [
        ("trace_id", "id_invalid"), ("span_id", "id_invalid"),
    ]  # fmt: skip


def test_the_same_event_sent_again_is_the_same_record():
    first = decode(write_envelope(write_item("event", event(timestamp=None)), sent_at="2026-01-01T00:00:00Z"))
    again = decode(write_envelope(write_item("event", event(timestamp=None)), sent_at="2026-01-01T00:01:00Z"))
    assert first == again


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "exception", "message", "logentry", "level", "contexts", "tags", "extra", "user", "request", "breadcrumbs",
    "timestamp", "start_timestamp", "spans", "release", "sdk", "platform", "transaction", "threads", "items",
)  # fmt: skip


@given(
    st.sampled_from(["event", "transaction", "span", "log"]),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6) | JSON,
)
def test_no_value_anywhere_breaks_it(kind, payload):
    whole = {**event(), **payload} if isinstance(payload, dict) and kind == "event" else payload
    decoded = decode(write_envelope(write_item(kind, json.dumps(whole).encode())))
    for log in decoded.logs:
        map_log(log)
    is_empty = isinstance(payload, dict) and payload.get("items") == []
    assert decoded.logs or decoded.spans or decoded.refused or is_empty


def test_numbers_that_are_none_are_kept_as_texts():
    log = decode_event(extra={"ratio": math.nan, "large": 2**80})
    assert log.attributes["sentry.extra"] == {"ratio": "nan", "large": str(2**80)}
    assert {repair.reason for repair in log.repairs} == {"number_not_finite", "number_too_large"}
