"""An OTLP/JSON request read record by record, so that one that does not fit its shape does not cost the others."""

import json
import math
import re
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn, TypeVar

import msgspec

from core.ids import SPAN_ID_BYTES, TRACE_ID_BYTES
from core.limits import MAX_NESTING
from telemetry.decode import json_shapes as shapes
from telemetry.decode.errors import MalformedBody
from telemetry.decode.json_values import read_id
from telemetry.decode.refusal import Refusal
from telemetry.records import RefusedRecord

_MAX_RECORD_DEPTH = 4 * MAX_NESTING + 20
"""JSON brackets inside one another in a record: a level of a key-value list takes four."""
_MAX_BODY_DEPTH = _MAX_RECORD_DEPTH + 60
"""Brackets beyond are cut off before the parser, which has a limit of its own, sees them; their record is refused."""
_ABSURD_DEPTH = 10_000
_ENUMS = ("kind", "status.code", "severityNumber")
_TOKENS = re.compile(r'"(?:[^"\\]++|\\(?:.|\Z))*+(?:"|\Z)|[\[\]{}]', re.DOTALL)
"""A text (to the end of the body when it is not closed: so no quote is ever looked at twice) or a bracket."""
_TYPE_ERROR = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?")

_Shape = TypeVar("_Shape")


class Layout(NamedTuple):
    """The names a signal gives its lists, and the shape of its records."""

    groups: str
    scopes: str
    records: str
    record_shape: type


class Group(NamedTuple):
    """One ResourceSpans, ResourceLogs or ResourceMetrics."""

    resource: shapes.Resource
    schema_url: str
    scopes: list[tuple[shapes.Scope, str, list[Any]]]
    """Scope, its schema URL, its records."""
    refusal: Refusal | None = None
    """Why no record of the group can be kept."""


def read_leniently(data: bytes, layout: Layout, refused: list[RefusedRecord]) -> list[Group]:
    """The groups with those records that have the right shape; the others are added to `refused`.

    Raises MalformedBody when the body is not JSON or its outer lists are not lists of objects.
    """
    body = _parse(data)
    if isinstance(body, list):
        _refuse_array(body, layout)
    if not isinstance(body, dict):
        raise MalformedBody(f"The request body must be a JSON object with {layout.groups}.")
    return [_read_group(group, layout, refused) for group in _objects(body, layout.groups)]


def _read_group(group: dict[str, Any], layout: Layout, refused: list[RefusedRecord]) -> Group:
    refusal = None
    resource, schema_url = shapes.Resource(), ""
    try:
        resource = read_shape(group.get("resource"), shapes.Resource, "resource")
        schema_url = read_shape(group.get("schemaUrl"), str, "schemaUrl")
    except Refusal as error:
        refusal = error
    scopes = [_read_scope(scope, layout, refused) for scope in _objects(group, layout.scopes)]
    return Group(resource, schema_url, scopes, refusal)


def _read_scope(
    scope: dict[str, Any], layout: Layout, refused: list[RefusedRecord]
) -> tuple[shapes.Scope, str, list[Any]]:
    records = _list(scope, layout.records)
    try:
        described = read_shape(scope.get("scope"), shapes.Scope, "scope")
        schema_url = read_shape(scope.get("schemaUrl"), str, "schemaUrl")
    except Refusal as refusal:
        refused.extend(refusal.record(record) for record in records)
        return shapes.Scope(), "", []
    kept: list[Any] = []
    for record in records:
        try:
            if not isinstance(record, dict):
                raise Refusal("field_type", f"An item of {layout.records} is not an object.")
            kept.append(read_shape(record, layout.record_shape, ""))
        except Refusal as refusal:
            refused.append(_with_ids(refusal, record, layout).record(record))
    return described, schema_url, kept


def _parse(data: bytes) -> Any:
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise MalformedBody("The request body is not valid UTF-8.") from error
    try:
        return _loads(text)
    except RecursionError:
        return _loads(without_depths(text))


def _loads(text: str) -> Any:
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise MalformedBody(f"The request body is not valid JSON: {error}.") from error
    except ValueError as error:
        raise MalformedBody("The request body holds a number of too many digits.") from error


def _finite(text: str) -> float | str:
    """The number, or its text when no double can hold it: its record is refused."""
    value = float(text)
    return value if math.isfinite(value) else text


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedBody(f"The request body is not valid JSON: {name} must be written as text.")


