"""Missions sent through the real door to a started server, and a way to ask it."""

import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin

import httpx
import pytest

SOURCES = ("agentprism", "langfuse", "openhands", "tau2", "inspect_ai", "zipkin", "whoandwhen")
PATIENCE_S = 60
LARGEST_LINE = 300_000


class Asker:
    """Asks a started server over HTTP with a key."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.http = httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False)

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        return self.http.get(path, params=parameters or None)

    def read(self, path: str, **parameters: Any) -> Any:
        """The JSON of a 200."""
        response = self.get(path, **parameters)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text[:300]}"
        return json.loads(response.content, parse_constant=_refuse_constant)

    def walk(self, path: str, **parameters: Any) -> list[Any]:
        """Every item of a list, page by page."""
        found: list[Any] = []
        page = self.read(path, **parameters)
        while True:
            found += page["results"]
            if page["next"] is None:
                return found
            assert page["results"], "a page before the last is not empty"
            page = self.read(urljoin(self.url, page["next"]))

    def send(self, request: dict[str, Any], signal: str = "traces") -> None:
        response = self.http.post(f"/v1/{signal}", json=request)
        assert response.status_code == 200, response.text[:300]

    def settled(self, mission_id: str, span_count: int) -> Any:
        """The mission once it holds all its spans and its totals are written."""
        deadline = time.monotonic() + PATIENCE_S
        self.until_computed()
        while (mission := self.read(mission_path(mission_id)))["span_count"] != span_count:
            assert time.monotonic() < deadline, f"{mission_id} has {mission['span_count']} of {span_count} spans"
            time.sleep(0.05)
        return mission

    def until_computed(self) -> None:
        """Wait until no mission's totals are behind."""
        deadline = time.monotonic() + PATIENCE_S
        while any(check.get("waiting") for check in self.read("/readyz")["checks"]):
            assert time.monotonic() < deadline, "totals are still behind"
            time.sleep(0.02)


class Told(NamedTuple):
    """A server that has been told of missions."""

    asker: Asker
    missions: dict[str, dict[str, Any]]
    """By id: the mission as it is once computed."""
    rich: str
    """Id of the mission that has something of everything."""


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def mission_path(mission_id: str, rest: str = "") -> str:
    return f"/api/v1/missions/{quote(mission_id, safe='')}/{rest}"


@pytest.fixture(scope="session")
def asker(server: Any) -> Iterator[Asker]:
    found = Asker(server.url, server.key)
    yield found
    found.http.close()


@pytest.fixture(scope="session")
def told(asker: Asker, shared_data: Path) -> Told:
    """Recorded runs of seven senders and one made mission, all computed."""
    sent: dict[str, int] = {}
    for source in SOURCES:
        for request in _first_requests(shared_data / "data" / "otlp" / f"{source}.jsonl", 2):
            asker.send(request)
            spans = [
                span for block in request["resourceSpans"] for group in block["scopeSpans"] for span in group["spans"]
            ]
            sent[_mission_of(request)] = len(spans)
    rich = f"rich {secrets.token_hex(4)}"
    traces, logs = make_rich_mission(rich)
    asker.send(traces)
    asker.send(logs, "logs")
    sent[rich] = len(traces["resourceSpans"][0]["scopeSpans"][0]["spans"])
    return Told(asker, {mission: asker.settled(mission, count) for mission, count in sent.items()}, rich)


def _first_requests(path: Path, count: int) -> list[dict[str, Any]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if len(line) < LARGEST_LINE]
    return [json.loads(line) for line in lines[:count]]


def _mission_of(request: dict[str, Any]) -> str:
    attributes = request["resourceSpans"][0]["resource"]["attributes"]
    return str(next(each["value"]["stringValue"] for each in attributes if each["key"] == "mission.id"))


def attribute(key: str, value: Any) -> dict[str, Any]:
    """A key and a value as OTLP/JSON has them."""
    if isinstance(value, bool):
        return {"key": key, "value": {"boolValue": value}}
    if isinstance(value, int):
        return {"key": key, "value": {"intValue": str(value)}}
    return {"key": key, "value": {"stringValue": value if isinstance(value, str) else json.dumps(value)}}


