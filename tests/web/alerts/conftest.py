"""Firings to look at, and somebody of each role."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.test import Client

from alerts.models import Firing, Rule
from core.hashing import digest16

MakeFiring = Callable[..., Firing]


@pytest.fixture
def make_firing(project: Any) -> MakeFiring:
    """A firing as an evaluation leaves it: `make_firing(rule_pk, state="pending", labels={...}, ...)`."""
    made: list[int] = []

    def make(rule_pk: int, *, labels: dict[str, str] | None = None, evidence: Any = None, **fields: Any) -> Firing:
        rule, now_ns = Rule.objects.get(pk=rule_pk), time.time_ns()
        made.append(len(made) + 1)
        given = {
            "state": "firing",
            "severity": rule.severity,
            "title": f"alert {made[-1]}",
            "since_ns": now_ns - 60 * 10**9,
            "seen_ns": now_ns,
            "fired_ns": now_ns - 60 * 10**9,
            "change_seq": made[-1],
        }
        return Firing.objects.create(
            project_id=rule.project_id,
            rule_id=rule_pk,
            rule_name=rule.name,
            kind=rule.kind,
            key=digest16(str(made[-1]).encode()),
            labels=msgspec.json.encode(labels or {}).decode(),
            evidence=msgspec.json.encode(evidence or {}).decode(),
            **{**given, **fields},
        )

    return make


@pytest.fixture
def roles(as_alice: Client, as_bob: Client, as_vera: Client, as_charlie: Client) -> dict[str, Client]:
    """owner, member, viewer, and the owner of another project."""
    return {"owner": as_alice, "member": as_bob, "viewer": as_vera, "stranger": as_charlie}
