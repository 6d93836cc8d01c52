"""Sentry's transactions and spans as spans."""

from collections.abc import Mapping
from typing import Any

from core.ids import SPAN_ID_BYTES, TRACE_ID_BYTES
from core.limits import MAX_LINKS
from core.nanotime import MAX_NS
from telemetry.conventions.values import read_text
from telemetry.decode.refusal import Refusal
from telemetry.decode.repairs import time_repairs
from telemetry.decode.rules import UNKNOWN_NAME
from telemetry.records import AttributeValue, LinkRecord, Repair, Resource, SpanRecord
from telemetry.sentry.common import SCOPE, describe, read_moment, resource_of, shared_ids, within_limit
from telemetry.sentry.correlation import find_ids
from telemetry.sentry.logs import read_attributes, resource_of_attributes
from telemetry.sentry.values import read_id, read_mapping, read_pairs, read_values

INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = 1, 2, 3, 4, 5
UNSET, OK, ERROR = 0, 1, 2
_KINDS = {
    "http.server": SERVER, "rpc.server": SERVER, "websocket.server": SERVER, "http.client": CLIENT, "http": CLIENT,
    "rpc.client": CLIENT, "db": CLIENT, "cache": CLIENT, "queue.publish": PRODUCER, "queue.submit": PRODUCER,
    "queue.process": CONSUMER, "queue.task": CONSUMER,
}  # fmt: skip
"""By an operation or what it begins with, the longest first."""
_NO_FAILURES = frozenset({"", "unset", "unknown", "ok", "cancelled"})
"""Statuses that tell of no failure; Sentry's others are the errors of gRPC."""


def make_transaction(payload: Mapping[str, Any], attachments: list[Mapping[str, Any]]) -> SpanRecord:
    """The span of a transaction itself. Raises Refusal."""
    trace = read_mapping(read_mapping(payload.get("contexts")).get("trace"))
    told = {**_data_of(trace), **describe(payload), "sentry.attachments": attachments}
    name = read_text(payload.get("transaction"))
    return _make({**trace, **_times_of(payload)}, name, told, resource_of(payload))


def list_children(payload: Mapping[str, Any]) -> list[Any]:
    """The spans inside a transaction, as sent."""
    return read_values(payload.get("spans"))


def make_child(span: Any, payload: Mapping[str, Any], resource: Resource) -> SpanRecord:
    """A span inside a transaction; what ids the transaction names count for it too. Raises Refusal."""
    if not isinstance(span, dict):
        raise Refusal("not_an_object", "The span is not a JSON object.")
    trace = read_mapping(read_mapping(payload.get("contexts")).get("trace"))
    whole = {"trace_id": trace.get("trace_id"), **span}
    tags = read_pairs(span.get("tags"))
    told = {**shared_ids(payload), **find_ids((tags, _data_of(span))), **_data_of(span), "sentry.tags": tags}
    return _make(whole, read_text(span.get("description")) or read_text(span.get("op")), told, resource)


def make_span(item: Any) -> SpanRecord:
    """A span sent by itself, of either protocol. Raises Refusal."""
    if not isinstance(item, dict):
        raise Refusal("not_an_object", "The span is not a JSON object.")
    if "attributes" not in item and "name" not in item:
        return make_child(item, {}, resource_of(item))
    told = read_attributes(item.get("attributes"))
    whole = {
        **item,
        "timestamp": item.get("end_timestamp"),
        "op": read_text(told.get("sentry.op")),
        "origin": told.get("sentry.origin"),
    }
    return _make(whole, read_text(item.get("name")), {**find_ids((told,)), **told}, resource_of_attributes(told))


def _make(span: Mapping[str, Any], name: str, told: Mapping[str, AttributeValue], resource: Resource) -> SpanRecord:
    start, end = read_moment(span, "start_timestamp"), read_moment(span, "timestamp")
    trace_id, span_id = _need_id(span, "trace_id", TRACE_ID_BYTES), _need_id(span, "span_id", SPAN_ID_BYTES)
    op, status = read_text(span.get("op")), read_text(span.get("status")).strip().lower()
    own = {"sentry.op": op, "sentry.origin": span.get("origin"), "sentry.status": status}
    attributes = within_limit({**told, **{key: value for key, value in own.items() if value}})
    links, link_repairs = _read_links(span.get("links"))
    return SpanRecord(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=read_id(span.get("parent_span_id"), SPAN_ID_BYTES),
        name=name.strip() or op or UNKNOWN_NAME,
        otel_kind=_find_kind(op),
        start_ns=start.time_ns,
        end_ns=end.time_ns,
        status_code=OK if status == "ok" else UNSET if status in _NO_FAILURES else ERROR,
        status_message="" if status in _NO_FAILURES or status == "error" else status,
        attributes=attributes.kept,
        events=(),
        links=links,
        resource=resource,
        scope=SCOPE,
        dropped_attributes_count=attributes.dropped_count,
        repairs=(
            *time_repairs(start.time_ns or 0, end.time_ns or 0, MAX_NS),
            *start.repairs, *end.repairs, *link_repairs, *attributes.repairs,
        ),
    )  # fmt: skip


def _times_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: payload.get(name) for name in ("start_timestamp", "timestamp")}


def _data_of(span: Mapping[str, Any]) -> dict[str, AttributeValue]:
    return dict(read_mapping(span.get("data")))


def _need_id(span: Mapping[str, Any], name: str, size: int) -> bytes:
    found = read_id(span.get(name), size)
    if not found:
        shown = f"{span[name]!r:.80}" if span.get(name) is not None else "missing"
        raise Refusal(
            f"{name}_invalid", f"{name} is {shown}: a span needs {2 * size} hexadecimal digits, not all zero."
        )
    return found


def _find_kind(op: str) -> int:
    parts = op.lower().split(".")
    beginnings = (".".join(parts[:size]) for size in range(min(len(parts), 3), 0, -1))
    return next((_KINDS[beginning] for beginning in beginnings if beginning in _KINDS), INTERNAL)


def _read_links(value: Any) -> tuple[tuple[LinkRecord, ...], tuple[Repair, ...]]:
    given = read_values(value)
    kept = []
    for link in map(read_mapping, given[:MAX_LINKS]):
        trace_id, span_id = read_id(link.get("trace_id"), TRACE_ID_BYTES), read_id(link.get("span_id"), SPAN_ID_BYTES)
        if trace_id and span_id:
            kept.append(LinkRecord(trace_id, span_id, read_attributes(link.get("attributes"))))
    lost = len(given) - len(kept)
    return tuple(kept), (Repair("links", "links_dropped", f"{len(given)} links", f"{len(kept)} links"),) * (lost > 0)
