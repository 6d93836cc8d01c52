"""Answers as OTLP's own messages read them."""

import json

import pytest
from google.protobuf import json_format
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from telemetry.decode.answers import describe_refusals, encode_partial_success, encode_status, encode_success
from telemetry.records import RefusedRecord

RESPONSES = {
    "traces": (ExportTraceServiceResponse, "rejected_spans", "rejectedSpans"),
    "logs": (ExportLogsServiceResponse, "rejected_log_records", "rejectedLogRecords"),
    "metrics": (ExportMetricsServiceResponse, "rejected_data_points", "rejectedDataPoints"),
}


@pytest.mark.parametrize("signal", RESPONSES)
def test_success_leaves_partial_success_unset(signal):
    assert encode_success(signal, "json") == b"{}"
    response = RESPONSES[signal][0].FromString(encode_success(signal, "protobuf"))
    assert not response.HasField("partial_success")


@pytest.mark.parametrize("signal", RESPONSES)
def test_partial_success_tells_how_many_and_why(signal):
    response_class, count, name = RESPONSES[signal]
    partial = response_class.FromString(encode_partial_success(signal, "protobuf", 3, "why")).partial_success
    assert (getattr(partial, count), partial.error_message) == (3, "why")
    body = encode_partial_success(signal, "json", 3, "why")
    assert json.loads(body) == {"partialSuccess": {name: "3", "errorMessage": "why"}}
    assert json_format.Parse(body, response_class()).partial_success == partial


def test_a_warning_rejects_nothing():
    body = encode_partial_success("traces", "json", 0, "cut")
    assert json.loads(body) == {"partialSuccess": {"errorMessage": "cut"}}
    partial = ExportTraceServiceResponse.FromString(encode_partial_success("traces", "protobuf", 0, "cut"))
    assert (partial.partial_success.rejected_spans, partial.partial_success.error_message) == (0, "cut")


@pytest.mark.parametrize("message", ["", "a body of é", "x" * 200])
def test_a_status_is_google_rpc_status(message):
    status = Status.FromString(encode_status("protobuf", 3, message))
    assert (status.code, status.message) == (3, message)
    assert json.loads(encode_status("json", 3, message)) == {"code": 3, "message": message}


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
def test_no_message_makes_an_answer_long_or_breaks_it(encoding):
    for message in ("é" * 10_000_000, "\ud800" * 10_000):
        assert len(encode_partial_success("traces", encoding, 1, message)) < 10_000
        assert len(encode_status(encoding, 3, message)) < 10_000


def test_refusals_are_told_by_reason_the_most_frequent_first():
    refused = [RefusedRecord("rare", "R.", ""), *[RefusedRecord("often", f"O{index}.", "") for index in range(3)]]
    assert describe_refusals(refused, ["And a note."]) == "3 × often: O0. 1 × rare: R. And a note."
    many = [RefusedRecord(f"reason_{index}", "x" * 900, "") for index in range(9)]
    message = describe_refusals(many)
    assert "reason_0" in message
    assert len(message) <= 2_000
    assert describe_refusals([]) == ""
