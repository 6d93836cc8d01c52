"""The labels of a series: its attributes, then those of its resource, and the name of its service. No Django here."""

from collections.abc import Mapping

import msgspec

SERVICE_WORDS = ("service", "service.name")
ERROR, ERROR_TYPE = "error", "error.type"
"""Labels that tell failures apart: ours is true or false, OpenTelemetry's names what went wrong."""


class SeriesRow(msgspec.Struct, frozen=True):
    """A series, as it is read."""

    pk: int
    name: str
    kind: str
    unit: str
    is_gauge: bool
    """Its values are levels, not amounts: adding them over time means nothing."""
    origin: str
    service_name: str
    attributes: Mapping[str, str]
    resource: Mapping[str, str]
    first_ns: int = 0

    def get_label(self, label: str) -> str:
        """The value of a label, empty where the series has none."""
        value = self.attributes.get(label)
        if value is None and label in SERVICE_WORDS:
            return self.service_name
        return self.resource.get(label, "") if value is None else value

    def has_failed(self) -> bool | None:
        """Whether all that it counts are failures; None when its labels do not say."""
        error = self.attributes.get(ERROR)
        if error is not None:
            return error == "true"
        return True if self.attributes.get(ERROR_TYPE) else None


def is_gauge(kind: str, temporality: str, *, is_monotonic: bool) -> bool:
    """Whether values are levels: gauges, and sums that may also fall and are told as a whole."""
    return kind == "gauge" or (kind == "sum" and not is_monotonic and temporality == "cumulative")


def matches(series: SeriesRow, filters: Mapping[str, frozenset[str]]) -> bool:
    """Whether each label has one of the values wanted of it."""
    return all(series.get_label(label) in values for label, values in filters.items())
