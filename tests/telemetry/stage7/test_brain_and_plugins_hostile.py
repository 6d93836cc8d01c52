"""No object makes the converters raise, or a record that later stages could not take."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.conventions.messages import read_conversation
from telemetry.conventions.spans import map_span
from telemetry.conventions.tools import read_tool_io
from telemetry.records import Converted, Decoded
from telemetry.redaction import Redactor
from telemetry.stage7.brain import convert_brain
from telemetry.stage7.calls import read_brain_call
from telemetry.stage7.executions import read_execution
from telemetry.stage7.plugins import convert_plugin
from telemetry.stage7.values import decode_maps
from traces.incoming import prepare_log, prepare_span
from traces.payload import PayloadWriter

AT = 1_752_081_600_000_000_000
WORDS = st.sampled_from(
    [
        "", "/chat", "/generate", "/reportLogicFailure", "TextToJSON", '{"a": [1, ', "[[]]", "Error: x", "CM008",
        "2025-07-09T17:20:00Z", "pending_user_input", "error", "Map", "2025-07-09 17:20:01,250 - INFO - x",
        "[object Object]", "undefined",
    ]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | WORDS | st.text(max_size=8)
NAMES = st.sampled_from(
    ["path", "request", "response", "status", "startedAt", "endedAt", "missionId", "agentId", "stepId", "callId",
     "requestId", "modelName", "messages", "exchanges", "prompt", "result", "error", "usage", "blacklist", "cacheHit",
     "success", "logicFailure", "conversationType", "trace_id", "temperature", "actionVerb", "id", "inputValues",
     "inputReferences", "inputs", "outputs", "stdin", "stderr", "stdout", "exitCode", "plugin", "traceId", "name",
     "resultType", "value", "inputName", "outputName", "args", "availablePlugins", "logs", "error_code", "until",
     "contextual_info", "_type", "entries", "reason", "severity", "tokenCount", "startTime", "endTime"]
)  # fmt: skip
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6))
EXCHANGE = {
    "path": "/chat",
    "callId": "c",
    "request": {"messages": [{"role": "user", "content": "x"}], "conversationType": "TextToJSON", "temperature": 1},
    "response": {"result": "{}", "model": "m", "requestId": "r", "usage": {"prompt_tokens": 1}},
    "blacklist": [{"model": "m", "until": "later"}],
    "status": 200,
    "startedAt": "2025-07-09T17:20:00Z",
    "endedAt": "2025-07-09T17:20:09Z",
    "missionId": "m",
}
ATTEMPT = {
    "requestId": "r",
    "callId": "c",
    "modelName": "m",
    "response": "[",
    "responseType": "json",
    "success": True,
    "startTime": "2025-07-09T17:20:00Z",
    "endTime": "2025-07-09T17:20:09Z",
    "usage": {"input_tokens": 3},
}
EXECUTION = {
    "request": {"id": "s", "actionVerb": "X", "inputValues": {"q": {"inputName": "q", "value": 1}}, "missionId": "m"},
    "response": [{"success": False, "name": "CM008", "resultType": "error", "result": {"error_code": "P001"}}],
    "inputs": [["q", {"value": 1}], ["availablePlugins", {"value": "[]"}]],
    "inputReferences": {"q": {"outputName": "o", "sourceId": "s0"}},
    "outputs": {"o": {"type": "string"}},
    "plugin": {"id": "p"},
    "stderr": "2025-07-09 17:20:01,250 - INFO - x",
}


@st.composite
def spoilt(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """A sound object with one thing in it replaced by anything."""
    item = copy.deepcopy(whole)
    place: Any = item
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        if not place[key] or not isinstance(place[key], dict | list) or draw(st.booleans()):
            place[key] = draw(VALUES)
            return item
        place = place[key]


ITEMS = st.dictionaries(NAMES, VALUES, max_size=14)
REDACTOR = Redactor(bytes(32))


def take(converted: Converted) -> None:
    """As the way in takes records, and as they are read afterwards."""
    redacted = REDACTOR.redact(Decoded(list(converted.spans), list(converted.logs), []))
    writer = PayloadWriter()
    for span in redacted.spans:
        assert len(prepare_span(span, writer).trace_id) == 16
        assert span.start_ns is None or span.end_ns is None or span.end_ns >= span.start_ns
        assert map_span(span).span_kind in ("LLM", "TOOL")
        read_conversation(span.attributes, span.events)
        read_tool_io(span.attributes, span.events)
        read_brain_call(span.attributes)
        read_execution(span.attributes)
    for log in redacted.logs:
        prepare_log(log, writer, AT)


@settings(max_examples=300, deadline=None)
@given(ITEMS | spoilt(EXCHANGE) | spoilt(ATTEMPT))
def test_any_object_at_brains_door(item: dict[str, Any]):
    converted = convert_brain(decode_maps(item), AT)
    assert converted.spans or converted.logs
    take(converted)


@settings(max_examples=300, deadline=None)
@given(ITEMS | spoilt(EXECUTION))
def test_any_object_at_the_plugins_door(item: dict[str, Any]):
    converted = convert_plugin(decode_maps(item), AT)
    assert len(converted.spans) == 1 or len(converted.logs) == 1
    take(converted)
