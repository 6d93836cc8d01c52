"""`/v1/traces`, `/v1/logs` and `/v1/metrics`: OTLP/HTTP, protobuf or JSON, answered in the caller's encoding."""

from typing import ClassVar

from ingest.commit import Outcome
from ingest.doors import Door, Problem
from ingest.prepare import Prepared
from telemetry.decode.answers import describe_refusals, encode_partial_success, encode_status, encode_success
from telemetry.decode.errors import UnsupportedMediaType

MEDIA_TYPES = {"application/x-protobuf": "protobuf", "application/json": "json"}
ANSWER_TYPES = {encoding: media_type for media_type, encoding in MEDIA_TYPES.items()}
GRPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 408: 4, 413: 11, 415: 3, 429: 8, 500: 13, 503: 14}
UNKNOWN_CODE = 2


class OtlpDoor(Door):
    """The door of one signal."""

    encodings: ClassVar[dict[str, str]] = MEDIA_TYPES
    sentence_415: ClassVar[str] = UnsupportedMediaType.sentence

    def __init__(self, signal: str) -> None:
        super().__init__(f"otlp_{signal}")
        self.signal = signal

    def get_media_type(self, encoding: str) -> str:
        """The caller's own."""
        return ANSWER_TYPES[encoding]

    def encode_answer(self, encoding: str, prepared: Prepared, outcome: Outcome) -> bytes:
        """Success or partial success; Problem when all was refused."""
        refused = [*prepared.refused, *outcome.refused]
        stored = len(prepared.spans) + len(prepared.logs) + len(prepared.points) - len(outcome.refused)
        if refused and not stored:
            raise Problem(400, "nothing_stored", f"Nothing was stored: {refused[0].detail}")
        if not refused and not prepared.notes:
            return encode_success(self.signal, encoding)
        message = describe_refusals(refused, prepared.notes)
        return encode_partial_success(self.signal, encoding, len(refused), message)

    def encode_problem(self, encoding: str, problem: Problem) -> bytes:
        """A google.rpc.Status."""
        return encode_status(encoding, GRPC_CODES.get(problem.status, UNKNOWN_CODE), problem.sentence)
