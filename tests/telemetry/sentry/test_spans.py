"""Transactions and spans become spans, structured logs log records."""

import pytest

from tests.telemetry.sentry.making import AT_NS, PARENT, SPAN, TRACE, decode, transaction, write_envelope, write_item

CHILD = {"span_id": "1" * 16, "parent_span_id": SPAN, "op": "db.query", "description": "SELECT 1",
         "start_timestamp": 1767323045.7, "timestamp": 1767323045.8, "data": {"db.system": "sqlite"}}  # fmt: skip


def decode_transaction(**changes):
    decoded = decode(write_envelope(write_item("transaction", transaction(**changes))))
    return decoded.spans, decoded.refused


def test_a_transaction_is_a_span_with_its_spans():
    (root, child), refused = decode_transaction(spans=[CHILD], tags={"mission.id": "m-1"}, release="till@1")
    assert not refused
    assert (root.name, root.trace_id.hex(), root.span_id.hex()) == ("GET /bill", TRACE, SPAN)
    assert (root.parent_span_id.hex(), root.otel_kind) == (PARENT, 2)
    assert (root.start_ns, root.end_ns) == (AT_NS, 1_767_323_046_000_000_000)
    assert (child.name, child.trace_id, child.parent_span_id) == ("SELECT 1", root.trace_id, root.span_id)
    assert (child.otel_kind, child.attributes["db.system"]) == (3, "sqlite")
    assert child.attributes["missionscope.mission.id"] == "m-1"
    assert child.resource.attributes["service.name"] == "till"


def test_a_span_names_another_mission_than_its_transaction():
    (_, child), _ = decode_transaction(spans=[{**CHILD, "tags": {"mission.id": "m-2"}}], tags={"mission.id": "m-1"})
    assert child.attributes["missionscope.mission.id"] == "m-2"


def test_a_broken_span_costs_no_other():
    odd = [{**CHILD, "span_id": "xyz"}, "no span", {**CHILD, "span_id": None}, CHILD]
    spans, refused = decode_transaction(spans=odd)
    assert [span.name for span in spans] == ["GET /bill", "SELECT 1"]
    assert [each.reason for each in refused] == ["span_id_invalid", "not_an_object", "span_id_invalid"]


def test_a_transaction_without_ids_is_refused():
    spans, refused = decode_transaction(contexts={})
    assert not spans
    assert [each.reason for each in refused] == ["trace_id_invalid"]


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        ("ok", 1, ""),
        (None, 0, ""),
        ("cancelled", 0, ""),
        ("not_found", 2, "not_found"),
        ("internal_error", 2, "internal_error"),
    ],
)
def test_statuses(status, code, message):
    (_, child), _ = decode_transaction(spans=[{**CHILD, "status": status}])
    assert (child.status_code, child.status_message) == (code, message)


def test_spans_sent_by_themselves():
    item = {
        "items": [
            {
                "trace_id": TRACE, "span_id": SPAN, "name": "GET /x", "status": "error", "is_segment": True,
                "start_timestamp": 1767323045.5, "end_timestamp": 1767323045.6,
                "attributes": {
                    "sentry.op": {"type": "string", "value": "http.client"},
                    "mission.id": {"type": "string", "value": "m-1"},
                    "sentry.release": {"type": "string", "value": "ui@1"},
                },
                "links": [{"trace_id": TRACE, "span_id": PARENT}, {"trace_id": "x"}],
            }
        ]
    }  # fmt: skip
    (span,) = decode(write_envelope(write_item("span", item))).spans
    assert (span.name, span.otel_kind, span.status_code) == ("GET /x", 3, 2)
    assert (span.start_ns, span.end_ns) == (1_767_323_045_500_000_000, 1_767_323_045_600_000_000)
    assert span.attributes["missionscope.mission.id"] == "m-1"
    assert span.resource.attributes["service.name"] == "ui"
    assert [link.span_id.hex() for link in span.links] == [PARENT]
    assert [repair.reason for repair in span.repairs] == ["links_dropped"]
    (vital,) = decode(write_envelope(write_item("span", {**CHILD, "trace_id": TRACE}))).spans
    assert (vital.name, vital.end_ns) == ("SELECT 1", 1_767_323_045_800_000_000)


def test_structured_logs():
    line = {
        "timestamp": 1767323045.678901, "trace_id": TRACE, "level": "warn", "body": "late", "severity_number": 13,
        "attributes": {
            "sentry.release": {"value": "ui@1", "type": "string"},
            "server.address": {"value": "h1", "type": "string"},
            "sentry.trace.parent_span_id": {"value": SPAN, "type": "string"},
            "guests": {"value": 4, "type": "integer"},
            "stepId": {"value": "s-1", "type": "string"},
        },
    }  # fmt: skip
    decoded = decode(write_envelope(write_item("log", {"items": [line, "no log", {"body": "x", "level": "fatal"}]})))
    first, last = decoded.logs
    assert (first.body, first.time_ns, first.severity_number) == ("late", AT_NS, 13)
    assert (first.trace_id.hex(), first.span_id.hex()) == (TRACE, SPAN)
    assert (first.attributes["guests"], first.attributes["missionscope.step.id"]) == (4, "s-1")
    assert first.resource.attributes["host.name"] == "h1"
    assert (last.body, last.severity_number) == ("x", 21)
    assert [refused.reason for refused in decoded.refused] == ["not_an_object"]
