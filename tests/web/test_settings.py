"""Settings: owners change, members make keys, viewers look, strangers see nothing."""

import pytest

from accounts.actions import add_member, create_api_key, create_user
from accounts.models import ApiKey, Membership, Project, User
from accounts.selectors import list_members

pytestmark = pytest.mark.django_db
NEW_KEY = {"name": "collector", "scopes": ["ingest"]}


def test_a_new_key_is_shown_once(as_alice):
    page = as_alice.post("/settings/keys/", NEW_KEY)
    key = page.context["made"].key
    assert key in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert key not in as_alice.get("/settings/keys/").content.decode()
    assert ApiKey.objects.get().scopes == ["ingest"]


def test_members_make_keys_but_none_that_administer(as_bob):
    assert as_bob.post("/settings/keys/", NEW_KEY).status_code == 200
    assert as_bob.post("/settings/keys/", {"name": "x", "scopes": ["admin"]}).status_code == 403
    assert ApiKey.objects.count() == 1


def test_viewers_see_keys_and_change_nothing(as_vera, project):
    row = create_api_key(project, "first").row
    page = as_vera.get("/settings/keys/").content.decode()
    assert "first" in page
    assert "Revoke" not in page.replace('<span class="visually-hidden">Revoke</span>', "")
    assert as_vera.post("/settings/keys/", NEW_KEY).status_code == 403
    assert as_vera.post(f"/settings/keys/{row.pk}/revoke").status_code == 403
    assert as_vera.post("/settings/members/", {"username": "bob", "role": "owner"}).status_code == 403
    assert as_vera.post("/settings/", {"name": "mine"}).status_code == 403
    assert as_vera.get("/settings/history/").status_code == 403
    row.refresh_from_db()
    assert row.revoked_ns is None


def test_strangers_cannot_touch_keys_or_members_of_another_project(as_charlie, project, alice):
    row = create_api_key(project, "first").row
    assert as_charlie.post(f"/settings/keys/{row.pk}/revoke").status_code == 404
    assert as_charlie.post(f"/settings/members/{alice.pk}", {"role": "viewer"}).status_code == 400
    assert as_charlie.get("/settings/keys/?project=apollo").status_code == 404
    row.refresh_from_db()
    assert row.revoked_ns is None
    assert Membership.objects.get(user=alice).role == "owner"


def test_a_revoked_key_stays_in_the_list_as_revoked(as_alice, project):
    row = create_api_key(project, "old laptop").row
    page = as_alice.post(f"/settings/keys/{row.pk}/revoke", follow=True).content.decode()
    assert "The key is revoked" in page
    assert "old laptop" in page
    assert f"/settings/keys/{row.pk}/revoke" not in page


def test_only_owners_revoke_keys_that_administer(as_bob, as_alice, project):
    row = create_api_key(project, "scripts", ("admin",)).row
    assert as_bob.post(f"/settings/keys/{row.pk}/revoke").status_code == 403
    assert as_alice.post(f"/settings/keys/{row.pk}/revoke").status_code == 302


@pytest.mark.parametrize("form", [{"name": "", "scopes": ["read"]}, {"name": "x"}, {"name": "x", "scopes": ["fly"]}])
def test_a_key_that_cannot_be_made_says_why_and_keeps_the_form(as_alice, form):
    page = as_alice.post("/settings/keys/", form)
    assert page.status_code == 400
    assert b'role="alert"' in page.content
    assert not ApiKey.objects.exists()


def test_owners_add_people_by_name_change_their_role_and_let_them_go(as_alice, project):
    dora = create_user("dora", "dora-password")
    as_alice.post("/settings/members/", {"username": "dora", "role": "viewer"})
    assert Membership.objects.get(user=dora).role == "viewer"
    as_alice.post(f"/settings/members/{dora.pk}", {"role": "member"})
    assert Membership.objects.get(user=dora).role == "member"
    as_alice.post(f"/settings/members/{dora.pk}", {"role": "remove"})
    assert [row.username for row in list_members(project.pk)] == ["alice"]


