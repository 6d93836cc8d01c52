"""Cases 45 to 53: bombs, depth, numbers at their ends."""

import gzip
import json
import math
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.blackbox.client import Answer, Reader, Sender
from tests.blackbox.machine import MIB, cpu_s, resident_bytes
from tests.blackbox.wire import (
    JSON,
    PROTOBUF,
    attribute,
    encode,
    length_delimited,
    nested_value_json,
    nested_value_protobuf,
    span,
    traces,
)
from tests.servers import Server


@pytest.fixture(scope="module")
def gibibyte_of_zeros() -> bytes:
    """1 GiB of zeros, gzipped to about 1 MB."""
    packer = zlib.compressobj(9, wbits=31)
    part = bytes(4 * MIB)
    return b"".join([packer.compress(part) for _ in range(256)]) + packer.flush()


def _watch(server: Server, door: Sender, body: bytes, encoding: str, **headers: str) -> tuple[Answer, float, int]:
    before = resident_bytes(server.process.pid)
    begun = cpu_s(server.process.pid)
    answer = door.post(body, encoding, **headers)
    return answer, cpu_s(server.process.pid) - begun, resident_bytes(server.process.pid) - before


def test_case_45_a_gzip_bomb_is_413_quickly_and_takes_little_memory(
    server: Server, door: Sender, encoding: str, gibibyte_of_zeros: bytes
):
    answer, took, grown = _watch(server, door, gibibyte_of_zeros, encoding, Content_Encoding="gzip")
    assert answer.status == 413
    assert took < 2.0
    assert grown <= 100 * MIB


def test_case_46_a_bomb_of_many_members_is_413(server: Server, door: Sender):
    member = gzip.compress(bytes(1 * MIB))
    answer, took, grown = _watch(server, door, member * 300, JSON, Content_Encoding="gzip")
    assert answer.status in {400, 413}
    assert took < 2.0
    assert grown <= 100 * MIB


def test_case_46_gzip_inside_gzip_is_unpacked_once(server: Server, door: Sender, gibibyte_of_zeros: bytes):
    for encoding in (JSON, PROTOBUF):
        answer, took, _ = _watch(server, door, gzip.compress(gibibyte_of_zeros), encoding, Content_Encoding="gzip")
        assert answer.status in {400, 413}
        assert took < 2.0


@pytest.mark.parametrize("body", [b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000])
def test_case_47_deep_json_is_400(door: Sender, body: bytes):
    answer = door.post(body, JSON)
    assert answer.status == 400
    assert answer.message


def _nested_bodies(mission: str, levels: int) -> Iterator[tuple[str, bytes]]:
    """The same good span and deep span in both encodings."""
    deep, good = span(name="deep", attributes=[attribute("v", "PLACE")]), span(name="good")
    request = traces([deep, good], mission=f"{mission}-j")
    yield JSON, encode(request, JSON).replace(b'{"stringValue":"PLACE"}', nested_value_json(levels).encode())
    key_value = length_delimited(1, b"v") + length_delimited(2, nested_value_protobuf(levels))
    bare = span(name="deep")
    bare_bytes = encode({"resourceSpans": [{"scopeSpans": [{"spans": [bare]}]}]}, PROTOBUF)
    inner = _unwrap(_unwrap(_unwrap(bare_bytes))) + length_delimited(9, key_value)
    block = length_delimited(1, length_delimited(2, length_delimited(2, inner)))
    yield PROTOBUF, encode(traces([span(name="good")], mission=f"{mission}-p"), PROTOBUF) + block


def _unwrap(message: bytes) -> bytes:
    """The payload of the one length-delimited field a message consists of."""
    position, length, shift = 1, 0, 0
    while True:
        byte = message[position]
        position += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    assert position + length == len(message)
    return message[position:]


@pytest.mark.parametrize("levels", [44, 45, 46, 48, 100, 1000])
def test_case_48_the_depth_of_a_value_is_judged_alike_in_both_encodings(door: Sender, mission: str, levels: int):
    answers = [door.post(body, content_type) for content_type, body in _nested_bodies(mission, levels)]
    assert len({(answer.status, answer.rejected) for answer in answers}) == 1
    assert answers[0].status in {200, 400}
    if levels <= 45:
        assert (answers[0].status, answers[0].rejected) == (200, 0)
    if levels >= 48:
        assert answers[0].status == 400 or answers[0].rejected == 1


