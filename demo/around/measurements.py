"""What services measured every two minutes: requests by route, processes, queues, sockets, pages, conversations."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from demo.around.day import API, BRAIN, BROKER, BROWSER, RESTART_AT, WORKER, Day, strain, traffic
from demo.otlp_metrics import GAUGE, HISTOGRAM, INTERVAL_NS, LEVEL, Exemplar, Point, Series
from demo.records import Attributes, Service

MINUTES, STEP = 720, 2
"""How long before now the first point lies, and from one to the next. Twice the day: its last half can be compared."""
MIB = 2**20


class Durations(NamedTuple):
    """How long something takes, and how often it happens."""

    service: Service
    name: str
    attributes: Attributes
    per_minute: float
    median_s: float
    spread: float
    """Of the logarithm: 0.3 is narrow, 0.8 has a long tail."""
    slowdown: float = 0.0
    """How many times longer it takes at the worst, beside the usual time."""
    failing: float = 0.0
    """The share that fails at the worst."""


class Level(NamedTuple):
    """A value at each moment: `find` tells it from minutes ago and a random number of 0 up to 1."""

    service: Service
    name: str
    unit: str
    kind: str
    attributes: Attributes
    find: Callable[[float, float], float]


def _route(service: Service, method: str, route: str, *, rate: float, median: float, **fields: float) -> Durations:
    attributes = {"http.request.method": method, "http.route": route, "http.response.status_code": 200}
    spread = fields.pop("spread", 0.4)
    return Durations(service, "http.server.request.duration", attributes, rate, median, spread, **fields)


MESSAGES = "/conversations/{id}/messages"
DURATIONS = (
    _route(API, "POST", MESSAGES, rate=1.3, median=2.4, spread=0.55, slowdown=2.2, failing=0.35),
    _route(API, "POST", "/conversations", rate=0.3, median=0.11),
    _route(API, "GET", "/conversations/{id}", rate=1.1, median=0.034, slowdown=0.5),
    _route(API, "GET", "/missions/{id}", rate=0.8, median=0.052, spread=0.6),
    _route(BRAIN, "POST", "/chat", rate=1.2, median=1.7, spread=0.5, slowdown=3.0, failing=0.3),
    _route(BRAIN, "GET", "/models", rate=0.2, median=0.012, spread=0.3),
    *(
        Durations(BROWSER, "react.component.render.duration", {"component": name}, rate, median, spread)
        for name, rate, median, spread in (
            ("ConversationPane", 2.0, 0.021, 0.5),
            ("MissionGraph", 0.7, 0.088, 0.7),
            ("StatisticsPanel", 0.5, 0.034, 0.4),
        )
    ),
    Durations(API, "assistant.conversation.duration", {}, 0.9, 210, 0.6),
    Durations(WORKER, "messaging.process.duration", {
        "messaging.system": "rabbitmq", "messaging.destination.name": "refunds.requested",
    }, 0.6, 1.1, 0.5, 1.5),
    Durations(BRAIN, "messaging.process.duration", {
        "messaging.system": "rabbitmq", "messaging.destination.name": "steps.pending",
    }, 1.0, 0.7, 0.6, 4.0, 0.2),
)  # fmt: skip


def _uptime(ago: float) -> float:
    return 60.0 * (RESTART_AT - ago if ago <= RESTART_AT else 4_000 - ago)


LEVELS = (
    Level(API, "process.cpu.utilization", "1", GAUGE, {}, lambda ago, luck: 0.18 * traffic(ago) + 0.06 * luck),
    Level(BRAIN, "process.cpu.utilization", "1", GAUGE, {},
          lambda ago, luck: 0.31 * traffic(ago) + 0.08 * luck + 0.3 * strain(ago)),
    Level(WORKER, "process.cpu.utilization", "1", GAUGE, {}, lambda ago, luck: 0.07 * traffic(ago) + 0.03 * luck),
    Level(API, "process.memory.usage", "By", LEVEL, {},
          lambda ago, luck: (180 + _uptime(ago) / 60 * 0.05 + 9 * luck) * MIB),
    Level(BRAIN, "process.memory.usage", "By", LEVEL, {}, lambda ago, luck: (610 + 90 * strain(ago) + 25 * luck) * MIB),
    Level(API, "process.uptime", "s", GAUGE, {}, lambda ago, _: _uptime(ago)),
    Level(BRAIN, "process.uptime", "s", GAUGE, {}, lambda ago, _: 60.0 * (9_000 - ago)),
    Level(API, "http.server.active_requests", "{request}", LEVEL, {},
          lambda ago, luck: math.floor(2 * traffic(ago) + 2 * luck + 11 * strain(ago))),
    Level(BRAIN, "http.server.active_requests", "{request}", LEVEL, {},
          lambda ago, luck: math.floor(1.5 * traffic(ago) + 2 * luck + 9 * strain(ago))),
    Level(API, "websocket.connections.active", "{connection}", LEVEL, {},
          lambda ago, luck: 0 if abs(ago - RESTART_AT) < STEP else math.floor(26 * traffic(ago) + 3 * luck)),
    Level(API, "assistant.conversations.active", "{conversation}", LEVEL, {},
          lambda ago, luck: math.floor(7 * traffic(ago) + 2 * luck)),
    Level(BRAIN, "db.client.connection.count", "{connection}", LEVEL, {"db.client.connection.state": "used"},
          lambda ago, luck: min(20, math.floor(5 * traffic(ago) + 2 * luck + 16 * strain(ago)))),
    Level(API, "db.client.connection.count", "{connection}", LEVEL, {"db.client.connection.state": "used"},
          lambda ago, luck: math.floor(3 * traffic(ago) + 2 * luck)),
    Level(BROKER, "rabbitmq.message.current", "{message}", LEVEL, {"rabbitmq.queue.name": "steps.pending"},
          lambda ago, luck: math.floor(3 * luck + 140 * strain(ago - 4))),
    Level(BROKER, "rabbitmq.message.current", "{message}", LEVEL, {"rabbitmq.queue.name": "refunds.requested"},
          lambda ago, luck: math.floor(4 * luck * traffic(ago))),
)  # fmt: skip


def measure(day: Day) -> Iterator[Series]:
    """Every series of the day."""
    for level in LEVELS:
        points = tuple(Point(day.at(ago), (float(level.find(ago, day.random.random())),)) for ago in _moments())
        yield Series(level.service, level.name, level.unit, level.kind, level.attributes, points)
    for durations in DURATIONS:
        yield from _last(day, durations)


def _moments() -> range:
    return range(MINUTES, -1, -STEP)


def _last(day: Day, told: Durations) -> Iterator[Series]:
    """What went well, with exemplars, and what failed where something can."""
    exemplars = _exemplars(day, told)
    good: list[Point] = []
    bad: list[Point] = []
    for ago in _moments():
        time_ns = day.at(ago)
        here = tuple(one for one in exemplars if time_ns - INTERVAL_NS < one.time_ns <= time_ns)
        values = _draw(day, told, ago)
        failed = tuple(value for value in values if day.random.random() < told.failing * strain(ago))
        done = tuple(value for value in values if value not in failed) + tuple(one.value for one in here)
        good += [Point(time_ns, done, here)] if done else []
        bad += [Point(time_ns, failed)] if failed else []
    yield Series(told.service, told.name, "s", HISTOGRAM, told.attributes, tuple(good))
    if bad:
        yield Series(told.service, told.name, "s", HISTOGRAM, _as_failed(told.attributes), tuple(bad))


def _draw(day: Day, told: Durations, ago: float) -> tuple[float, ...]:
    expected = told.per_minute * STEP * traffic(ago)
    count = math.floor(expected) + (day.random.random() < expected % 1)
    median = told.median_s * (1 + told.slowdown * strain(ago))
    return tuple(round(day.random.lognormvariate(math.log(median), told.spread), 6) for _ in range(count))


def _as_failed(attributes: Attributes) -> Attributes:
    if "http.route" not in attributes:
        return attributes | {"error.type": "TimeoutError"}
    return attributes | {"http.response.status_code": 503, "error.type": "503"}


def _exemplars(day: Day, told: Durations) -> list[Exemplar]:
    """The requests of missions on this route: their durations count too."""
    route = told.attributes.get("http.route")
    return [
        Exemplar(span.end_ns, (span.end_ns - span.start_ns) / 1e9, span.trace_id, span.span_id)
        for span in (day.served(told.service) if route else ())
        if span.end_ns is not None
        and (span.attributes.get("http.route"), span.attributes.get("http.request.method"))
        == (route, told.attributes["http.request.method"])
    ]
