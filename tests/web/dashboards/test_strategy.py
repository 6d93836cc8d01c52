"""Every number that docs/strategy.md promises is drawn by a dashboard that is there from the start, once it is sent."""

from typing import Any

import pytest

from tests.ingest.delivery import deliver
from tests.metrics.derive.records import call, from_service, log, log_request, settle, span
from tests.metrics.making import BEGIN_NS, minute
from tests.metrics.pushing import at, metric, point, push, request, roll

pytestmark = pytest.mark.django_db
PERIOD = {"since_ns": str(BEGIN_NS), "until_ns": str(minute(10))}


@pytest.fixture(autouse=True)
def _minutes_are_kept(settings: Any) -> None:
    """However long ago the first minute is by now."""
    settings.MISSIONSCOPE_METRIC_MINUTES_DAYS = 10_000


def drawn(client: Any, dashboard: str, panel: str) -> dict[str, float]:
    """By label of its series the largest value."""
    answer = client.get(f"/dashboards/{dashboard}/panels/{panel}", PERIOD)
    assert answer.status_code == 200, answer.content
    return {
        each["label"]: round(max(value for _, value, _ in each["points"] if value is not None), 3)
        for each in answer.json()["series"]
    }


def tool(number: int, start: int, end: int, **fields: Any) -> dict[str, Any]:
    named = {"gen_ai__operation__name": "execute_tool", "gen_ai__tool__name": "search"}
    return span(number, start, end, "execute_tool search", **named, **fields)


@pytest.fixture
def told(project: Any) -> None:
    """What the layers tell of one mission by spans and log records."""
    usage = {"gen_ai__usage__input_tokens": 100, "gen_ai__usage__output_tokens": 20}
    agent = {"gen_ai__operation__name": "invoke_agent", "gen_ai__agent__name": "planner"}
    page = {"http__url": "https://a.example/"}
    api = (
        span(1, 0, 2, "POST /missions", kind=2),
        span(2, 0, 4, "POST /missions", kind=2, status=2, error__type="503"),
        span(3, 0, 1, "Assistant.startConversation"),
        span(4, 0, 50, "HumanInTheLoop.ask"),
        span(5, 0, 1, "Tool.execute"),
        span(6, 0, 3, "Tool.execute", status=2),
    )
    core = (
        span(10, 0, 3, "process steps.pending", kind=5),
        span(11, 0, 8, "invoke_agent planner", **agent),
        call(12, 0, 4, **usage),
        tool(13, 0, 1),
        tool(14, 0, 3, status=2),
    )
    pages = (span(20, 0, 2, "documentLoad"), span(21, 3, 3, "click", **page), span(22, 3, 3, "submit", **page))
    for service, spans in (("api", api), ("brain", core), ("mcsreact", pages)):
        deliver(project.pk, from_service(service, *spans))
    records = (log(5, 17, event="browser.sentry.event"), log(6, 9, event="browser.websocket.open"), log(7, 21))
    deliver(project.pk, log_request(*records, service="mcsreact"), "logs")
    settle(project.pk)


@pytest.mark.parametrize(
    ("dashboard", "panel", "series"),
    [
        ("services", "endpoints", {"POST /missions": 0.033}),
        ("services", "endpoints-p90", {"POST /missions": 4.0}),
        ("services", "endpoints-p99", {"POST /missions": 4.0}),
        ("services", "endpoints-errors", {"POST /missions": 0.5}),
        ("services", "worked", {"process steps.pending": 3.0}),
        ("overview", "requests", {"api": 4.0}),
        ("overview", "request-errors", {"api": 0.5}),
        ("overview", "active", {"missions": 1.0, "agents": 1.0}),
        ("overview", "logs", {"critical": 1.0, "error": 1.0, "info": 1.0}),
        ("agents", "agents", {"planner": 8.0}),
        ("llm", "tokens", {"input": 100.0, "output": 20.0}),
        ("llm", "latency-provider", {"acme": 4.0}),
        ("llm", "latency-service", {"brain": 4.0}),
        ("sdk", "calls", {"Assistant.startConversation": 1.0, "HumanInTheLoop.ask": 1.0, "Tool.execute": 2.0}),
        ("sdk", "errors", {"Assistant.startConversation": 0.0, "HumanInTheLoop.ask": 0.0, "Tool.execute": 0.5}),
        ("sdk", "asked", {"p50": 50.0, "p90": 50.0, "p99": 50.0}),
        ("tools", "errors", {"search": 0.5}),
        ("tools", "p90", {"search": 3.0}),
        ("frontend", "loads", {"p50": 2.0, "p90": 2.0, "p99": 2.0}),
        ("frontend", "done", {"click": 1.0, "submit": 1.0}),
        ("frontend", "errors", {"mcsreact": 1.0}),
        ("frontend", "sockets", {"open": 1.0}),
    ],
)
def test_what_records_tell_is_drawn(as_alice: Any, told: None, dashboard: str, panel: str, series: dict[str, float]):
    shown = drawn(as_alice, dashboard, panel)
    assert shown == {label: pytest.approx(value, rel=0.02) for label, value in series.items()}


def level(name: str, value: float, **labels: str) -> dict[str, Any]:
    named = {key.replace("__", "."): text for key, text in labels.items()}
    return metric("gauge", point(at(0, 5), asDouble=value, labels=named), name=name)


def duration(name: str, **labels: str) -> dict[str, Any]:
    """Ten measurements of one to two seconds."""
    told = {"explicitBounds": [1, 2], "bucketCounts": ["0", "10", "0"], "count": "10", "sum": 15.0}
    return metric("histogram", point(at(0, 5), labels=labels, **told), name=name, temporality=1)


@pytest.mark.parametrize(
    ("dashboard", "panel", "sent", "series"),
    [
        ("services", "cpu", level("process.cpu.utilization", 0.5), {"api": 0.5}),
        ("services", "memory", level("process.memory.usage", 2e8), {"api": 2e8}),
        ("services", "pool", level("db.client.connection.count", 7, db__client__connection__state="used"), {"api": 7}),
        ("services", "queued", level("rabbitmq.message.current", 40, rabbitmq__queue__name="steps"), {"steps": 40}),
        ("services", "sockets", level("websocket.connections.active", 12), {"api": 12}),
        ("services", "uptime", level("process.uptime", 600), {"api": 600}),
        ("sdk", "open", level("assistant.conversations.active", 3), {"api": 3}),
        ("sdk", "lasting", duration("assistant.conversation.duration"), {"p50": 1.5, "p90": 1.9, "p99": 2.0}),
        ("frontend", "render", duration("react.component.render.duration", component="Plan"), {"Plan": 1.9}),
    ],
)
def test_what_programs_push_is_drawn(
    as_alice: Any, project: Any, dashboard: str, panel: str, sent: dict[str, Any], series: dict[str, float]
):
    push(project.pk, request(sent, service="api"))
    roll()
    shown = drawn(as_alice, dashboard, panel)
    assert shown == {label: pytest.approx(value, rel=0.1) for label, value in series.items()}