def test_case_49_a_value_of_twenty_thousand_levels_never_reaches_the_database(door: Sender, mission: str):
    for content_type, body in _nested_bodies(mission, 20_000):
        answer = door.post(body, content_type)
        assert answer.status == 400 or (answer.status == 200 and answer.rejected == 1)


@pytest.mark.parametrize("place", ["startTimeUnixNano", "kind", "droppedAttributesCount", "unknownField"])
def test_case_50_a_number_of_five_thousand_digits_is_no_error_of_the_server(door: Sender, place: str):
    body = encode(traces([span(**{place: 123})]), JSON).replace(b":123", b":" + b"9" * 5000)
    answer = door.post(body, JSON)
    assert answer.status == 400 or (place == "unknownField" and answer.status == 200)


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e400"])
def test_case_51_numbers_that_json_does_not_have_are_400_or_kept_as_text(
    door: Sender, stored: Reader, mission: str, number: bytes
):
    sent = span(attributes=[attribute("n", {"doubleValue": 12345})])
    answer = door.post(encode(traces([sent], mission=mission), JSON).replace(b"12345", number), JSON)
    assert answer.status in {200, 400}
    if answer.status == 200 and not answer.rejected:
        assert "n" in stored.attributes(mission, sent)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_case_52_a_double_that_is_no_number_is_shown_and_the_api_stays_json(
    door: Sender, stored: Reader, encoding: str, mission: str, number: str
):
    tokens = attribute("gen_ai.usage.input_tokens", {"doubleValue": number})
    sent = span(
        attributes=[attribute("n", {"doubleValue": number}), attribute("gen_ai.operation.name", "chat"), tokens]
    )
    assert door.send(traces([sent], mission=mission), encoding).status == 200
    shown = str(stored.attributes(mission, sent)["n"])
    assert shown.lower().strip("-") in {"nan", "infinity", "inf"}
    assert shown.startswith("-") == number.startswith("-")
    assert stored.settled(mission, lambda found: found["span_count"] == 1)["span_count"] == 1


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 0, -1])
def test_case_53_the_ends_of_64_bits_come_back_exactly(
    door: Sender, stored: Reader, encoding: str, mission: str, number: int
):
    sent = span(attributes=[attribute("n", {"intValue": str(number)})])
    assert door.send(traces([sent], mission=mission), encoding).status == 200
    assert str(stored.attributes(mission, sent)["n"]) == str(number)


@pytest.mark.parametrize("number", [str(2**63), str(-(2**63) - 1), 2**63])
def test_case_53_one_beyond_is_refused(door: Sender, stored: Reader, mission: str, number: Any):
    good = span()
    bad = span(attributes=[attribute("n", {"intValue": number})])
    answer = door.send(traces([bad, good], mission=mission))
    assert answer.status == 400 or answer.rejected == 1
    assert answer.message
    if answer.status == 200:
        assert [item["span_id"] for item in stored.spans(mission)] == [good["spanId"]]


@pytest.mark.parametrize("number", [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1e22, math.pi])
def test_case_53_doubles_come_back_exactly(door: Sender, stored: Reader, encoding: str, mission: str, number: float):
    sent = span(attributes=[attribute("n", {"doubleValue": number})])
    assert door.send(traces([sent], mission=mission), encoding).status == 200
    assert float(stored.attributes(mission, sent)["n"]) == number


def test_case_51_the_recorded_log_with_nan_is_taken_as_text(door: Sender, stored: Reader, mission: str, shared_data):
    raw = (shared_data / "data/raw/inspect_ai/tests/log/test_eval_log/log_with_nan.txt").read_text()
    sent = span(attributes=[attribute("input.value", raw), attribute("input.mime_type", "application/json")])
    assert door.send(traces([sent], mission=mission)).status == 200
    kept = stored.attributes(mission, sent)["input.value"]
    assert "NaN" in (kept if isinstance(kept, str) else json.dumps(kept))
