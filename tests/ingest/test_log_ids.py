"""Request, conversation and host of log records, whoever spells them, are columns that lists can filter by."""

from typing import Any

import pytest
from django.db import connection

from accounts.models import Project
from tests.ingest.delivery import deliver
from tests.ingest.test_order import attribute
from traces.models import Log
from traces.users import LONGEST_ID

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return Project.objects.create(name="P", slug="p")


def logs(*attributes: dict[str, Any], resource: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    record = {"timeUnixNano": "1700000000000000000", "body": {"stringValue": "x"}, "attributes": [*attributes]}
    block = {"resource": {"attributes": [*resource]}, "scopeLogs": [{"logRecords": [record]}]}
    return {"resourceLogs": [block]}


def stored(project: Project) -> tuple[str | None, str | None, str]:
    return Log.objects.filter(project_id=project.pk).values_list("request_id", "conversation_id", "host_name").get()


@pytest.mark.parametrize("name", ["request.id", "http.request.id", "request_id", "requestId"])
def test_a_request_is_found_by_every_spelling(project: Project, name: str) -> None:
    deliver(project.pk, logs(attribute(name, "r-1")), "logs")
    assert stored(project) == ("r-1", None, "")


def test_a_header_that_came_as_a_list_of_one_names_the_request(project: Project) -> None:
    value = {"arrayValue": {"values": [{"stringValue": "r-2"}]}}
    deliver(project.pk, logs({"key": "http.request.header.x-request-id", "value": value}), "logs")
    assert stored(project)[0] == "r-2"


@pytest.mark.parametrize(
    "name", ["gen_ai.conversation.id", "conversation.id", "conversation_id", "conversationId", "stage7.conversation.id"]
)
def test_a_conversation_is_found_by_every_spelling(project: Project, name: str) -> None:
    deliver(project.pk, logs(attribute(name, "c-1")), "logs")
    assert stored(project)[1] == "c-1"


def test_the_resource_says_what_the_record_does_not(project: Project) -> None:
    resource = (attribute("host.name", "h-1"), attribute("request.id", "of-all"))
    deliver(project.pk, logs(attribute("request.id", "own"), resource=resource), "logs")
    assert stored(project) == ("own", None, "h-1")


def test_an_id_too_long_to_tell_two_apart_is_none(project: Project) -> None:
    deliver(project.pk, logs(attribute("request.id", "x" * (LONGEST_ID + 1))), "logs")
    assert stored(project)[0] is None


@pytest.mark.parametrize("column", ["request_id", "conversation_id", "user_id"])
def test_looking_by_an_id_reads_its_index(project: Project, column: str) -> None:
    if connection.vendor == "postgresql":  # which reads an empty table faster without any
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    plan = Log.objects.filter(project_id=1, **{column: "x"}).order_by("-time_ns")[:50].explain()
    named = {"request_id": "request", "conversation_id": "conversation", "user_id": "of_user"}[column]
    assert f"traces_log_{named}" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
