"""A native record, checked by its type, to a span or a log record."""

from typing import Any, get_args

import msgspec

from telemetry.decode.json_lenient import describe_type_error
from telemetry.decode.refusal import Refusal
from telemetry.native.logs import make_plan_log, make_state_log, make_told_log
from telemetry.native.spans import make_span
from telemetry.native.types import TYPES, AnyRecord, StateRecord, ToldRecord, WorkRecord
from telemetry.records import Converted

_NAMES = ", ".join(sorted(str(each.__struct_config__.tag) for each in TYPES))  # type: ignore[attr-defined]


def convert(item: Any, received_ns: int) -> Converted:
    """The record of one item. Raises Refusal with a sentence that names the field.

    A record without a time gets none here: the store gives it the time of receipt, so that sending it again later
    is still the same record.
    """
    if not isinstance(item, dict):
        raise Refusal("not_an_object", "The record is not a JSON object.")
    record = _read(item)
    if isinstance(record, get_args(WorkRecord)):
        return Converted(spans=(make_span(record, item),))
    if isinstance(record, get_args(ToldRecord)):
        return Converted(logs=(make_told_log(record, item),))
    if isinstance(record, get_args(StateRecord)):
        return Converted(logs=(make_state_log(record, item),))
    return Converted(logs=(make_plan_log(record, item),))


def _read(item: dict[str, Any]) -> Any:
    try:
        return msgspec.convert(item, AnyRecord)
    except msgspec.ValidationError as error:
        raise _refusal(item, str(error)) from None


def _refusal(item: dict[str, Any], message: str) -> Refusal:
    what, path = describe_type_error(message)
    if path == "type" or ("required field type" in what and not path and "type" not in item):
        shown = f"{item['type']!r:.60}" if "type" in item else "missing"
        return Refusal("unknown_type", f"type is {shown}: it must be one of {_NAMES}.")
    if what.startswith("Object missing required field"):
        field = what.rpartition(" ")[2]
        return Refusal("field_missing", f"{f'{path}.' if path else ''}{field} is missing.")
    reason = "number_out_of_range" if "out of range" in what or "<=" in what or ">=" in what else "field_type"
    return Refusal(reason, f"{path or 'The record'}: {what[:1].lower()}{what[1:]}.")
