"""Missions that came through the door, and their pages."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from web.presenters.paths import mission_path

Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def _forget_trees() -> None:
    """Keys of missions begin again with each test; trees that were kept by key must not."""
    from web import mission_reads

    mission_reads.forget_trees()


class Mission:
    """A stored mission, and Alice's view of it."""

    def __init__(self, key: str, client: Client) -> None:
        self.key, self.client = key, client
        self.base = mission_path(key).rstrip("/")

    def get(self, path: str = "/", **query: Any) -> Any:
        """An answer below the mission's address."""
        return self.client.get(self.base + path, query)

    def json(self, path: str, **query: Any) -> Any:
        """The same, read as JSON."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content[:500]
        return answer.json()

    def html(self, path: str = "/", **query: Any) -> str:
        """The same as text."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content[:500]
        return str(answer.content.decode())


@pytest.fixture
def send(project: Any, as_alice: Client) -> Send:
    """Stores a mission as its sender would: `send("id", spans, lines)`; gives it as Alice sees it."""
    from analysis.recompute import recompute_missions
    from tests.ingest.delivery import deliver
    from tests.web.mission.wire import logs_request, spans_request
    from traces.models import Mission as MissionModel

    def store(key: str, spans: list[Any], lines: list[Any] | None = None) -> Mission:
        deliver(project.pk, spans_request(key, spans))
        if lines:
            deliver(project.pk, logs_request(key, lines), "logs")
        recompute_missions(list(MissionModel.objects.values_list("id", flat=True)))
        return Mission(key, as_alice)

    return store


@pytest.fixture
def tell(project: Any, as_alice: Client) -> Send:
    """Stores stage7's objects as its services would: `tell("id", bodies, messages)`; gives the mission to Alice."""
    from analysis import attribution
    from analysis.recompute import recompute_missions
    from traces.models import Mission as MissionModel

    def store(key: str, bodies: list[Any], messages: list[Any] | None = None) -> Mission:
        _deliver(project.pk, "storeData", bodies)
        if messages:
            _deliver(project.pk, "messages", messages)
        attribution.forget_rests()
        attribution.attribute_pools()
        recompute_missions(list(MissionModel.objects.values_list("id", flat=True)))
        return Mission(key, as_alice)

    return store


def _deliver(project_pk: int, door: str, items: list[Any]) -> None:
    from ingest.commit import store_prepared
    from ingest.prepare import prepare
    from tests.ingest.delivery import REDACTOR

    data = b"\n".join(json.dumps(item).encode() for item in items)
    store_prepared(
        [
            prepare(
                project_id=project_pk, redactor=REDACTOR, door=f"stage7_{door}", encoding="ndjson", data=data,
                received_ns=1,
            )
        ]
    )  # fmt: skip


@pytest.fixture
def planned(tell: Send) -> Mission:
    """The mission of `planned.py`."""
    from tests.web.mission import planned as made

    return tell(made.MISSION, made.bodies(), made.messages())
