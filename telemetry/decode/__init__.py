"""Bytes to records: `read_body`, then `decode`, then one of `telemetry.decode.answers`."""

from telemetry.decode import json_points, otlp_json, otlp_protobuf, protobuf_points
from telemetry.records import Decoded

_DECODERS = {
    ("traces", "json"): otlp_json.decode_traces,
    ("traces", "protobuf"): otlp_protobuf.decode_traces,
    ("logs", "json"): otlp_json.decode_logs,
    ("logs", "protobuf"): otlp_protobuf.decode_logs,
    ("metrics", "json"): json_points.decode_metrics,
    ("metrics", "protobuf"): protobuf_points.decode_metrics,
}


def decode(signal: str, encoding: str, data: bytes, *, now: int | None = None) -> Decoded:
    """The records of one OTLP request, already decompressed.

    `signal`: traces, logs or metrics; `encoding`: json or protobuf.
    A record that cannot be kept is in `refused` and costs no other. Raises MalformedBody when the
    body as a whole is not what it says. `now` (ns) decides which times lie in the future.
    """
    return _DECODERS[signal, encoding](data, now=now)
