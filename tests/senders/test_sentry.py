"""Sentry's own clients for Python and Node, given a DSN of this installation."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.blackbox.client import Reader
from tests.senders.dsn import get_dsn
from tests.senders.sentry.python_program import SECRET
from tests.servers import ROOT, Server

HERE = Path(__file__).parent / "sentry"
RUN_S = 60


@pytest.fixture
def dsn(server: Server) -> str:
    """Of the project `default`."""
    return get_dsn(server)


@pytest.fixture
def run_sentry(dsn: str, mission: str) -> Callable[..., None]:
    """Runs a program that reports to the DSN, to its end."""

    def run(*command: str) -> None:
        done = subprocess.run(
            [*command, dsn, mission], cwd=ROOT, capture_output=True, text=True, timeout=RUN_S, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr[-3000:]

    return run


def by_name(stored: Reader, mission: str) -> dict[str, Any]:
    return {row["name"]: row for row in stored.spans(mission)}


def test_a_python_service(run_sentry: Callable[..., None], stored: Reader, mission: str) -> None:
    run_sentry(sys.executable, "-m", "tests.senders.sentry.python_program")
    spans = by_name(stored, mission)
    assert set(spans) == {"GET /bill", "GET /prices"}
    assert spans["GET /prices"]["parent_span_id"] == spans["GET /bill"]["span_id"]
    assert (spans["GET /bill"]["otel_kind"], spans["GET /prices"]["otel_kind"]) == ("SERVER", "CLIENT")

    logs = {row["body"]: row for row in stored.logs(mission)}
    assert set(logs) == {"ValueError: no price for fish", "closing early", "bill of 4 guests is late"}
    failure = logs["ValueError: no price for fish"]
    assert failure["span_id"] == spans["GET /prices"]["span_id"]
    assert (failure["severity_number"], failure["service_name"]) == (17, "cashier")
    told = failure["attributes"]
    assert (told["exception.type"], told["exception.message"]) == ("ValueError", "no price for fish")
    assert told["exception.stacktrace"].count("Traceback (most recent call last):") == 2
    assert "in find_price" in told["exception.stacktrace"]
    assert (told["missionscope.agent.id"], told["missionscope.step.id"]) == ("agent-5", "step-9")
    assert [crumb["message"] for crumb in told["sentry.breadcrumbs"]] == ["the bill was asked for"]
    assert SECRET not in str(told)
    assert "password" in told["sentry.exception"][-1]["stacktrace"]["frames"][-1]["vars"]

    stored.until_computed()
    (group,) = stored.items("/api/v1/errors/", mission=mission)
    (event,) = stored.items(f"/api/v1/errors/{group['id']}/events/", mission=mission)
    assert (event["release"], event["environment"], event["user_id"]) == ("cashier@1.2.3", "staging", "user-8")
    assert failure["host_name"] == "till-1"

    (attached,) = logs["closing early"]["attributes"]["sentry.attachments"]
    assert (attached["file_name"], attached["size_bytes"]) == ("till.log", 300_000)
    assert "262144 bytes" in attached["not_kept"]
    assert logs["bill of 4 guests is late"]["severity_number"] == 13


def test_a_node_service(sentry_packages: Path, run_sentry: Callable[..., None], stored: Reader, mission: str) -> None:
    run_sentry("node", str(sentry_packages / "node_program.mjs"))
    spans = by_name(stored, mission)
    assert set(spans) == {"POST /tables", "find a table"}
    assert spans["find a table"]["parent_span_id"] == spans["POST /tables"]["span_id"]

    logs = {row["body"]: row for row in stored.logs(mission)}
    assert set(logs) == {"RangeError: no table for 7", "closing early", "table 12 is wobbly"}
    failure = logs["RangeError: no table for 7"]
    assert failure["span_id"] == spans["find a table"]["span_id"]
    assert failure["service_name"] == "concierge"
    told = failure["attributes"]
    assert told["exception.type"] == "RangeError"
    lines = told["exception.stacktrace"].splitlines()
    assert lines[0] == "RangeError: no table for 7"
    assert lines[1].startswith("    at bookTable (")
    assert "node_program.mjs:" in lines[1]
    assert any(line.startswith("Caused by: SyntaxError: ") for line in lines)
    assert told["missionscope.step.id"] == "step-3"
    menu, photo = told["sentry.attachments"]
    assert (menu["text"], photo["not_kept"]) == ("soup, fish", "Only texts are kept.")
    assert "anna@example.org" not in str(told)
    assert logs["table 12 is wobbly"]["severity_number"] == 13
