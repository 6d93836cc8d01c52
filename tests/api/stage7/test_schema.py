"""Answers in stage7's shapes are as the OpenAPI schema says."""

import jsonschema
import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.api.stage7.conftest import Told
from tests.api.test_schema import resolve

pytestmark = pytest.mark.server
ROOT = "/api/v1/stage7/"
PATHS = (
    "missions", "missions/{mission_id}/statistics", "missions/{mission_id}/agents",
    "missions/{mission_id}/human-requests", "step/{step_id}", "agent/{agent_id}", "brain/models", "brain/performance",
    "brain/performance/rankings",
)  # fmt: skip


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_every_path_is_described_once(schema):
    assert {path for path in schema["paths"] if path.startswith(ROOT)} == {ROOT + path for path in PATHS}


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_as_described(made: Told, schema, path: str):
    run = made.run
    operation = schema["paths"][ROOT + path]["get"]
    given = {"mission_id": run.mission, "step_id": run.id("silent"), "agent_id": run.id("agent-one")}
    for name, status in (("", 200), ("zz", 404)):
        if status == 404 and "{" not in path:
            continue
        described = resolve(schema, operation["responses"][str(status)]["content"]["application/json"]["schema"])
        answer = made.asker.get(ROOT + path.format(**{key: value + name for key, value in given.items()}))
        assert answer.status_code == status
        jsonschema.validate(answer.json(), described, cls=jsonschema.Draft202012Validator)
