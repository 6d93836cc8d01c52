"""What services around the missions tell: true to itself, of the past, and what pages need to show something."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from demo.around import day as days
from demo.around.day import API, BRAIN, KEY_ERROR, Day
from demo.around.lines import Line, write
from demo.around.measurements import MINUTES, measure
from demo.around.pages import tell_pages
from demo.around.reports import NEXT_RELEASE, PLUGIN, make_envelope, report
from demo.around.sending import come_back
from demo.door import Door
from demo.otlp_metrics import encode_metrics
from demo.samples import SCENARIOS, send_past
from metrics.dashboards import frontend, sdk, services
from metrics.dashboards.panels import Dashboard
from tests.blackbox.client import SETTLED_S, Reader
from tests.demo.recorder import Recorder
from tests.servers import Server

NOW_NS = 1_900_000_000_000_000_000
MINUTE_NS = 60 * 10**9
PAST = [scenario for scenario in SCENARIOS.values() if not scenario.is_live]


def begin(seed: int = 0) -> Day:
    stories = {scenario.slug: scenario.told(seed=seed, now_ns=NOW_NS) for scenario in PAST}
    return days.begin(stories, seed=seed, now_ns=NOW_NS)


def tell(seed: int = 0) -> list[object]:
    day = begin(seed)
    return [write(day), tell_pages(day), encode_metrics(measure(day)), report(day)]


def list_pushed(dashboard: Dashboard) -> set[str]:
    """The metrics it asks for that nobody derives."""
    panels = {query.name for panel in dashboard.panels for query in panel.queries}
    asked = panels | {tile.query.name for tile in dashboard.tiles}
    return {name for name in asked if not name.startswith("missionscope.")}


def test_the_same_seed_tells_the_same_and_another_seed_something_else() -> None:
    told, again, other = tell(), tell(), tell(1)
    assert told == again
    assert all(mine != theirs for mine, theirs in zip(told, other, strict=True))


def test_everything_lies_in_the_past() -> None:
    day = begin()
    times = [log.time_ns for log in tell_pages(day)]
    times += [point.time_ns for series in measure(day) for point in series.points]
    times += [one.time_ns for series in measure(day) for point in series.points for one in point.exemplars]
    times += [line["time"] * 1_000_000 for line in write(day) if "time" in line]
    assert min(times) >= NOW_NS - MINUTES * MINUTE_NS
    assert max(times) <= NOW_NS
    moments = [line["timestamp"] for line in write(day) if "timestamp" in line]
    moments += [str(event["timestamp"]) for event in report(day)]
    assert days.write_time(NOW_NS - MINUTES * MINUTE_NS) < min(moments)
    assert max(moments) <= days.write_time(NOW_NS)


@pytest.mark.parametrize(
    "dashboard", [services.DASHBOARD, sdk.DASHBOARD, frontend.DASHBOARD], ids=lambda each: each.slug
)
def test_each_pushed_metric_of_a_dashboard_is_told(dashboard: Dashboard) -> None:
    assert list_pushed(dashboard) <= {series.name for series in measure(begin()) if series.points}


def test_no_line_of_an_error_names_a_mission() -> None:
    """The missions' verdicts are their own."""
    grave = [line for line in write(begin()) if line["level"] in ("error", 50)]
    assert grave
    assert not [line for line in grave if "mission_id" in line or "missionId" in line]
    assert not [log for log in tell_pages(begin()) if log.trace_id]


def test_warnings_come_before_the_error() -> None:
    lines = [line for line in write(begin()) if line.get("service") == BRAIN.name]
    failed = next(place for place, line in enumerate(lines) if line["level"] == "error")
    before = [line["level"] for line in lines[:failed]]
    assert before[-20:].count("warning") >= 15
    assert lines[failed]["exception"].startswith("Traceback")


