"""What was left out, as log records for the door that takes OpenTelemetry's: a mission of the tap's own shows them."""

import gzip

import msgspec

from tap.captured import LeftOut

LOGS = "/v1/logs"
EVENT = "missionscope.tap.left_out"
MISSION = "missionscope-tap"
_WARNING = 13


def pack_report(left_out: list[LeftOut], *, time_ns: int) -> bytes:
    """An OTLP/JSON request, gzip: one log record for each sort."""
    resource = {"attributes": [_text("service.name", "missionscope-tap")]}
    logs = {"scope": {"name": "missionscope.tap"}, "logRecords": [_record(sort, time_ns) for sort in left_out]}
    request = {"resourceLogs": [{"resource": resource, "scopeLogs": [logs]}]}
    return gzip.compress(msgspec.json.encode(request), mtime=0)


def _record(left_out: LeftOut, time_ns: int) -> dict[str, object]:
    sentence = (
        f"The tap did not record {left_out.count} × {left_out.what} of {left_out.kind}"
        f" ({left_out.size_bytes} bytes): {left_out.reason}"
    )
    return {
        "timeUnixNano": str(time_ns),
        "severityNumber": _WARNING,
        "severityText": "WARN",
        "eventName": EVENT,
        "body": {"stringValue": sentence},
        "attributes": [
            _text("missionscope.mission.id", MISSION),
            _text("missionscope.mission.name", "What the tap could not record"),
            _text("tap.service", left_out.kind),
            _text("tap.what", left_out.what),
            _text("tap.reason", left_out.reason),
            _number("tap.count", left_out.count),
            _number("tap.size_bytes", left_out.size_bytes),
        ],
    }


def _text(key: str, value: str) -> dict[str, object]:
    return {"key": key, "value": {"stringValue": value}}


def _number(key: str, value: int) -> dict[str, object]:
    return {"key": key, "value": {"intValue": str(value)}}
