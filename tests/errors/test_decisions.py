"""What people decide about errors, and what brings them back."""

import time
from typing import Any

import pytest

from accounts.actions import add_member, create_user
from accounts.models import AuditEvent
from core.errors import InvalidInput, NotFound
from faults import actions
from faults.choosing import GroupFilter
from faults.collecting import collect_pending
from faults.models import Group
from faults.records import GroupRow
from faults.selectors import find_group, list_groups
from tests.errors.telling import exception, send, span

pytestmark = pytest.mark.django_db

HOUR_S = 3600


def fail(project: Any, number: int, *, after_s: int = 0, release: str = "1.0") -> None:
    """The error happens once more, so many seconds from now."""
    at_s = (time.time_ns() - 1_700_000_000_000_000_000) // 10**9 + after_s
    send(project.pk, span(number, exception("ValueError", "no", at_s=at_s), failed=True, release=release))


@pytest.fixture
def error(project) -> GroupRow:
    """An error that has happened once, an hour ago."""
    fail(project, 1, after_s=-HOUR_S)
    [group] = list_groups(project.pk, GroupFilter()).rows
    return group


def now(project: Any, error: GroupRow) -> GroupRow:
    found = find_group(project.pk, error.pk)
    assert found is not None
    return found


def test_a_resolved_error_that_happens_again_comes_back_and_says_so(project, alice, error):
    actions.resolve(project.pk, error.pk, by=alice)
    assert now(project, error).status == "resolved"
    fail(project, 2, after_s=1)
    found = now(project, error)
    assert (found.status, found.is_regressed, found.event_count) == ("unresolved", True, 2)
    assert found.regressed_ns == found.last_seen_ns
    actions.resolve(project.pk, error.pk, by=alice)
    assert not now(project, error).is_regressed


def test_what_happened_before_it_was_resolved_brings_nothing_back(project, alice, error):
    actions.resolve(project.pk, error.pk, by=alice)
    fail(project, 2, after_s=-10)
    found = now(project, error)
    assert (found.status, found.event_count) == ("resolved", 2)


def test_a_clock_that_is_ahead_brings_nothing_back(project, alice, error):
    fail(project, 2, after_s=HOUR_S)
    actions.resolve(project.pk, error.pk, by=alice)
    fail(project, 3, after_s=-10)
    assert now(project, error).status == "resolved"


def test_the_first_event_after_it_was_resolved_is_named_whatever_comes_first(project, alice, error):
    actions.resolve(project.pk, error.pk, by=alice)
    fail(project, 2, after_s=50)
    fail(project, 3, after_s=20)
    found = now(project, error)
    assert found.regressed_ns is not None
    assert found.last_seen_ns - found.regressed_ns == pytest.approx(30 * 10**9, abs=2 * 10**9)


def test_resolved_in_the_next_release_only_a_new_release_brings_it_back(project, alice, error):
    actions.resolve(project.pk, error.pk, by=alice, in_next_release=True)
    assert now(project, error).resolved_release == "1.0"
    fail(project, 2, after_s=1, release="1.0")
    assert now(project, error).status == "resolved"
    fail(project, 3, after_s=2, release="1.1")
    assert now(project, error).is_regressed


def test_ignored_until_so_many_more(project, alice, error):
    actions.ignore(project.pk, error.pk, by=alice, for_events=2)
    fail(project, 2)
    assert now(project, error).status == "ignored"
    fail(project, 3)
    found = now(project, error)
    assert (found.status, found.is_regressed, found.ignore_until_count) == ("unresolved", False, None)


def test_ignored_for_a_time(project, alice, error):
    actions.ignore(project.pk, error.pk, by=alice, for_ns=HOUR_S * 10**9)
    fail(project, 2)
    assert now(project, error).status == "ignored"
    Group.objects.update(ignore_until_ns=time.time_ns() - 1)  # the hour is over
    collect_pending()
    assert now(project, error).status == "unresolved"


def test_ignored_for_ever_and_opened_again(project, alice, error):
    actions.ignore(project.pk, error.pk, by=alice)
    fail(project, 2)
    assert now(project, error).status == "ignored"
    actions.reopen(project.pk, error.pk, by=alice)
    assert now(project, error).status == "unresolved"


@pytest.mark.parametrize("wrong", [{"for_ns": 0}, {"for_ns": 10**18}, {"for_events": 0}, {"for_events": 10**9}])
def test_it_cannot_be_ignored_otherwise(project, alice, error, wrong):
    with pytest.raises(InvalidInput):
        actions.ignore(project.pk, error.pk, by=alice, **wrong)
    assert now(project, error).status == "unresolved"


def test_only_members_can_be_given_an_error(project, alice, bob, charlie, error):
    actions.assign(project.pk, error.pk, "bob", by=alice)
    assert now(project, error).assignee == "bob"
    for stranger in ("charlie", "nobody-at-all"):
        with pytest.raises(InvalidInput):
            actions.assign(project.pk, error.pk, stranger, by=alice)
    assert [row.pk for row in list_groups(project.pk, GroupFilter(assignee="bob")).rows] == [error.pk]
    assert list_groups(project.pk, GroupFilter(assignee="nobody")).rows == []
    actions.assign(project.pk, error.pk, "", by=alice)
    assert now(project, error).assignee == ""


def test_an_error_of_another_project_cannot_be_changed(project, charlie, error):
    elsewhere = charlie.memberships.get().project
    with pytest.raises(NotFound):
        actions.resolve(elsewhere.pk, error.pk, by=charlie)
    assert find_group(elsewhere.pk, error.pk) is None
    assert now(project, error).status == "unresolved"


def test_every_decision_is_in_the_audit_trail(project, alice, error):
    add_member(project, create_user("dora", "dora-password"), "member")
    actions.resolve(project.pk, error.pk, by=alice)
    actions.ignore(project.pk, error.pk, by=alice, for_events=3)
    actions.reopen(project.pk, error.pk, by=alice)
    actions.assign(project.pk, error.pk, "dora", by=alice)
    told = AuditEvent.objects.filter(project=project, action__startswith="error.").order_by("pk")
    assert [(event.action, event.user) for event in told] == [
        ("error.resolved", alice), ("error.ignored", alice), ("error.reopened", alice), ("error.assigned", alice),
    ]  # fmt: skip
    assert told[3].detail == {"error": error.pk, "title": "ValueError: no", "assignee": "dora"}
