"""The memory of keys: fast for right ones, forgetful of revoked ones, closed to guessers."""

import time
from types import SimpleNamespace

import pytest
from django.test.utils import CaptureQueriesContext

from accounts import keys
from accounts.actions import create_api_key, revoke_api_key
from accounts.models import ApiKey
from core.errors import AccessDenied, NotAuthenticated, TooManyRequests

pytestmark = pytest.mark.django_db


def ask(key, *, scope="ingest", address="192.0.2.1"):
    return keys.authenticate_now(key, scope=scope, address=address)


def later(monkeypatch, seconds):
    """For `accounts.keys` alone it is so much later."""
    ahead = SimpleNamespace(
        monotonic=lambda: time.monotonic() + seconds, time_ns=lambda: time.time_ns() + int(seconds * 10**9)
    )
    monkeypatch.setattr(keys, "time", ahead)


def test_a_key_is_asked_of_the_database_once(api_key, project):
    from django.db import connection

    assert ask(api_key.key).project_pk == project.pk
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _ in range(100):
            ask(api_key.key)
    assert len(queries) == 0


def test_a_wrong_key_is_asked_of_the_database_once(db):
    from django.db import connection

    with CaptureQueriesContext(connection) as queries:
        for _ in range(3):
            with pytest.raises(NotAuthenticated):
                ask("ms_wrong-key")
    assert len(queries) == 1


def test_a_revoked_key_ends_at_once_where_it_was_revoked(api_key, project, django_capture_on_commit_callbacks):
    ask(api_key.key)
    with django_capture_on_commit_callbacks(execute=True):
        revoke_api_key(project, api_key.row.pk)
    with pytest.raises(NotAuthenticated):
        ask(api_key.key)


def test_a_key_revoked_elsewhere_ends_when_its_time_is_over(api_key, project, monkeypatch):
    ask(api_key.key)
    revoke_api_key(project, api_key.row.pk)
    assert ask(api_key.key).key_pk == api_key.row.pk
    later(monkeypatch, keys.KEPT_S + 0.1)
    with pytest.raises(NotAuthenticated):
        ask(api_key.key)


def test_a_key_without_the_scope_is_denied_and_not_counted_as_wrong(project, settings):
    settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE = 2
    made = create_api_key(project, "reader", ("read",))
    for _ in range(5):
        with pytest.raises(AccessDenied):
            ask(made.key, scope="ingest")


def test_guessing_is_stopped_and_others_are_not(api_key, settings):
    from django.db import connection

    settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE = 5
    ask(api_key.key)
    for number in range(5):
        with pytest.raises(NotAuthenticated):
            ask(f"ms_guess-{number}")
    with CaptureQueriesContext(connection) as queries, pytest.raises(TooManyRequests) as caught:
        ask("ms_guess-again")
    assert len(queries) == 0, "a flood does not reach the database"
    assert 0 < caught.value.retry_after_s <= 60
    assert ask(api_key.key), "a key known to be right still works from the same address"
    assert ask(api_key.key, address="192.0.2.2")
    with pytest.raises(NotAuthenticated):
        ask("ms_guess-again", address="192.0.2.2")


def test_the_same_wrong_key_repeated_is_stopped_too(db, settings):
    settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE = 5
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            ask("ms_old-key")
    with pytest.raises(TooManyRequests):
        ask("ms_old-key")


def test_an_address_is_heard_again_after_a_minute(db, settings, monkeypatch):
    settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE = 1
    with pytest.raises(NotAuthenticated):
        ask("ms_one")
    with pytest.raises(TooManyRequests):
        ask("ms_two")
    later(monkeypatch, keys.WINDOW_S + 0.1)
    with pytest.raises(NotAuthenticated):
        ask("ms_two")


def test_the_memory_is_bounded(db, settings, monkeypatch):
    settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE = 10
    monkeypatch.setattr(keys, "MOST_KEYS", 4)
    monkeypatch.setattr(keys, "MOST_ADDRESSES", 4)
    for number in range(20):
        with pytest.raises(NotAuthenticated):
            ask(f"ms_{number}", address=f"192.0.2.{number}")
    assert len(keys._answers) == 4
    assert len(keys._wrong) == 4


@pytest.mark.django_db(transaction=True)
def test_last_use_is_written_at_most_once_a_minute(api_key, monkeypatch):
    def read_use():
        keys.flush_notes()
        api_key.row.refresh_from_db()
        return api_key.row.last_used_ns

    ask(api_key.key)
    first = read_use()
    assert first is not None
    for later_s, is_written in ((30, False), (61, True)):
        keys.forget_all()
        later(monkeypatch, later_s)
        ask(api_key.key)
        assert (read_use() != first) is is_written


@pytest.mark.django_db(transaction=True)
def test_a_key_opens_while_somebody_else_writes_its_row(api_key):
    """On SQLite any writer holds up every other, on PostgreSQL one of the same row."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection, transaction

    def ask_apart():
        try:
            return ask(api_key.key).key_pk
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        ApiKey.objects.filter(pk=api_key.row.pk).update(name="held")
        assert other.submit(ask_apart).result(timeout=3) == api_key.row.pk
    keys.flush_notes()


@pytest.mark.django_db(transaction=True)
async def test_an_asynchronous_door_gets_the_same_answers():
    from asgiref.sync import sync_to_async

    from accounts.actions import create_project

    project = await sync_to_async(create_project)("apollo", "Apollo")
    made = await sync_to_async(create_api_key)(project, "exporter", ("ingest",))
    access = await keys.authenticate(made.key, scope="ingest", address="192.0.2.1")
    assert access.project_pk == project.pk
    with pytest.raises(NotAuthenticated):
        await keys.authenticate("ms_wrong", scope="ingest", address="192.0.2.1")
