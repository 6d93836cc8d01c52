"""What becomes of a record, the same in both encodings. Numbers in brackets: cases of the reliability catalogue."""

import pytest

from core.limits import FUTURE_TOLERANCE_NS
from telemetry.decode import decode
from telemetry.decode.answers import describe_refusals
from tests.telemetry.decode.making import NOW, SPAN_ID, START, TRACE_ID, attribute, encode, log, logs, span, traces
from tests.telemetry.decode.reading import decoded, one_log, one_span, reasons, refusal

BAD_IDS = {
    "no trace id": ({"traceId": ""}, "trace_id_length"),
    "short trace id": ({"traceId": TRACE_ID[:-2]}, "trace_id_length"),
    "long trace id": ({"traceId": TRACE_ID + "00"}, "trace_id_length"),
    "zero trace id": ({"traceId": "0" * 32}, "trace_id_zero"),
    "no span id": ({"spanId": ""}, "span_id_length"),
    "24 byte span id": ({"spanId": "ab" * 24}, "span_id_length"),
    "zero span id": ({"spanId": "0" * 16}, "span_id_zero"),
    "short parent": ({"parentSpanId": "abcd"}, "parent_span_id_length"),
}


def test_every_field_of_a_span_is_kept(encoding):
    link = {"traceId": "ab" * 16, "spanId": "cd" * 8, "traceState": "l=1", "flags": 257, "droppedAttributesCount": 3}
    event = {"timeUnixNano": str(START + 5), "name": "seen", "droppedAttributesCount": 2}
    request = traces(
        span(
            parentSpanId="aa" * 8,
            traceState="a=1",
            flags=0xFFFFFF01,
            attributes=[attribute("n", intValue="7")],
            droppedAttributesCount=4,
            events=[{**event, "attributes": [attribute("e", boolValue=True)]}],
            droppedEventsCount=5,
            links=[{**link, "attributes": [attribute("l", doubleValue=0.5)]}],
            droppedLinksCount=6,
            status={"code": 2, "message": "broke"},
        ),
        attributes=[attribute("service.name", stringValue="api")],
        droppedAttributesCount=1,
    )
    request["resourceSpans"][0]["schemaUrl"] = "r"
    scope = request["resourceSpans"][0]["scopeSpans"][0]
    scope.update(schemaUrl="s", scope={"name": "lib", "version": "2", "attributes": [attribute("x", stringValue="y")]})
    record = decoded(request, encoding).spans[0]
    assert (record.trace_id.hex(), record.span_id.hex(), record.parent_span_id.hex()) == (TRACE_ID, SPAN_ID, "aa" * 8)
    assert (record.name, record.otel_kind, record.trace_state, record.flags) == ("work", 2, "a=1", 0xFFFFFF01)
    assert (record.start_ns, record.end_ns) == (START, START + 1_000_000_000)
    assert (record.status_code, record.status_message, record.attributes) == (2, "broke", {"n": 7})
    assert (record.dropped_attributes_count, record.dropped_events_count, record.dropped_links_count) == (4, 5, 6)
    kept_event = record.events[0]
    assert (kept_event.time_ns, kept_event.name, kept_event.attributes) == (START + 5, "seen", {"e": True})
    assert kept_event.dropped_attributes_count == 2
    kept_link = record.links[0]
    assert (kept_link.trace_id, kept_link.span_id) == (b"\xab" * 16, b"\xcd" * 8)
    assert (kept_link.attributes, kept_link.trace_state, kept_link.flags) == ({"l": 0.5}, "l=1", 257)
    assert kept_link.dropped_attributes_count == 3
    resource, kept_scope = record.resource, record.scope
    assert (resource.attributes, resource.dropped_attributes_count, resource.schema_url) == (
        {"service.name": "api"},
        1,
        "r",
    )
    assert (kept_scope.name, kept_scope.version, kept_scope.attributes) == ("lib", "2", {"x": "y"})
    assert kept_scope.schema_url == "s"
    assert record.repairs == ()


