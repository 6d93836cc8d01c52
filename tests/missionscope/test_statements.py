"""`?_trace=1` shows administrators a page's SQL, and nobody else."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def visit(user, address):
    client = Client()
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(address)


def test_an_administrator_sees_the_statements_of_a_page(alice, project):
    alice.is_superuser = True
    alice.save()
    answer = visit(alice, "/missions/?_trace=1")
    assert answer["Content-Type"].startswith("text/plain")
    assert answer["Cache-Control"] == "no-store"
    head, *statements = answer.content.decode().split("\n\n")
    assert head.startswith("200 in ")
    assert head.endswith(f", {len(statements)} statements")
    assert any("traces_mission" in statement for statement in statements)


@pytest.mark.parametrize("address", ["/missions/?_trace=1", "/missions/?_trace=0", "/missions/"])
def test_others_see_the_page(alice, project, address):
    assert visit(alice, address)["Content-Type"].startswith("text/html")


def test_who_is_not_logged_in_is_sent_to_the_login(db):
    assert visit(None, "/missions/?_trace=1").status_code == 302
