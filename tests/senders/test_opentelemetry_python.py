"""OpenTelemetry's own SDK and exporters for Python: spans, events, links, errors and logs arrive as they were made."""

import logging

import pytest
from opentelemetry.sdk._logs import LoggingHandler
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

from tests.blackbox.client import Reader, mission_path
from tests.senders.program import make_telemetry
from tests.servers import Server


def test_spans_and_logs_of_the_sdk_arrive_as_they_were_made(
    server: Server, stored: Reader, mission: str, caplog: pytest.LogCaptureFixture
) -> None:
    tracers, loggers = make_telemetry(server.url, server.key)
    tracer = tracers.get_tracer("weather.desk", "3.1")
    logger = logging.getLogger(f"weather.{mission}")
    logger.addHandler(LoggingHandler(logger_provider=loggers))
    logger.setLevel(logging.INFO)
    with tracer.start_as_current_span("plan the day", attributes={"mission.id": mission, "hours": [8, 12]}) as root:
        with tracer.start_as_current_span(
            "ask the archive", kind=SpanKind.CLIENT, links=[Link(root.get_span_context())]
        ) as child:
            child.add_event("cache miss", {"key": "oslo/2024"})
            logger.warning("archive is slow: %s s", 4.2, extra={"shard": 7})
        try:
            with tracer.start_as_current_span("send the letter"):
                raise TimeoutError("the post office does not answer")
        except TimeoutError:
            root.set_status(Status(StatusCode.ERROR, "no letter was sent"))
    tracers.shutdown()
    loggers.shutdown()
    assert not [record for record in caplog.records if record.name.startswith("opentelemetry")]

    rows = {row["name"]: row for row in stored.spans(mission)}
    assert set(rows) == {"plan the day", "ask the archive", "send the letter"}
    trace_id = f"{root.get_span_context().trace_id:032x}"
    assert {row["trace_id"] for row in rows.values()} == {trace_id}
    assert rows["ask the archive"]["parent_span_id"] == rows["plan the day"]["span_id"]
    assert rows["plan the day"]["parent_span_id"] in ("", None)
    assert rows["ask the archive"]["start_ns"] == str(child.start_time)
    assert rows["ask the archive"]["end_ns"] == str(child.end_time)
    assert {row["service_name"] for row in rows.values()} == {"weather-desk"}
    assert rows["ask the archive"]["otel_kind"] == "CLIENT"
    assert rows["send the letter"]["status_code"] == rows["plan the day"]["status_code"] == "ERROR"
    assert rows["plan the day"]["status_message"] == "no letter was sent"

    def detail(name: str) -> dict:
        return stored.read(f"{mission_path(mission)}spans/{trace_id}/{rows[name]['span_id']}/")

    assert detail("plan the day")["attributes"] == {"mission.id": mission, "hours": [8, 12]}
    asked = detail("ask the archive")
    assert asked["scope"]["name"] == "weather.desk"
    assert asked["scope"]["version"] == "3.1"
    assert asked["resource"]["attributes"]["telemetry.sdk.language"] == "python"
    assert [(event["name"], event["attributes"]) for event in asked["events"]] == [("cache miss", {"key": "oslo/2024"})]
    assert [link["span_id"] for link in asked["links"]] == [rows["plan the day"]["span_id"]]
    failure = detail("send the letter")["events"][0]
    assert failure["name"] == "exception"
    assert failure["attributes"]["exception.type"] == "TimeoutError"
    assert "post office" in failure["attributes"]["exception.stacktrace"]

    (record,) = stored.logs(mission)
    assert record["body"] == "archive is slow: 4.2 s"
    assert (record["severity_number"], record["severity_text"]) == (13, "WARN")
    assert (record["trace_id"], record["span_id"]) == (trace_id, rows["ask the archive"]["span_id"])
    assert record["attributes"]["shard"] == 7

    found = stored.settled(mission, lambda m: m["span_count"] == 3 and m["log_count"] == 1)
    assert (found["span_count"], found["error_count"], found["log_count"]) == (3, 2, 1)
    assert found["status"] == "failed"
    assert found["services"] == ["weather-desk"]
