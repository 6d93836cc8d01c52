"""Series and points, ready to be stored. No Django here."""

from collections.abc import Mapping

import msgspec

from core.hashing import digest16

DERIVED, OTLP = "derived", "otlp"
_encode = msgspec.json.Encoder(order="deterministic").encode


class IncomingSeries(msgspec.Struct, frozen=True):
    """One series; its hash stands for all of it."""

    name: str
    kind: str
    """gauge, sum, histogram, exponential, summary"""
    unit: str
    description: str
    temporality: str
    """delta, cumulative, or empty."""
    is_monotonic: bool
    origin: str
    """otlp or derived"""
    service_name: str
    attributes: str
    """JSON object of texts, keys in order."""
    label_names: str
    """JSON list of its keys."""
    resource: str = "{}"
    """The same of the resource."""
    is_overflow: bool = False


def derived_series(
    name: str, kind: str, unit: str, description: str, service_name: str, labels: Mapping[str, str]
) -> tuple[bytes, IncomingSeries]:
    """A series of our own, with its hash."""
    series = IncomingSeries(
        name,
        kind,
        unit,
        description,
        "" if kind == "gauge" else "delta",
        kind != "gauge",
        DERIVED,
        service_name,
        encode_labels(labels),
        encode_names(labels),
    )
    return digest16(_encode((DERIVED, name, kind, unit, service_name, labels))), series


def encode_labels(labels: Mapping[str, str]) -> str:
    """Labels as a series keeps them: JSON, keys in order."""
    return _encode(labels).decode()


def encode_names(labels: Mapping[str, str]) -> str:
    """The names of labels, in order, as a series keeps them."""
    return _encode(sorted(labels)).decode()
