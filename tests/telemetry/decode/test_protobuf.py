"""What only binary protobuf can do wrong. Numbers in brackets: cases of the reliability catalogue."""

import random

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from telemetry.decode import decode
from telemetry.decode.errors import MalformedBody
from tests.telemetry.decode.making import (
    NOW,
    START,
    TRACE_ID,
    attribute,
    encode_log,
    encode_protobuf,
    encode_span,
    fixed64,
    log,
    logs,
    number,
    part,
    span,
    text,
    traces,
)


def request_of(*spans: bytes) -> bytes:
    return part(1, part(2, b"".join(part(2, item) for item in spans)))


def read(data, signal="traces"):
    return decode(signal, "protobuf", data, now=NOW)


def one_span(data):
    result = read(request_of(data))
    assert result.refused == []
    return result.spans[0]


def attribute_bytes(key: bytes, value: bytes) -> bytes:
    """A span's attribute field of raw bytes."""
    return part(9, part(1, key) + part(2, value))


def test_what_the_tests_write_is_what_the_published_messages_read():
    """The other tests stand on the writer by hand."""
    attributes = [attribute("k", arrayValue={"values": [{"intValue": "-7"}, {"doubleValue": 0.5}]})]
    request = ExportTraceServiceRequest.FromString(encode_protobuf(traces(span(attributes=attributes, flags=257))))
    read_span = request.resource_spans[0].scope_spans[0].spans[0]
    assert (read_span.trace_id.hex(), read_span.name, read_span.kind, read_span.flags) == (TRACE_ID, "work", 2, 257)
    assert read_span.start_time_unix_nano == START
    values = read_span.attributes[0].value.array_value.values
    assert (values[0].int_value, values[1].double_value) == (-7, 0.5)
    request = ExportLogsServiceRequest.FromString(encode_protobuf(logs(log(eventName="e"))))
    read_log = request.resource_logs[0].scope_logs[0].log_records[0]
    assert (read_log.body.string_value, read_log.event_name, read_log.severity_number) == ("done", "e", 9)


def test_random_bytes_are_malformed_or_hold_nothing():
    """[14]"""
    chance = random.Random(7)
    malformed = 0
    for size in (1, 10, 100, 1_000) * 50:
        try:
            result = read(chance.randbytes(size))
        except MalformedBody:
            malformed += 1
        else:
            assert result.spans == []
    assert malformed > 150


