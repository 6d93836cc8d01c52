"""The pages of errors: who sees what, what filters leave, what members may press, what hostile text becomes."""

from typing import Any

import pytest

from accounts.models import AuditEvent
from faults.models import Group
from tests.errors.telling import PYTHON_STACK, exception, line, send, span
from tests.web.test_missions import HOSTILE, HTMX

pytestmark = pytest.mark.django_db

BOOM = ("ValueError", "Expecting value: line 1 column 7")


@pytest.fixture
def error(project: Any) -> int:
    """Key of an error that happened twice, in two missions; a log line says another one."""
    for number in (1, 2):
        send(project.pk, span(number, exception(*BOOM, stack=PYTHON_STACK, at_s=number), failed=True,
                              trace=f"{number:032x}", mission__id=f"m-{number}"))  # fmt: skip
    send(project.pk, line("disk full", trace=""))
    return int(Group.objects.get(title__startswith="ValueError").pk)


def rows(response: Any) -> list[str]:
    return [item.title for item in response.context["errors"]]


def text(response: Any) -> str:
    return response.content.decode()


def test_members_see_the_projects_errors_and_strangers_none(as_alice, as_bob, as_vera, as_charlie, error):
    for client in (as_alice, as_bob, as_vera):
        assert len(rows(client.get("/errors/"))) == 2
        assert client.get(f"/errors/{error}/").status_code == 200
    assert b"ValueError" not in as_charlie.get("/errors/").content
    for path in ("/errors/?project=apollo", f"/errors/{error}/", f"/errors/{error}/?project=apollo"):
        assert as_charlie.get(path).status_code == 404


def test_who_is_not_logged_in_comes_back(client, error):
    assert client.get(f"/errors/{error}/")["Location"] == f"/login/?next=%2Ferrors%2F{error}%2F"


def test_an_empty_project_says_what_will_come(as_alice):
    assert "Nothing has failed yet" in text(as_alice.get("/errors/"))


def test_when_all_is_dealt_with_it_says_so(as_alice, error):
    Group.objects.update(status="resolved")
    assert "Every error is dealt with" in text(as_alice.get("/errors/"))
    assert len(rows(as_alice.get("/errors/?status=all"))) == 2


@pytest.mark.parametrize(
    ("query", "count"),
    [("source=log", 1), ("source=tool", 0), ("q=expecting", 1), ("status=ignored", 0), ("status=all", 2),
     ("mission=m-1", 1), ("since=1h", 0), ("service=core", 2), ("assignee=nobody", 2), ("sort=nonsense", 2),
     ("status=nonsense&since=nonsense", 2), ("q=%00", 2)],
)  # fmt: skip
def test_filters(as_alice, error, query, count):
    answer = as_alice.get(f"/errors/?{query}")
    assert answer.status_code == 200
    assert len(rows(answer)) == count
    if not count:
        assert "No error matches" in text(answer)


def test_a_swap_holds_the_results_alone_and_more_rows_come_by_cursor(as_alice, project, error):
    words = [f"{a}{b}" for a in "abcdefgh" for b in "ijklmnop"]
    send(project.pk, *(line(f"broken {word}", trace="", at_s=at) for at, word in enumerate(words)))
    page = as_alice.get("/errors/", headers=HTMX)
    assert "<html" not in text(page)
    assert len(rows(page)) == 50
    following = as_alice.get(page.context["next_path"], headers=HTMX)
    assert len(rows(following)) == len(words) + 2 - 50
    assert not set(rows(page)) & set(rows(following))


def test_one_error_shows_stack_missions_and_the_way_into_the_mission(as_alice, error):
    page = text(as_alice.get(f"/errors/{error}/"))
    assert "agents/brain.py:57" in page
    assert "return parse(raw)" in page
    assert "1 library frame" in page
    assert 'href="/missions/m-2/?at=' in page
    assert "m-1" in page


def test_events_can_be_walked(as_alice, error):
    newest = as_alice.get(f"/errors/{error}/").context["event"]
    older = as_alice.get(newest.older_path).context["event"]
    assert older.time_ns < newest.time_ns
    assert (newest.newer_path, older.older_path) == ("", "")
    assert older.newer_path == f"/errors/{error}/?event={newest.pk}"


@pytest.mark.parametrize("path", ["/errors/999999/", "/errors/{}/?event=999999", "/errors/{}/?event=x"])
def test_what_is_not_there_is_not_found(as_alice, error, path):
    assert as_alice.get(path.format(error)).status_code == 404


def test_members_decide(as_bob, error):
    def status(**form: str) -> Any:
        answer = as_bob.post(f"/errors/{error}/change", form)
        assert answer["Location"] == f"/errors/{error}/"
        return Group.objects.get(pk=error)

    assert status(decision="resolve").status == "resolved"
    assert status(decision="reopen").status == "unresolved"
    assert status(decision="resolve-next").resolved_release == "1.4.0"
    ignored = status(decision="ignore", time="1d")
    assert (ignored.status, ignored.ignore_until_ns is not None) == ("ignored", True)
    assert status(decision="ignore", events="10").ignore_until_count == 12
    assert status(decision="assign", assignee="alice").assignee_id is not None
    assert "alice" in text(as_bob.get(f"/errors/{error}/"))
    assert status(decision="assign", assignee="charlie").assignee_id is not None  # refused: nothing changes
    assert AuditEvent.objects.filter(action__startswith="error.").count() == 6


def test_viewers_and_strangers_decide_nothing(as_vera, as_charlie, error):
    assert "Resolve" not in text(as_vera.get(f"/errors/{error}/"))
    assert as_vera.post(f"/errors/{error}/change", {"decision": "resolve"}).status_code == 403
    assert as_charlie.post(f"/errors/{error}/change", {"decision": "resolve"}).status_code == 404
    assert as_charlie.get(f"/errors/{error}/change").status_code == 405
    assert Group.objects.get(pk=error).status == "unresolved"


def test_an_error_that_came_back_says_so(as_alice, error):
    Group.objects.filter(pk=error).update(resolved_ns=1, regressed_ns=2)
    assert "came back" in text(as_alice.get("/errors/"))
    assert "It came back on 1970-01-01" in text(as_alice.get(f"/errors/{error}/"))


def test_hostile_text_stays_text(as_alice, project):
    stack = PYTHON_STACK.replace("ValueError", "Bad<b>Error").replace("in ask", f"in {HOSTILE}")
    send(
        project.pk,
        span(1, exception(f"Bad{HOSTILE}", HOSTILE, stack=stack), failed=True, name=HOSTILE, mission__id=HOSTILE,
             gen_ai__agent__name=HOSTILE, gen_ai__tool__name=HOSTILE, user__id=HOSTILE),
        line(HOSTILE, trace=""),
    )  # fmt: skip
    for pk in Group.objects.values_list("pk", flat=True):
        assert "<script>alert" not in text(as_alice.get(f"/errors/{pk}/"))
    assert "<script>alert" not in text(as_alice.get("/errors/?status=all&mission=" + HOSTILE[:8]))
    assert "<script>alert" not in text(as_alice.get("/errors/"))


def test_a_missions_errors_lead_to_those_of_all_missions(as_alice, error):
    page = text(as_alice.get("/missions/m-1/panes/errors"))
    assert f'href="/errors/{error}/"' in page