@pytest.mark.parametrize("username", ["nobody", "alice", ""])
def test_somebody_unknown_or_already_in_is_not_added(as_alice, username):
    page = as_alice.post("/settings/members/", {"username": username, "role": "member"})
    assert page.status_code == 400
    assert Membership.objects.count() == 1


def test_the_last_owner_stays(as_alice, alice):
    page = as_alice.post(f"/settings/members/{alice.pk}", {"role": "viewer"}, follow=True).content.decode()
    assert "A project needs an owner" in page
    assert Membership.objects.get(user=alice).role == "owner"


def test_only_administrators_make_accounts_and_the_password_is_shown_once(as_alice, alice):
    form = {"username": "erin", "role": "member", "make_account": "1"}
    assert as_alice.post("/settings/members/", form).status_code == 403
    alice.is_superuser = True
    alice.save()
    made = as_alice.post("/settings/members/", form)
    password = made.context["made"].password
    assert User.objects.get(username="erin").check_password(password)
    assert password not in as_alice.get("/settings/members/").content.decode()
    assert as_alice.post("/settings/members/", form).status_code == 400
    assert as_alice.post("/settings/members/", {**form, "username": "not a name"}).status_code == 400


def test_a_removed_member_is_out_at_once(as_bob, as_alice, bob):
    assert as_bob.get("/missions/").status_code == 200
    as_alice.post(f"/settings/members/{bob.pk}", {"role": "remove"})
    assert as_bob.get("/missions/").status_code == 404


def test_owners_rename_the_project(as_alice):
    as_alice.post("/settings/", {"name": "Gemini"})
    assert Project.objects.get(slug="apollo").name == "Gemini"
    assert as_alice.post("/settings/", {"name": "  "}).status_code == 400
    assert "Gemini" in as_alice.get("/settings/history/").content.decode()


def test_the_way_to_send_names_this_installation(as_vera, settings):
    assert "http://testserver/v1/traces" in as_vera.get("/settings/send/").content.decode()
    settings.MISSIONSCOPE_URL = "https://scope.example.org"
    assert "OTEL_EXPORTER_OTLP_ENDPOINT=https://scope.example.org" in as_vera.get("/settings/send/").content.decode()


def test_members_make_a_dsn_which_all_of_the_project_see(as_bob, as_vera, as_charlie, project):
    assert as_vera.post("/settings/send/dsn").status_code == 403
    assert "has no DSN yet" in as_vera.get("/settings/send/").content.decode()
    assert as_charlie.post("/settings/send/dsn?project=apollo").status_code == 404
    assert not ApiKey.objects.exclude(public_key="").filter(project=project).exists()
    for _ in range(2):
        as_bob.post("/settings/send/dsn")
    key = ApiKey.objects.get(project=project)
    assert (key.scopes, key.prefix) == (["errors"], key.public_key[:10])
    assert f"http://{key.public_key}@testserver/{project.pk}" in as_vera.get("/settings/send/").content.decode()
    assert key.public_key not in as_charlie.get("/settings/send/").content.decode()
    as_bob.post(f"/settings/keys/{key.pk}/revoke")
    assert key.public_key not in as_vera.get("/settings/send/").content.decode()


def test_a_key_that_may_do_more_than_a_dsn_is_never_stored(as_alice):
    for scopes in (["ingest"], ["errors", "read"], ["admin", "errors"]):
        as_alice.post("/settings/keys/", {"name": "x", "scopes": scopes})
    assert set(ApiKey.objects.values_list("public_key", flat=True)) == {""}


def test_somebody_with_two_projects_turns_from_one_to_the_other(as_bob, bob):
    other = Project.objects.create(slug="zeus", name="Zeus")
    add_member(other, bob, "viewer")
    assert as_bob.get("/settings/").context["project"].slug == "apollo"
    assert as_bob.post("/project", {"project": "zeus"}).status_code == 302
    assert as_bob.get("/settings/").context["project"].slug == "zeus"
    assert as_bob.post("/project", {"project": "elsewhere"}).status_code == 404
