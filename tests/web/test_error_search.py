"""Errors are found by their words, by who may see them alone."""

from typing import Any

import pytest

from faults.models import Group
from tests.errors.telling import PYTHON_STACK, exception, line, send, span
from tests.web.test_missions import HOSTILE

pytestmark = pytest.mark.django_db


@pytest.fixture
def error(project: Any) -> int:
    """Key of an error; another is there too."""
    told = exception("PoolTimeout", "no connection to orders within 30 s", stack=PYTHON_STACK)
    send(project.pk, span(1, told, failed=True, mission__id="m-1"), line("disk full", trace=""))
    return int(Group.objects.get(title__startswith="PoolTimeout").pk)


def found(client: Any, **query: str) -> list[str]:
    return [item.title for item in client.get("/search", query).context["errors"].items]


@pytest.mark.parametrize(
    "words", ["pooltimeout", "orders connection", "timeout within", "brain.py ask", "30 POOL orders"]
)
def test_an_error_is_found_by_words_of_its_type_message_and_place(as_alice, error, words):
    assert found(as_alice, q=words) == ["PoolTimeout: no connection to orders within 30 s"]
    page = as_alice.get("/search", {"q": words}).content.decode()
    assert f'href="/errors/{error}/"' in page
    assert "No text holds all these words" not in page
    [entry] = as_alice.get("/palette", {"q": words}).json()["errors"]
    assert (entry["path"], entry["label"]) == (f"/errors/{error}/", "PoolTimeout: no connection to orders within 30 s")
    assert len(as_alice.get("/errors/", {"q": words}).context["errors"]) == 1


def test_all_words_must_be_there_and_other_fields_hold_no_errors(as_alice, error):
    assert found(as_alice, q="orders nowhere") == []
    assert found(as_alice, q="orders", **{"in": "error"}) != []
    assert found(as_alice, q="orders", **{"in": "prompt"}) == []
    assert found(as_alice, q=" \0 ") == []
    assert as_alice.get("/palette").json()["errors"] == []


def test_members_find_it_and_strangers_do_not(as_bob, as_vera, as_charlie, error):
    assert found(as_bob, q="orders") != []
    assert found(as_vera, q="orders") != []
    assert found(as_charlie, q="orders") == []
    assert as_charlie.get("/palette", {"q": "orders"}).json()["errors"] == []


def test_of_many_the_latest_are_shown_and_the_list_has_all(as_alice, project):
    send(project.pk, *(line(f"broken {word}", trace="", at_s=at) for at, word in enumerate("abcdefg", 1)))
    page = as_alice.get("/search", {"q": "broken"})
    assert len(page.context["errors"].items) == 5
    assert "7 errors" in page.content.decode()
    assert len(as_alice.get(page.context["errors"].path).context["errors"]) == 7


def test_hostile_text_stays_text(as_alice, project):
    send(project.pk, line(HOSTILE + " broke", trace="", service__name=HOSTILE))
    assert "<script>alert" not in as_alice.get("/search", {"q": "broke"}).content.decode()