def make_span(
    trace_id: str, at: int, name: str, *, parent: int = 0, seconds: float | None = 1, **attributes: Any
) -> Any:
    """A span that starts `at` seconds into a minute that is over; names of attributes with `__` for dots."""
    start_ns = (time.time_ns() // 10**9 - 60 + at) * 10**9
    span = {
        "traceId": trace_id,
        "spanId": f"{at + 1:016x}",
        "name": name,
        "kind": 1,
        "startTimeUnixNano": str(start_ns),
        "attributes": [attribute(key.replace("__", "."), value) for key, value in attributes.items()],
    }
    if parent:
        span["parentSpanId"] = f"{parent:016x}"
    if seconds is not None:
        span["endTimeUnixNano"] = str(start_ns + int(seconds * 10**9))
    return span


def make_request(mission_id: str, spans: list[Any], **resource: Any) -> dict[str, Any]:
    """The spans of one mission as a request."""
    attributes = [attribute("service.name", "tests"), attribute("mission.id", mission_id)]
    attributes += [attribute(key.replace("__", "."), value) for key, value in resource.items()]
    return {"resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": [{"spans": spans}]}]}


def make_rich_mission(mission_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two agents with steps, one of them done twice; a model call, a tool run, a question, states and logs."""
    trace = secrets.token_hex(16)
    step = {"missionscope__span__kind": "STEP", "gen_ai__agent__name": "planner"}
    chat = {"gen_ai__operation__name": "chat", "gen_ai__request__model": "gpt-4o", "gen_ai__provider__name": "openai"}
    said = [{"role": "user", "parts": [{"type": "text", "content": "plan the trip"}]}]
    spans = [
        make_span(trace, 0, "invoke_agent planner", seconds=40, gen_ai__operation__name="invoke_agent",
                  gen_ai__agent__name="planner"),
        make_span(trace, 1, "SEARCH flights", parent=1, seconds=3, missionscope__step__id="search",
                  missionscope__step__verb="SEARCH", **step),
        make_span(trace, 2, "SEARCH flights", parent=1, seconds=9, missionscope__step__id="search", **step),
        make_span(trace, 3, "chat gpt-4o", parent=3, gen_ai__input__messages=said, gen_ai__usage__input_tokens=12,
                  gen_ai__usage__output_tokens=5, **chat),
        make_span(trace, 5, "execute_tool lookup", parent=3, gen_ai__operation__name="execute_tool",
                  gen_ai__tool__name="lookup", gen_ai__tool__call__arguments={"to": "LIS"},
                  gen_ai__tool__call__result={"price": 120}),
        make_span(trace, 12, "BOOK the flight", parent=1, seconds=20, missionscope__step__id="book", **step),
        make_span(trace, 13, "ask the traveller", parent=13, seconds=4, missionscope__span__kind="HUMAN",
                  input__value={"question": "Is 120 euro fine?"}, output__value={"answer": "yes"}),
        make_span(trace, 18, "ask for the passport", parent=13, seconds=None, missionscope__span__kind="HUMAN",
                  missionscope__human__question="Passport number?"),
    ]  # fmt: skip
    spans[1]["status"] = {"code": 2, "message": "timeout"}
    spans[5]["links"] = [{"traceId": trace, "spanId": spans[2]["spanId"]}]
    states = [
        (4, "snapshot", {"stage": "search"}),
        (14, "patch", [{"op": "replace", "path": "/stage", "value": "book"}]),
    ]
    spans[0]["events"] = [
        {
            "timeUnixNano": str(int(spans[0]["startTimeUnixNano"]) + at * 10**9),
            "name": f"missionscope.state.{word}",
            "attributes": [attribute(f"missionscope.state.{word}", value)],
        }
        for at, word, value in states
    ]
    records = [
        {
            "timeUnixNano": str(int(spans[0]["startTimeUnixNano"]) + at * 10**9),
            "severityNumber": 9 + 8 * (at % 2),
            "body": {"stringValue": f"line {at}"},
            "traceId": trace,
            "spanId": spans[at % len(spans)]["spanId"],
        }
        for at in range(1, 24)
    ]
    resource = {"attributes": [attribute("service.name", "tests"), attribute("mission.id", mission_id)]}
    logs = {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": records}]}]}
    return make_request(mission_id, spans), logs
