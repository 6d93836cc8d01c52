"""A sender and a reader that know a MissionScope only from outside."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin

import httpx
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tests.blackbox.wire import JSON, PROTOBUF, Message, encode

RESPONSES = {"traces": ExportTraceServiceResponse, "logs": ExportLogsServiceResponse}
SETTLED_S = 60.0
"""On a machine that has much else to do. Nobody waits longer than it takes."""


class Answer(NamedTuple):
    """What the door said."""

    status: int
    content_type: str
    headers: dict[str, str]
    body: bytes
    rejected: int
    """From partial_success; 0 when it is unset."""
    message: str
    """partial_success.error_message, or the message of the Status of a refusal."""
    has_partial_success: bool


class Sender:
    """Posts to the doors with the project's key."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key
        self.http = httpx.Client(base_url=url, timeout=60, headers={"Authorization": f"Bearer {key}"}, trust_env=False)

    def close(self) -> None:
        self.http.close()

    def send(self, request: Message, encoding: str = JSON, signal: str = "traces", **headers: str) -> Answer:
        """Encode and post."""
        return self.post(encode(request, encoding, signal), encoding, signal, **headers)

    def post(
        self, body: Any, content_type: str | None = JSON, signal: str = "traces", method: str = "POST", **headers: str
    ) -> Answer:
        """Post bytes (or chunks); `headers` are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if content_type is not None:
            sent["Content-Type"] = content_type
        return read_answer(self.http.request(method, f"/v1/{signal}", content=body, headers=sent), signal)


def read_answer(response: httpx.Response, signal: str = "traces") -> Answer:
    """An answer of the door with its partial success or its status message, whichever encoding it came in."""
    content_type = response.headers.get("content-type", "")
    rejected, message, has_partial = 0, "", False
    if response.status_code == 200 and content_type == PROTOBUF:
        parsed = RESPONSES[signal].FromString(response.content)
        has_partial, message = parsed.HasField("partial_success"), parsed.partial_success.error_message
        rejected = getattr(parsed.partial_success, "rejected_spans" if signal == "traces" else "rejected_log_records")
    elif response.status_code == 200 and content_type.startswith(JSON):
        partial = json.loads(response.content).get("partialSuccess")
        has_partial, partial = partial is not None, partial or {}
        rejected = int(partial.get("rejectedSpans" if signal == "traces" else "rejectedLogRecords", 0))
        message = partial.get("errorMessage", "")
    elif content_type == PROTOBUF:
        message = Status.FromString(response.content).message
    elif content_type.startswith(JSON) and response.content:
        message = json.loads(response.content).get("message", "")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, content_type, headers, response.content, rejected, message, has_partial)


class Reader:
    """Reads back over REST with the project's key."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.http = httpx.Client(timeout=60, headers={"Authorization": f"Bearer {key}"}, trust_env=False)

    def close(self) -> None:
        self.http.close()

    def get(self, path: str, **parameters: str | int) -> httpx.Response:
        return self.http.get(urljoin(self.url, path), params=parameters or None)

    def read(self, path: str, **parameters: str | int) -> Any:
        """JSON of a 200; an error names the path."""
        response = self.get(path, **parameters)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text[:300]}"
        return strict_json(response.content)

    def pages(self, path: str, **parameters: str | int) -> Iterator[list[Any]]:
        """Every page of a list."""
        page = self.read(path, **parameters)
        yield page["results"]
        while page["next"]:
            page = self.read(urljoin(self.url, page["next"]))
            yield page["results"]

    def items(self, path: str, **parameters: str | int) -> list[Any]:
        """Every item of a list."""
        return [item for page in self.pages(path, **parameters) for item in page]

    def spans(self, mission: str, **parameters: str | int) -> list[Any]:
        return self.items(f"{mission_path(mission)}spans/", limit=1000, **parameters)

    def span(self, mission: str, sent: Message) -> Any:
        """One span with its payload."""
        return self.read(f"{mission_path(mission)}spans/{sent['traceId'].lower()}/{sent['spanId'].lower()}/")

    def attributes(self, mission: str, sent: Message) -> dict[str, Any]:
        found = self.span(mission, sent)["attributes"]
        return dict(found)

    def logs(self, mission: str) -> list[Any]:
        return self.items(f"{mission_path(mission)}logs/", limit=1000)

    def missions(self, text: str) -> list[Any]:
        """Those with the text in their id, as the list that is asked for it shows them."""
        return [item for item in self.items("/api/v1/missions/", q=text, limit=1000) if text in item["id"]]

    def mission(self, mission: str) -> Any:
        return self.read(mission_path(mission))

    def settled(self, mission: str, is_right: Callable[[Any], bool], within_s: float = SETTLED_S) -> Any:
        """The mission once `is_right`, within the time a recompute may take; else as it is then."""
        deadline = time.monotonic() + within_s
        while not is_right(found := self.mission(mission)) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def until_computed(self) -> None:
        """Wait until no mission's totals and outcomes are behind: from then on only what is sent changes a row."""
        deadline = time.monotonic() + SETTLED_S
        while any(check.get("waiting") for check in self.read("/readyz")["checks"]):
            assert time.monotonic() < deadline, "totals are still behind"
            time.sleep(0.02)

    def rejections(self) -> list[Any]:
        return self.items("/api/v1/rejections/", limit=1000)


def mission_path(mission: str) -> str:
    """Where a mission's resources live: any text the sender used as its id, percent-encoded."""
    return f"/api/v1/missions/{quote(mission, safe='')}/"


def strict_json(body: bytes) -> Any:
    """Parse JSON and refuse NaN and Infinity, which are none."""
    return json.loads(body, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