def test_every_field_of_a_log_record_is_kept(encoding):
    record = one_log(
        encoding,
        observedTimeUnixNano=str(START + 1),
        severityText="INFO",
        attributes=[attribute("a", intValue="-3")],
        droppedAttributesCount=2,
        flags=1,
        traceId=TRACE_ID,
        spanId=SPAN_ID,
        eventName="thing.done",
    )
    assert (record.time_ns, record.observed_ns, record.severity_number) == (START, START + 1, 9)
    assert (record.severity_text, record.body, record.attributes) == ("INFO", "done", {"a": -3})
    assert (record.trace_id.hex(), record.span_id.hex(), record.event_name) == (TRACE_ID, SPAN_ID, "thing.done")
    assert (record.flags, record.dropped_attributes_count, record.repairs) == (1, 2, ())


def test_records_of_one_resource_share_it(encoding):
    first, second = decoded(traces(span(), span(spanId="00000000000000aa")), encoding).spans
    assert first.resource is second.resource
    assert first.scope is second.scope


@pytest.mark.parametrize("request_", [{}, {"resourceSpans": []}, traces()])
def test_an_empty_request_is_no_error(encoding, request_):
    result = decode("traces", encoding, encode(request_, encoding), now=NOW)
    assert result == decode("logs", encoding, encode(request_, encoding), now=NOW)
    assert (result.spans, result.logs, result.refused, result.notes) == ([], [], [], ())


@pytest.mark.parametrize("name", BAD_IDS)
def test_a_span_with_a_bad_id_is_refused_alone(encoding, name):
    """[22, 23, 27]"""
    fields, reason = BAD_IDS[name]
    refused = refusal(encoding, **fields)
    assert refused.reason == reason
    assert next(iter(fields)) in refused.detail
    assert '"name": "work"' in refused.excerpt


def test_refusals_are_counted_across_resources(encoding):
    """[28]"""
    request = {"resourceSpans": [*traces(span(spanId=""), span())["resourceSpans"]] * 2}
    result = decoded(request, encoding)
    assert (len(result.spans), len(result.refused)) == (2, 2)


@pytest.mark.parametrize("parent", ["", "0" * 16])
def test_an_empty_or_zero_parent_is_a_root(encoding, parent):
    """[24]"""
    record = one_span(encoding, parentSpanId=parent)
    assert (record.parent_span_id, record.repairs) == (b"", ())


def test_a_kind_that_is_not_known_is_kept(encoding):
    """[19]"""
    assert one_span(encoding, kind=99).otel_kind == 99


def test_a_status_that_is_not_known_counts_as_unset_and_says_so(encoding):
    record = one_span(encoding, status={"code": 7})
    assert record.status_code == 0
    assert [(repair.reason, repair.old, repair.new) for repair in record.repairs] == [("status_code_unknown", "7", "0")]


@pytest.mark.parametrize("field", ["startTimeUnixNano", "endTimeUnixNano"])
@pytest.mark.parametrize("time", [2**63, 2**64 - 1])
def test_a_time_beyond_a_signed_64_bit_integer_is_refused(encoding, field, time):
    """[26]"""
    refused = refusal(encoding, **{field: str(time)})
    assert refused.reason == "time_out_of_range"
    assert field in refused.detail


def test_the_last_time_is_kept(encoding):
    assert one_span(encoding, endTimeUnixNano=str(2**63 - 1)).end_ns == 2**63 - 1


def test_times_of_zero_are_unknown(encoding):
    """[65, 68]"""
    unstarted = one_span(encoding, startTimeUnixNano="0")
    running = one_span(encoding, endTimeUnixNano="0")
    assert (unstarted.start_ns, unstarted.end_ns, unstarted.repairs) == (None, START + 1_000_000_000, ())
    assert (running.start_ns, running.end_ns, running.repairs) == (START, None, ())


def test_an_end_before_its_start_is_kept_and_flagged(encoding):
    """[67]"""
    record = one_span(encoding, endTimeUnixNano=str(START - 1))
    assert record.end_ns == START - 1
    assert reasons(record) == [("end_ns", "end_before_start")]
    assert record.repairs[0].old == str(START - 1)


