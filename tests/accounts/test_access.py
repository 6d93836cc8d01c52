"""Who may see and do what in a project."""

import pytest
from django.test import RequestFactory

from accounts.access import get_project, project_for_key, projects_of, require_role
from accounts.actions import add_member, create_api_key, create_project, remove_member, rename_project, revoke_api_key
from accounts.models import AuditEvent
from accounts.selectors import list_api_keys, list_audit_events, list_members
from core.errors import AccessDenied, Conflict, InvalidInput, NotAuthenticated, NotFound

pytestmark = pytest.mark.django_db


def test_members_see_their_projects_and_strangers_do_not(alice, bob, charlie, project):
    assert [(access.slug, access.role) for access in projects_of(alice)] == [("apollo", "owner")]
    assert [(access.slug, access.role) for access in projects_of(bob)] == [("apollo", "member")]
    assert [access.slug for access in projects_of(charlie)] == ["elsewhere"]


def test_a_stranger_is_told_the_same_as_for_a_project_that_does_not_exist(charlie, project):
    answers = []
    for project_pk in (project.pk, 10**9):
        with pytest.raises(NotFound) as caught:
            require_role(charlie, project_pk, "viewer")
        answers.append((caught.value.code, caught.value.detail))
    assert answers[0] == answers[1]


def test_a_role_includes_the_lower_ones_and_not_the_higher(alice, bob, project):
    assert require_role(alice, project.pk, "viewer").role == "owner"
    assert require_role(bob, project.pk, "member").role == "member"
    with pytest.raises(AccessDenied):
        require_role(bob, project.pk, "owner")


def test_a_user_made_inactive_loses_every_project(bob, project):
    bob.is_active = False
    bob.save()
    assert projects_of(bob) == []
    with pytest.raises(NotFound):
        require_role(bob, project.pk, "viewer")


def test_the_last_owner_cannot_leave_or_step_down(alice, bob, project):
    with pytest.raises(Conflict):
        remove_member(project, alice)
    with pytest.raises(Conflict):
        add_member(project, alice, "member")
    add_member(project, bob, "owner")
    remove_member(project, alice)
    assert [member.username for member in list_members(project.pk)] == ["bob"]


def test_a_removed_member_is_a_stranger(bob, project):
    remove_member(project, bob)
    assert projects_of(bob) == []
    with pytest.raises(NotFound):
        remove_member(project, bob)


def test_a_key_opens_its_own_project_within_its_scopes(project):
    made = create_api_key(project, "exporter", ("ingest",))
    access = project_for_key(made.key, "ingest")
    assert (access.project_pk, access.project_slug) == (project.pk, "apollo")
    assert access.redaction_key == bytes(project.redaction_key)
    assert len(access.redaction_key) == 32
    with pytest.raises(AccessDenied):
        project_for_key(made.key, "read")


def test_an_admin_key_has_every_scope(api_key):
    assert project_for_key(api_key.key, "read").allows("ingest")


@pytest.mark.parametrize("wrong", ["", "ms_wrong", "x" * 100_000, "nul\0character", "\ud800"])
def test_a_wrong_key_opens_nothing(api_key, wrong):
    with pytest.raises(NotAuthenticated):
        project_for_key(wrong, "read")


def test_the_key_itself_is_not_stored(api_key):
    from django.db import connection

    api_key.row.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_apikey")
        stored = repr(cursor.fetchall()) + repr(list(AuditEvent.objects.values()))
    assert api_key.key not in stored
    assert api_key.row.prefix in stored
    assert len(api_key.row.prefix) <= len(api_key.key) // 3


def test_a_revoked_key_opens_nothing_and_cannot_be_revoked_twice(api_key, project):
    revoke_api_key(project, api_key.row.pk)
    with pytest.raises(NotAuthenticated):
        project_for_key(api_key.key, "read")
    with pytest.raises(NotFound):
        revoke_api_key(project, api_key.row.pk)
    assert list_api_keys(project.pk)[0].revoked_ns is not None


def test_a_key_of_another_project_cannot_be_revoked(api_key, charlie):
    elsewhere = charlie.memberships.get().project
    with pytest.raises(NotFound):
        revoke_api_key(elsewhere, api_key.row.pk)
    assert project_for_key(api_key.key, "read").project_slug == "apollo"


@pytest.mark.parametrize(
    ("name", "scopes", "key"),
    [
        ("", ("read",), ""),
        ("n", (), ""),
        ("n", ("root",), ""),
        ("n", ("read",), "short"),
        ("n", ("read",), "with space 1"),
    ],
)
def test_an_odd_key_is_refused(project, name, scopes, key):
    with pytest.raises(InvalidInput) as caught:
        create_api_key(project, name, scopes, key=key)
    assert caught.value.errors[0].field in {"name", "scopes", "key"}


def test_the_same_key_cannot_belong_to_two_projects(charlie, project):
    create_api_key(project, "first", key="a-key-chosen-outside")
    with pytest.raises(Conflict):
        create_api_key(charlie.memberships.get().project, "second", key="a-key-chosen-outside")


def test_a_project_name_is_taken_once(alice, project):
    with pytest.raises(Conflict):
        create_project("apollo", "Another")


def test_changes_are_kept_in_the_audit_trail_of_their_project(alice, bob, charlie, project):
    made = create_api_key(project, "exporter", by=alice)
    revoke_api_key(project, made.row.pk, by=bob)
    events = list_audit_events(project.pk)
    assert [(event.action, event.username) for event in events[:2]] == [
        ("api_key.revoked", "bob"),
        ("api_key.created", "alice"),
    ]
    assert {"project.created", "member.set"} <= {event.action for event in events}
    elsewhere = list_audit_events(charlie.memberships.get().project_id)
    assert [event.action for event in elsewhere] == ["project.created"]


def test_a_page_gets_the_project_asked_for_and_remembers_it(client, alice, project):
    create_project("gemini", "Gemini", owner=alice)
    request = RequestFactory().get("/", {"project": "gemini"})
    request.user, request.session = alice, client.session
    assert get_project(request).slug == "gemini"
    again = RequestFactory().get("/")
    again.user, again.session = alice, request.session
    assert get_project(again).slug == "gemini"


def test_a_page_of_a_foreign_project_does_not_exist(client, charlie, project):
    request = RequestFactory().get("/", {"project": "apollo"})
    request.user, request.session = charlie, client.session
    with pytest.raises(NotFound):
        get_project(request)
    assert "project" not in request.session


def test_a_project_is_renamed_and_keeps_its_address(alice, project):
    rename_project(project, "  Apollo 11 ", by=alice)
    assert [(access.slug, access.name) for access in projects_of(alice)] == [("apollo", "Apollo 11")]
    assert list_audit_events(project.pk)[0].detail == {"name": "Apollo 11", "before": "Apollo"}
    with pytest.raises(InvalidInput):
        rename_project(project, " ")