def test_a_request_cut_short_is_malformed():
    data = encode_protobuf(traces(span(), span()))
    for end in (1, len(data) // 2, len(data) - 1):
        with pytest.raises(MalformedBody):
            read(data[:end])


def test_json_sent_as_protobuf_is_malformed():
    with pytest.raises(MalformedBody):
        read(b'{"resourceSpans":[]}')


def test_logs_sent_to_the_door_of_traces_store_nothing():
    """[15]"""
    record = log(traceId=TRACE_ID, spanId="ab" * 8, attributes=[attribute("k", stringValue="v")])
    result = read(encode_protobuf(logs(record, record)))
    assert result.spans == []
    assert {refused.reason for refused in result.refused} == {"trace_id_length"}
    result = read(encode_protobuf(traces(span(), span())), "logs")
    assert (result.logs, len(result.refused)) == ([], 2)


def test_unknown_fields_are_ignored_at_every_level():
    """[16]"""
    new = part(1000, b"new") + number(1001, 5) + fixed64(1002, 9)
    value = part(1, part(1, b"k") + part(2, part(1, b"v") + new) + new)
    unusual = part(9, value[2:]) + part(11, text(2, "e") + new) + new
    data = part(1, part(1, new) + part(2, part(1, new) + part(2, encode_span(span()) + unusual) + new) + new) + new
    record = read(data).spans[0]
    assert (record.attributes, record.events[0].name) == ({"k": "v"}, "e")


def test_the_last_of_two_types_in_one_value_wins():
    """[29]"""
    good = encode_span(span())
    both = part(1, b"text") + number(3, 7)
    assert one_span(good + attribute_bytes(b"k", both)).attributes == {"k": 7}
    assert one_span(good + attribute_bytes(b"k", number(3, 7) + part(1, b"text"))).attributes == {"k": "text"}


def test_a_repeated_field_of_an_attribute_is_read_as_protobuf_says():
    value = part(1, b"first") + part(1, b"k") + part(2, part(1, b"v"))
    assert one_span(encode_span(span()) + part(9, value)).attributes == {"k": "v"}
    reversed_order = part(2, part(1, b"v")) + part(1, b"k")
    assert one_span(encode_span(span()) + part(9, reversed_order)).attributes == {"k": "v"}


@pytest.mark.parametrize(
    "size", [0, 1, 57, 58, 59, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131, 200]
)
@pytest.mark.parametrize("key", ["k", "k" * 60, "k" * 127, "k" * 128, "k" * 200])
def test_texts_of_every_length_are_read_exactly(size, key):
    record = one_span(encode_span(span()) + attribute_bytes(key.encode(), part(1, b"x" * size)))
    assert record.attributes == {key: "x" * size}


@pytest.mark.parametrize("size", [16_370, 16_383, 16_384, 16_385, 2_097_151, 2_097_152])
def test_long_texts_are_read_exactly(size):
    record = one_span(encode_span(span()) + attribute_bytes(b"key", part(1, b"x" * size)))
    assert record.attributes == {"key": "x" * size}


def test_bytes_that_are_not_utf_8_are_replaced_and_cost_nothing_else():
    """[57]"""
    bad = encode_span(span(name="")) + text(5, b"n\xff") + attribute_bytes(b"k\xfe", part(1, b"v\xed\xa0\x80"))
    result = read(request_of(encode_span(span()), bad))
    assert [record.name for record in result.spans] == ["work", "n\ufffd"]
    assert result.spans[1].attributes == {"k\ufffd": "v\ufffd\ufffd\ufffd"}
    assert result.spans[0].repairs == ()
    assert {repair.reason for repair in result.spans[1].repairs} == {"invalid_utf8"}
    assert "UTF-8" in result.notes[0]


@pytest.mark.parametrize("value", [b"\x0a\x05ab", b"\x12\xff", b"\x0b"])
def test_an_attribute_that_is_broken_costs_its_span_only(value):
    result = read(request_of(encode_span(span()), encode_span(span()) + part(9, value)))
    assert (len(result.spans), [refused.reason for refused in result.refused]) == (1, ["malformed_value"])


def test_a_broken_value_inside_a_value_costs_its_span_only():
    broken = attribute_bytes(b"k", part(5, part(1, b"\x0a\x05ab")))
    result = read(request_of(encode_span(span()) + broken, encode_span(span())))
    assert (len(result.spans), [refused.reason for refused in result.refused]) == (1, ["malformed_value"])


def test_a_resource_that_is_broken_costs_its_spans_only():
    bad = part(1, part(1, part(1, b"\x0a\x05ab")) + part(2, part(2, encode_span(span()))))
    result = read(bad + encode_protobuf(traces(span())))
    assert (len(result.spans), [refused.reason for refused in result.refused]) == (1, ["malformed_value"])


@pytest.mark.parametrize("levels", [1_000, 20_000])
def test_endless_nesting_costs_its_span_only(levels):
    """[48]"""
    value = part(1, b"bottom")
    for _ in range(levels):
        value = part(5, part(1, value))
    result = read(request_of(encode_span(span()) + attribute_bytes(b"k", value), encode_span(span())))
    assert (len(result.spans), [refused.reason for refused in result.refused]) == (1, ["nesting_too_deep"])


def test_a_reference_into_a_dictionary_of_profiles_is_no_value():
    record = one_span(encode_span(span()) + attribute_bytes(b"k", number(8, 3)))
    assert record.attributes == {"k": None}


def test_a_negative_kind_is_kept():
    assert one_span(encode_span(span(kind=0)) + number(6, -5)).otel_kind == -5


def test_a_log_record_without_a_body_has_none():
    data = part(1, part(2, part(2, fixed64(1, START)) + part(2, fixed64(1, START) + part(5, b""))))
    assert [record.body for record in read(data, "logs").logs] == [None, None]


def test_a_body_that_is_broken_costs_its_log_record_only():
    broken = fixed64(1, START) + part(5, b"\x0a\x05ab")
    result = read(part(1, part(2, part(2, broken) + part(2, encode_log(log())))), "logs")
    assert ([record.body for record in result.logs], len(result.refused)) == (["done"], 1)
