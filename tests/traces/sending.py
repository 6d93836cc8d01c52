"""Log records through the door's own way, as tests of lists want them."""

from typing import Any

from tests.ingest.delivery import deliver
from tests.ingest.test_order import attribute

BASE_NS = 1_790_000_000_000_000_000


def line(at: int, body: str = "", **fields: Any) -> dict[str, Any]:
    """A record `at` seconds after BASE_NS. `fields`: severity, trace, span, and attributes with `__` for dots."""
    record: dict[str, Any] = {
        "timeUnixNano": str(BASE_NS + at * 10**9),
        "severityNumber": fields.pop("severity", 9),
        "body": {"stringValue": body or f"line {at}"},
    }
    for name, key in (("trace", "traceId"), ("span", "spanId")):
        if name in fields:
            record[key] = fields.pop(name)
    record["attributes"] = [attribute(name.replace("__", "."), value) for name, value in fields.items()]
    return record


def request(*records: dict[str, Any], service: str = "brain", host: str = "node-a") -> dict[str, Any]:
    """One OTLP request of one service."""
    resource = {"attributes": [attribute("service.name", service), attribute("host.name", host)]}
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": list(records)}]}]}


def send(project_id: int, *records: dict[str, Any], service: str = "brain", host: str = "node-a") -> None:
    """Stored."""
    deliver(project_id, request(*records, service=service, host=host), "logs")