def test_metrics_and_the_spans_of_missions_tell_the_same_requests() -> None:
    day = begin()
    spans = {(span.trace_id, span.span_id): span for each in (API, BRAIN) for span in day.served(each)}
    exemplars = [one for series in measure(day) for point in series.points for one in point.exemplars]
    assert len(exemplars) > 40
    for one in exemplars:
        span = spans[one.trace_id, one.span_id]
        assert one.time_ns == span.end_ns
        assert one.value == pytest.approx((one.time_ns - span.start_ns) / 1e9)


def test_it_takes_few_requests(recorder: Recorder) -> None:
    send_past(Door(recorder.url, "key"), PAST, seed=0, project="mine")
    paths = [request.path for request in recorder.requests]
    assert [path for path in paths if "stage7" not in path][-4:] == [
        "/api/v1/logs", "/v1/logs", "/v1/metrics", "/api/mine/envelope/",
    ]  # fmt: skip
    assert len(recorder.metrics) > 12
    lines: list[Line] = [item for path, item in recorder.items if path == "/api/v1/logs"]
    assert {line["level"] for line in lines} >= {20, 30, 40, "debug", "info", "warning", "error"}
    envelope = [item for path, item in recorder.items if path == "/api/mine/envelope/"]
    assert json.dumps(envelope).count('"type": "event"') == len(make_envelope(report(begin()))) // 2


def wait_for_regression(stored: Reader, title: str) -> dict[str, Any]:
    """The error of this title that a Sentry client told of, once it has come back or a minute is over."""
    deadline = time.monotonic() + SETTLED_S
    while True:
        groups = stored.items("/api/v1/errors/")
        group = next(each for each in groups if (each["source"], each["title"]) == ("sentry", title))
        if group["is_regressed"] or time.monotonic() > deadline:
            return group
        time.sleep(0.1)


@pytest.fixture(scope="module")
def stored(server: Server) -> Iterator[Reader]:
    """The server, once everything of the past is there and computed."""
    send_past(Door(server.url, server.key), PAST, seed=11, project="default")
    with closing(Reader(server.url, server.key)) as reader:
        reader.until_computed()
        yield reader


@pytest.mark.server
def test_errors_lead_to_the_mission_they_happened_in(stored: Reader, server: Server) -> None:
    assert come_back(Door(server.url, server.key), project="default", seed=11)
    mission_id = SCENARIOS["team_day"].told(seed=11, now_ns=NOW_NS).mission_id
    verdict = stored.mission(mission_id)["verdict"]
    assert "TypeError: Cannot read properties of undefined" in verdict
    back = wait_for_regression(stored, ": ".join(KEY_ERROR))
    assert (back["status"], back["is_regressed"], back["service_name"]) == ("unresolved", True, PLUGIN)
    groups = {group["title"]: group for group in stored.items("/api/v1/errors/") if group["source"] == "sentry"}
    assert groups["TypeError: Cannot read properties of undefined (reading 'name')"]["mission_count"] == 1
    assert NEXT_RELEASE in stored.read(f"/api/v1/errors/{back['id']}/events/")["results"][0]["release"]


@pytest.mark.server
def test_lines_and_exemplars_lead_to_missions(stored: Reader) -> None:
    mission_id = SCENARIOS["team_day"].told(seed=11, now_ns=NOW_NS).mission_id
    lines = stored.logs(mission_id)
    assert {line["service_name"] for line in lines} >= {"assistant-api", "brain", "mcsreact"}
    exemplars = stored.read("/api/v1/metrics/exemplars/?name=http.server.request.duration&since_ns=1")["results"]
    traces = {span["trace_id"] for span in stored.spans(mission_id)}
    assert traces & {one["trace_id"] for one in exemplars}


@pytest.mark.server
def test_what_went_well_still_has_no_verdict(stored: Reader) -> None:
    for slug in ("weekly_report", "refund_handoff", "account_opening", "meeting_minutes"):
        mission = stored.mission(SCENARIOS[slug].told(seed=11, now_ns=NOW_NS).mission_id)
        assert (mission["status"], mission["verdict"]) == ("ok", "")