def test_times_in_the_future_are_kept_and_flagged(encoding):
    """[66]"""
    ahead = NOW + FUTURE_TOLERANCE_NS
    assert one_span(encoding, startTimeUnixNano=str(ahead), endTimeUnixNano=str(ahead)).repairs == ()
    record = one_span(encoding, startTimeUnixNano=str(ahead + 1), endTimeUnixNano=str(ahead + 1))
    assert record.start_ns == ahead + 1
    assert reasons(record) == [("start_ns", "time_in_future"), ("end_ns", "time_in_future")]
    assert reasons(one_log(encoding, timeUnixNano=str(ahead + 1))) == [("time_ns", "time_in_future")]


def test_useless_links_are_dropped_and_named_and_the_others_kept(encoding):
    """[72]"""
    good = {"traceId": TRACE_ID, "spanId": SPAN_ID}
    zero = {"traceId": "0" * 32, "spanId": "0" * 16}
    short = {"traceId": "abcd", "spanId": SPAN_ID}
    record = one_span(encoding, links=[good, {}, zero, short])
    assert [link.trace_id.hex() for link in record.links] == [TRACE_ID]
    assert reasons(record) == [("links[1]", "link_empty"), ("links[2]", "link_empty"), ("links[3]", "link_id_invalid")]
    assert "abcd" in record.repairs[2].old


def test_a_log_record_without_ids_or_with_zero_ids_stands_alone(encoding):
    for fields in ({}, {"traceId": "0" * 32, "spanId": "0" * 16}):
        record = one_log(encoding, **fields)
        assert (record.trace_id, record.span_id, record.repairs) == (b"", b"", ())


def test_a_log_record_with_a_wrong_id_is_kept_without_it(encoding):
    record = one_log(encoding, traceId="abcd", spanId=SPAN_ID)
    assert (record.trace_id, record.span_id.hex()) == (b"", SPAN_ID)
    assert [(repair.reason, repair.old) for repair in record.repairs] == [("id_invalid", "abcd")]


def test_a_severity_that_is_not_known_counts_as_unspecified(encoding):
    record = one_log(encoding, severityNumber=99)
    assert record.severity_number == 0
    assert reasons(record) == [("severity_number", "severity_unknown")]


def test_a_log_record_out_of_time_is_refused_alone(encoding):
    result = decoded(logs(log(), log(timeUnixNano=str(2**63))), encoding)
    assert len(result.logs) == 1
    assert result.refused[0].reason == "time_out_of_range"


def test_a_thousand_bad_spans_are_told_in_a_short_message(encoding):
    """[40]"""
    result = decoded(traces(*[span(traceId="ab")] * 1_000), encoding)
    assert len(result.refused) == 1_000
    message = describe_refusals(result.refused)
    assert message.startswith("1000 × trace_id_length: traceId")
    assert len(message) < 500


def test_an_excerpt_is_bounded_ascii(encoding):
    result = decoded(traces(span(traceId="", name="é\0" * 100_000)), encoding)
    excerpt = result.refused[0].excerpt
    assert len(excerpt) <= 500
    assert excerpt.isascii()
    assert "\0" not in excerpt


def test_an_excerpt_shows_no_bytes(encoding):
    """In Base64 or hexadecimal a secret in them would pass the redaction unseen."""
    attributes = [{"key": "blob", "value": {"bytesValue": "cGFzc3dvcmQ9aHVudGVyMg=="}}]
    result = decoded(traces(span(startTimeUnixNano=str(2**63), attributes=attributes)), encoding)
    assert "cGFzc3dvcmQ9aHVudGVyMg" not in result.refused[0].excerpt
    body = {"bytesValue": "cGFzc3dvcmQ9aHVudGVyMg=="}
    excerpt = decoded(logs(log(timeUnixNano=str(2**63), body=body)), encoding).refused[0].excerpt
    assert "cGFzc3dvcmQ9aHVudGVyMg" not in excerpt
    assert b"hunter2".hex() not in excerpt
