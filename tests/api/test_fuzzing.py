"""Requests drawn from the schema, fit and unfit: no 500, and every answer as the schema says."""

import time
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import PATIENCE_S, mission_path
from tests.api.test_schema import CONTRACT

pytestmark = pytest.mark.server

ALWAYS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
LIMITS = settings(
    max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="session")
def described(server: Any) -> Any:
    """The schema as the server gives it."""
    return schemathesis.openapi.from_url(f"{server.url}/api/v1/schema", headers={"Accept": "application/json"})


@pytest.fixture(scope="session")
def known(told: Any) -> dict[str, str]:
    """Parts of paths that are there."""
    span = told.asker.read(mission_path(told.rich, "spans/"))["results"][0]
    calls = {
        kind: told.asker.read(mission_path(told.rich, f"{kind}/"))["results"] for kind in ("llm-calls", "tool-calls")
    }
    parts = {kind: items[0]["id"] for kind, items in calls.items()}
    error = _first(told.asker, "/api/v1/errors/")
    parts |= {"group_pk": error, "event_pk": _first(told.asker, f"/api/v1/errors/{error}/events/")}
    return {"mission_id": quote(told.rich, safe=""), "trace_id": span["trace_id"], "span_id": span["span_id"], **parts}


def _first(asker: Any, path: str) -> str:
    """The id of the first of a list, once there is one."""
    deadline = time.monotonic() + PATIENCE_S
    while not (results := asker.read(path)["results"]):
        assert time.monotonic() < deadline, f"{path} stays empty"
        time.sleep(0.05)
    return str(results[0]["id"])


def ask_often(
    operation: Any, server: Any, mode: GenerationMode, checks: tuple[Any, ...], parts: dict[str, str]
) -> None:
    """Draw requests and judge the answers; `parts` of the path are put in place of drawn ones."""

    @LIMITS
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        for name in case.path_parameters:
            kind = next((kind for kind in ("llm-calls", "tool-calls") if name == "id" and kind in case.path), name)
            if kind in parts:
                case.path_parameters[name] = parts[kind]
        case.query.pop("cursor", None)  # opaque: only ours are taken, see test_paging
        response = case.call(base_url=server.url, headers={"Authorization": f"Bearer {server.key}"})
        case.validate_response(response, checks=checks)

    ask()


@pytest.mark.parametrize("path", sorted(CONTRACT))
def test_what_is_asked_as_described_is_answered_as_described(described, server, known, path):
    operation = described[f"/api/v1/{path}"]["GET"]
    ask_often(operation, server, GenerationMode.POSITIVE, (*ALWAYS, positive_data_acceptance), known)


@pytest.mark.parametrize("path", sorted(CONTRACT))
def test_what_is_asked_otherwise_breaks_nothing(described, server, path):
    operation = described[f"/api/v1/{path}"]["GET"]
    ask_often(operation, server, GenerationMode.NEGATIVE, (*ALWAYS, negative_data_rejection), {})
