"""Real runs and OTLP's own examples are read whole, and equally in both encodings."""

import json

import pytest

from telemetry.decode import decode
from telemetry.decode.errors import MalformedBody
from tests.telemetry.decode.making import encode_protobuf

SOURCES = [
    "agentprism", "cassettes", "inspect_ai", "langfuse", "openhands", "sweagent", "tau2", "taubench", "whoandwhen",
    "zipkin",
]  # fmt: skip
EXAMPLES = "data/raw/opentelemetry-proto/examples"


@pytest.mark.parametrize("source", SOURCES)
def test_real_runs_are_read_whole_and_equally_in_both_encodings(shared_data, source):
    lines = (shared_data / f"data/otlp/{source}.jsonl").read_bytes().splitlines()
    assert lines
    for line in lines:
        request = json.loads(line)
        sent = sum(len(scope["spans"]) for group in request["resourceSpans"] for scope in group["scopeSpans"])
        of_json = decode("traces", "json", line)
        assert (len(of_json.spans), of_json.refused, of_json.notes) == (sent, [], ())
        assert not any(record.repairs for record in of_json.spans)
        assert decode("traces", "protobuf", encode_protobuf(request)) == of_json


def test_the_examples_of_otlp_are_read_in_both_encodings(shared_data):
    """[1, 2]"""
    for name, signal in (("trace", "traces"), ("logs", "logs"), ("events", "logs")):
        data = (shared_data / EXAMPLES / f"{name}.json").read_bytes()
        decoded = decode(signal, "json", data)
        assert len(decoded.spans) + len(decoded.logs) == 1
        assert decoded.refused == []
        assert decode(signal, "protobuf", encode_protobuf(json.loads(data))) == decoded
    data = (shared_data / EXAMPLES / "trace.json").read_bytes()
    assert decode("traces", "json", data).spans[0].trace_id.hex() == "5b8efff798038103d269b633813fc60c"


def test_the_example_log_keeps_its_nested_values(shared_data):
    record = decode("logs", "json", (shared_data / EXAMPLES / "logs.json").read_bytes()).logs[0]
    assert record.body == "Example log record"
    assert record.attributes["map.attribute"] == {"some.map.key": "some value"}
    assert record.attributes["array.attribute"] == ["many", "values"]


def test_an_export_with_base64_ids_is_refused_with_a_word_about_hex(shared_data):
    """[21]"""
    data = (shared_data / "data/raw/agentprism/packages/demo-app/src/data/rag_earnings_agent.json").read_bytes()
    with pytest.raises(MalformedBody, match="hex"):
        decode("traces", "json", data)
    for request in json.loads(data):
        decoded = decode("traces", "json", json.dumps(request).encode())
        assert decoded.spans == []
        assert decoded.refused
        assert all("hex" in refused.detail for refused in decoded.refused)
