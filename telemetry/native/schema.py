"""The published JSON Schema of the native door, made from the types that validate."""

from functools import cache
from typing import Any

import msgspec

from telemetry.native.types import TYPES, AnyRecord

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/{name}"


@cache
def make_schema() -> dict[str, Any]:
    """A body of the door: one record, a list of records or `{"records": [...]}`. Do not change what is returned."""
    _, components = msgspec.json.schema_components([AnyRecord], ref_template=_REF)
    record = _REF.format(name="Record")
    records = {"type": "array", "items": {"$ref": record}}
    return {
        "$schema": DIALECT,
        "title": "MissionScope records",
        "description": "What POST /api/v1/ingest takes: one record, an array of records, an object with `records`, or "
        "NDJSON with one record on each line. Fields that are not listed are kept and shown.",
        "anyOf": [
            {"$ref": record},
            records,
            {"type": "object", "properties": {"records": records}, "required": ["records"]},
        ],
        "$defs": {
            "Record": {
                "title": "Record",
                "description": "Which record it is, `type` tells.",
                "oneOf": [{"$ref": _REF.format(name=each.__name__)} for each in TYPES],
            },
            **components,
        },
    }
