"""Hostile records among good ones: each costs itself at most, and the server goes on."""

import json
import random
import secrets
import string
from collections.abc import Callable
from typing import Any

from tests.blackbox.client import Reader, Sender
from tests.faults.machine import Machine
from tests.faults.reading import wait_for_totals
from tests.servers import wait_until_ready

START_NS = 1_700_000_000_000_000_000
REQUESTS = 100
GOOD_IN_A_REQUEST = 4
Message = dict[str, Any]


def test_poison_costs_itself_alone(machine: Machine) -> None:
    chance = random.Random(7)
    door, reader = Sender(machine.url, machine.key), Reader(machine.url, machine.key)
    assert machine.process is not None
    good: list[str] = []
    kept = refused = 0
    try:
        for number in range(REQUESTS):
            poison, is_kept = POISON[number % len(POISON)]
            spans = [make_span(f"good {number}") for _ in range(GOOD_IN_A_REQUEST)]
            good += [span["spanId"] for span in spans]
            spans.insert(chance.randrange(len(spans) + 1), poison(make_span(f"poison {number}")))
            answer = door.post(json.dumps(make_request(spans)).encode())
            assert answer.status == 200, (poison, answer)
            assert answer.rejected == (0 if is_kept else 1), (poison.__name__, answer)
            kept, refused = kept + is_kept, refused + (not is_kept)
        assert machine.process.poll() is None
        wait_until_ready(machine.url, machine.process, machine.log)
        missions = wait_for_totals(machine, len(good) + kept)
        shown = {span["span_id"] for m in missions for span in reader.spans(m["id"])}
        assert shown >= set(good)
        assert len(shown) == len(good) + kept
        rejections = reader.rejections()
        assert len(rejections) == refused
        assert all(rejection["reason"] and rejection["detail"] for rejection in rejections)
        assert "Traceback" not in machine.log.read_text(), machine.log.read_text()[-3000:]
    finally:
        door.close()
        reader.close()
        machine.end()


def make_span(name: str) -> Message:
    """A span of a trace of its own."""
    return {
        "traceId": secrets.token_hex(16),
        "spanId": secrets.token_hex(8),
        "name": name,
        "kind": 1,
        "startTimeUnixNano": str(START_NS),
        "endTimeUnixNano": str(START_NS + 1_000_000),
        "attributes": [_text("gen_ai.operation.name", "chat"), _text("note", name)],
    }


def make_request(spans: list[Message]) -> Message:
    """One request."""
    return {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {}, "spans": spans}]}]}


def _text(key: str, text: str) -> Message:
    return {"key": key, "value": {"stringValue": text}}


def _with(span: Message, *attributes: Message, **fields: Any) -> Message:
    return {**span, **fields, "attributes": [*span["attributes"], *attributes]}


def _noise(length: int) -> str:
    return "".join(random.Random(length).choices(string.ascii_letters + string.digits, k=length))


def nul(span: Message) -> Message:
    return _with(span, _text("k\0ey", "va\0lue"), name="na\0me", status={"code": 2, "message": "\0"})


def lone_surrogate(span: Message) -> Message:
    return _with(span, _text("input.value", "\ud800 half"), name="\udfff")


def long_incompressible(span: Message) -> Message:
    return _with(span, _text(_noise(10_000), "x"), _text("mission.id", _noise(10_001)), name=_noise(10_000))


def many_words(span: Message) -> Message:
    return _with(span, _text("input.value", " ".join(f"w{number:x}" for number in range(400_000))))


def wide_numbers(span: Message) -> Message:
    tokens = {"key": "gen_ai.usage.input_tokens", "value": {"intValue": str(2**63 - 1)}}
    return _with(span, tokens, kind=2**31 - 1, flags=2**32 - 1, droppedAttributesCount=2**32 - 1)


def infinite(span: Message) -> Message:
    return _with(span, {"key": "gen_ai.usage.output_tokens", "value": {"doubleValue": "NaN"}},
                 {"key": "llm.cost.total", "value": {"doubleValue": "Infinity"}})  # fmt: skip


def broken_json(span: Message) -> Message:
    return _with(span, _text("gen_ai.input.messages", '[{"role": "user", "parts": [' + "[" * 5_000),
                 _text("llm.input_messages.99999999999.message.role", "user"),
                 _text("gen_ai.usage.input_tokens", "many"))  # fmt: skip


def ends_before_it_begins(span: Message) -> Message:
    return _with(span, startTimeUnixNano=str(2**63 - 1), endTimeUnixNano="1")


def own_parent(span: Message) -> Message:
    return _with(span, parentSpanId=span["spanId"])


def too_deep(span: Message) -> Message:
    value: Message = {"stringValue": "bottom"}
    for _ in range(80):
        value = {"arrayValue": {"values": [value]}}
    return _with(span, {"key": "deep", "value": value})


def too_large_integer(span: Message) -> Message:
    return _with(span, {"key": "n", "value": {"intValue": str(2**63)}})


def too_late(span: Message) -> Message:
    return _with(span, startTimeUnixNano=str(2**64 - 1))


def wrong_id(span: Message) -> Message:
    return _with(span, spanId="00000000")


POISON: list[tuple[Callable[[Message], Message], bool]] = [
    (nul, True),
    (lone_surrogate, True),
    (long_incompressible, True),
    (wide_numbers, True),
    (infinite, True),
    (broken_json, True),
    (ends_before_it_begins, True),
    (own_parent, True),
    (too_deep, False),
    (too_large_integer, False),
    (too_late, False),
    (wrong_id, False),
    (many_words, True),
]
"""What is sent, and whether it is kept (if need be repaired) or refused."""
