"""`/api/v1/ingest`, `/api/v1/stage7/…` and `/api/v1/logs`: JSON or NDJSON, answered record by record."""

from typing import Any, ClassVar

import orjson

from core.limits import MAX_ANSWERED_REFUSALS
from ingest.commit import Outcome
from ingest.doors import Door, Problem
from ingest.prepare import Prepared
from telemetry.records import RefusedRecord

MEDIA_TYPE = "application/json"


class JsonDoor(Door):
    """A door that answers which records it took and which not, and why."""

    encodings: ClassVar[dict[str, str]] = {
        MEDIA_TYPE: "json",
        "application/x-ndjson": "ndjson",
        "application/jsonl": "ndjson",
        "application/x-jsonlines": "ndjson",
    }
    sentence_415: ClassVar[str] = "This Content-Type is not supported: send application/json or application/x-ndjson."

    def get_media_type(self, encoding: str) -> str:
        """JSON, whatever came."""
        return MEDIA_TYPE

    def encode_answer(self, encoding: str, prepared: Prepared, outcome: Outcome) -> bytes:
        """How many records were accepted, and each that was not; also when none was."""
        refused = sorted([*prepared.refused, *outcome.refused], key=lambda record: record.index or 0)
        not_accepted = len({record.index for record in refused})
        answer: dict[str, Any] = {
            "accepted": prepared.items - not_accepted,
            "rejected": [_show(record) for record in refused[:MAX_ANSWERED_REFUSALS]],
        }
        if len(refused) > MAX_ANSWERED_REFUSALS:
            answer["rejected_count"] = not_accepted
        if prepared.notes:
            answer["warnings"] = prepared.notes
        return orjson.dumps(answer)

    def encode_problem(self, encoding: str, problem: Problem) -> bytes:
        """The error body of REST."""
        return orjson.dumps({"detail": problem.sentence, "code": problem.code, "errors": []})


class LogsDoor(JsonDoor):
    """`/api/v1/logs`: lines of JSON and of text, answered line by line."""

    encodings: ClassVar[dict[str, str]] = {**JsonDoor.encodings, "text/plain": "text"}
    sentence_415: ClassVar[str] = (
        "This Content-Type is not supported: send application/x-ndjson, application/json or text/plain."
    )


def _show(record: RefusedRecord) -> dict[str, Any]:
    return {"index": record.index, "reason": record.reason, "detail": record.detail}