def without_depths(text: str) -> str:
    """The JSON with everything nested beyond _MAX_BODY_DEPTH replaced by null."""
    pieces = []
    depth = start = 0
    for match in _TOKENS.finditer(text):
        token = match[0]
        if token in ("[", "{"):
            depth += 1
            if depth == _MAX_BODY_DEPTH + 1:
                pieces += [text[start : match.start()], "null"]
            elif depth > _ABSURD_DEPTH:
                raise MalformedBody(f"The request body is nested deeper than {_ABSURD_DEPTH} levels.")
        elif token in ("]", "}"):
            if depth == _MAX_BODY_DEPTH + 1:
                start = match.end()
            depth -= 1
    if depth > _MAX_BODY_DEPTH:
        raise MalformedBody("The request body is not valid JSON: it was cut short.")
    return "".join((*pieces, text[start:]))


def read_shape(value: Any, shape: type[_Shape], path: str) -> _Shape:
    """`value` as `shape`. Raises Refusal with a sentence that names the field."""
    if value is None:
        return shape()
    with suppress(msgspec.ValidationError):
        return msgspec.convert(value, shape)
    try:
        return msgspec.convert(_normal(value, 0), shape)
    except msgspec.ValidationError as error:
        raise _type_refusal(str(error), path) from error


def _type_refusal(message: str, path: str) -> Refusal:
    what, inner = describe_type_error(message)
    field = ".".join(part for part in (path, inner) if part)
    hint = " OTLP/JSON writes enums as numbers." if field in _ENUMS else ""
    reason = "number_out_of_range" if what.endswith("out of range") else "field_type"
    return Refusal(reason, f"{field or 'The record'}: {what[:1].lower()}{what[1:]}.{hint}")


def describe_type_error(message: str) -> tuple[str, str]:
    """What msgspec found wrong, in plain words, and the path of the field; empty for the record as a whole."""
    match = _TYPE_ERROR.fullmatch(message)
    what, path = (match["what"], match["path"] or "") if match else (message, "")
    return what.replace("`", "").replace(" | null", ""), path


def _normal(value: Any, depth: int) -> Any:
    """What protobuf's JSON mapping takes as equal: null fields left out, whole numbers such as 5.0 as integers."""
    if depth > _MAX_RECORD_DEPTH:
        raise Refusal("nesting_too_deep", f"A value is nested deeper than {MAX_NESTING} levels.")
    if isinstance(value, dict):
        return {
            key: item if key == "doubleValue" else _normal(item, depth + 1)
            for key, item in value.items()
            if item is not None
        }
    if isinstance(value, list):
        return [_normal(item, depth + 1) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**64:
        return int(value)
    return value


def _with_ids(refusal: Refusal, record: Any, layout: Layout) -> Refusal:
    """The refusal of a span, which first says so when its ids are not hexadecimal either."""
    if layout.record_shape is shapes.Span and isinstance(record, dict):
        for field, word, size in (("traceId", "trace_id", TRACE_ID_BYTES), ("spanId", "span_id", SPAN_ID_BYTES)):
            text = record.get(field)
            try:
                read_id(field, word, text if isinstance(text, str) else "", size)
            except Refusal as of_id:
                return Refusal(of_id.reason, f"{of_id.detail} Also, {refusal.detail}")
    return refusal


def _objects(parent: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = _list(parent, name)
    if not all(isinstance(item, dict) for item in items):
        raise MalformedBody(f"Every item of {name} must be a JSON object.")
    return items


def _list(parent: dict[str, Any], name: str) -> list[Any]:
    items = parent.get(name)
    if items is None:
        return []
    if not isinstance(items, list):
        raise MalformedBody(f"{name} must be a JSON array.")
    return items


def _refuse_array(body: list[Any], layout: Layout) -> NoReturn:
    """Says what is wrong with an array of requests, and with the records in its first: both need mending."""
    sentence = f"The request body must be one JSON object with {layout.groups}, not an array."
    refused: list[RefusedRecord] = []
    if body and isinstance(body[0], dict):
        for group in _objects(body[0], layout.groups):
            _read_group(group, layout, refused)
    raise MalformedBody(f"{sentence} In its first item: {refused[0].detail}" if refused else sentence)
