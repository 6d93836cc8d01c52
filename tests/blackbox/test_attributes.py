"""Cases 82 to 86: too many of everything, odd names, odd keys, changing types."""

import pytest

from tests.blackbox.client import Reader, Sender
from tests.blackbox.machine import quickest_s
from tests.blackbox.wire import PROTOBUF, Message, attribute, new_span_id, new_trace_id, span, traces


def test_case_82_beyond_the_limits_the_rest_is_dropped_and_counted(
    door: Sender, stored: Reader, encoding: str, mission: str
):
    sent = span(
        attributes=[attribute(f"k{number}", "v") for number in range(10_000)],
        events=[{"name": f"e{number}", "timeUnixNano": "5"} for number in range(10_000)],
        links=[{"traceId": new_trace_id(), "spanId": new_span_id()} for _ in range(1_000)],
        droppedAttributesCount=2,
    )
    answer = door.send(traces([sent, span()], mission=mission), encoding)
    assert (answer.status, answer.rejected) == (200, 0)
    found = stored.span(mission, sent)
    assert len(found["attributes"]) + found["dropped_attributes_count"] == 10_002
    assert len(found["events"]) + found["dropped_events_count"] == 10_000
    assert len(found["links"]) + found["dropped_links_count"] == 1_000
    assert len(found["attributes"]) >= 128
    assert found["warnings"]


_NAMES = {
    "empty": "",
    "blank": " \t ",
    "right to left": "abc\u202edef",
    "zero width": "\u200b\u200d\ufeff",
    "emoji": "🧑‍🚀🛰️",
    "zalgo": "Z" + "\u0301\u0316\u0334" * 300,
    "control": "a\x01\x1b[31mb\x7f",
}


@pytest.mark.parametrize("name", _NAMES.values(), ids=list(_NAMES))
def test_case_83_a_name_of_any_kind_is_kept_and_an_empty_one_is_called_unknown(
    door: Sender, stored: Reader, encoding: str, mission: str, name: str
):
    sent = span(name=name)
    answer = door.send(traces([sent], mission=mission), encoding)
    assert (answer.status, answer.rejected) == (200, 0)
    assert stored.span(mission, sent)["name"] == (name if name.strip() else "(unknown)")
    (listed,) = stored.spans(mission)
    assert listed["name"][:200] == (name if name.strip() else "(unknown)")[:200]


_KEYS = [
    "__proto__",
    "constructor",
    "a.b",
    "a",
    "",
    "$where",
    "'; DROP TABLE traces_span; --",
    "a[0]",
    "%s",
    "\\",
    "toString",
    "é",
]


def test_case_84_keys_are_literal_and_never_collide(door: Sender, stored: Reader, encoding: str, mission: str):
    nested = attribute("a", {"kvlistValue": {"values": [attribute("b", "inside"), attribute("__proto__", "p")]}})
    pairs = [attribute(key, f"value of {key!r}") for key in _KEYS if key != "a"]
    sent = span(attributes=[*pairs, nested])
    answer = door.send(traces([sent, span()], mission=mission), encoding)
    assert (answer.status, answer.rejected) == (200, 0)
    found = stored.attributes(mission, sent)
    for key in _KEYS:
        if key not in {"a", ""}:
            assert found[key] == f"value of {key!r}"
    assert found["a"] == {"b": "inside", "__proto__": "p"}
    assert f"value of {''!r}" in found.values()
    assert len(stored.spans(mission)) == 2


def test_case_85_a_key_may_change_its_type_from_span_to_span(door: Sender, stored: Reader, encoding: str, mission: str):
    values: list[Message] = [
        {"stringValue": "5"},
        {"intValue": "5"},
        {"doubleValue": 5.5},
        {"boolValue": True},
        {"arrayValue": {"values": [{"intValue": "5"}]}},
        {"kvlistValue": {"values": [attribute("x", "5")]}},
    ]
    keys = ("k", "gen_ai.usage.input_tokens", "gen_ai.request.model", "gen_ai.agent.name", "mission.name")
    sent = [span(attributes=[attribute(key, value) for key in keys]) for value in values]
    answer = door.send(traces(sent, mission=mission), encoding)
    assert (answer.status, answer.rejected) == (200, 0)
    found = [stored.attributes(mission, one)["k"] for one in sent]
    assert str(found[0]) == "5"
    assert str(found[1]) == "5"
    assert found[2:4] == [5.5, True]
    assert [type(value) for value in found[4:]] == [list, dict]
    settled = stored.settled(mission, lambda seen: seen["span_count"] == len(values))
    assert settled["span_count"] == len(values)


def test_case_86_tens_of_thousands_of_keys_and_services_leave_lists_fast(door: Sender, stored: Reader, mission: str):
    """A tenth of the case's million keys, to stay within seconds; the lists must not feel them."""
    for request in range(5):
        blocks = []
        for service in range(200):
            name = f"svc-{mission}-{request}-{service}"
            pairs = [attribute(f"key.{request}.{service}.{number}", "v") for number in range(100)]
            blocks += traces([span(attributes=pairs)], mission=mission, resource=[attribute("service.name", name)])[
                "resourceSpans"
            ]
        assert door.send({"resourceSpans": blocks}, PROTOBUF).status == 200
    whole = stored.settled(mission, lambda seen: seen["span_count"] == 1000)
    assert whole["span_count"] == 1000
    listed = stored.read("/api/v1/missions/", limit=50)
    assert quickest_s(lambda: stored.read("/api/v1/missions/", limit=50)) < 2.0
    row = next(item for item in listed["results"] if item["id"] == mission)
    assert 0 < len(row["services"]) <= 1000
    service = row["services"][-1]
    assert stored.read("/api/v1/missions/", service=service)["results"][0]["id"] == mission
    assert quickest_s(lambda: stored.read("/api/v1/missions/", service=service)) < 2.0
