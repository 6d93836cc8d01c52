"""People logged in, and missions to look at."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.test import Client

from core.hashing import digest16

MakeMission = Callable[..., Any]


@pytest.fixture
def make_mission(project: Any) -> MakeMission:
    """Makes a mission of `project` as a recompute leaves it: `make_mission("id", status="failed", ...)`."""
    from traces.models import ListSequence, Mission

    def make(
        key: str,
        *,
        project_pk: int | None = None,
        agents: tuple[str, ...] = (),
        models: tuple[str, ...] = (),
        **fields: Any,
    ) -> Any:
        place = project_pk or project.pk
        sequence, _ = ListSequence.objects.get_or_create(project_id=place, defaults={"last": 0})
        sequence.last += 1
        sequence.save()
        now_ns = time.time_ns()
        given = {"name": key, "status": "ok", "start_ns": now_ns - 10**9, "end_ns": now_ns, "last_activity_ns": now_ns}
        return Mission.objects.create(
            project_id=place,
            key=key,
            key_hash=digest16(key.encode()),
            agents=_listed(agents),
            model_names=_listed(models),
            list_seq=sequence.last,
            **{**given, **fields},
        )

    return make


def _listed(names: tuple[str, ...]) -> str:
    return msgspec.json.encode(names).decode()


@pytest.fixture
def as_alice(alice: Any, project: Any) -> Client:
    """Alice, who owns `project`, in a browser."""
    return _logged_in(alice)


@pytest.fixture
def as_bob(bob: Any) -> Client:
    """Bob, who is a member."""
    return _logged_in(bob)


@pytest.fixture
def as_vera(alice: Any, project: Any) -> Client:
    """Vera, who may only look."""
    from accounts.actions import add_member, create_user

    vera = create_user("vera", "vera-password")
    add_member(project, vera, "viewer", by=alice)
    return _logged_in(vera)


@pytest.fixture
def as_charlie(charlie: Any, project: Any) -> Client:
    """Charlie, who owns another project."""
    return _logged_in(charlie)


def _logged_in(user: Any) -> Client:
    client = Client()
    form = {"username": user.username, "password": f"{user.username}-password"}
    assert client.post("/login/", form).status_code == 302
    return client
