"""Dashboards over HTTP: what their panels answer, who may see and change them, and that nothing of them runs."""

import json
import time
from typing import Any

import pytest

from metrics.models import SavedDashboard
from tests.metrics.pushing import at, metric, point, push_metric

pytestmark = pytest.mark.django_db
PANEL = {
    "title": "Cost of writers", "metric": "missionscope.llm.cost", "aggregation": "sum", "group_by": "model",
    "filter": "agent=writer", "unit": "USD", "shape": "bars", "revision": "0", "panel": "",
}  # fmt: skip


def make(client: Any, name: str = "Writers") -> str:
    answer = client.post("/dashboards/new/", {"name": name})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"]).split("/")[2]


def panels_of(slug: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(SavedDashboard.objects.get(slug=slug).panels)
    return found


def test_the_first_page_has_every_panel_and_loads_them_by_itself(as_alice):
    assert as_alice.get("/dashboards/")["Location"] == "/dashboards/overview/"
    page = as_alice.get("/dashboards/overview/?last=7d&compare=1&group=service").content.decode()
    assert 'data-source="/dashboards/overview/panels/llm"' in page
    assert "Compare with the 7 days before" in page
    assert page.count('data-behaviour="chart"') == 12


def test_a_panel_without_measurements_answers_so(as_alice):
    answer = as_alice.get("/dashboards/llm/panels/cost?last=1h")
    assert answer["Cache-Control"] == "no-store"
    shown = answer.json()
    assert shown["series"] == []
    assert shown["until_ms"] - shown["since_ms"] == 3_600_000


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/dashboards/nowhere/", 404), ("/dashboards/llm/panels/nowhere", 404), ("/dashboards/llm/?last=1y", 400),
        ("/dashboards/llm/panels/cost?since_ns=x&until_ns=1", 400), ("/dashboards/behind?label=x", 400),
        ("/dashboards/llm/edit/", 404), ("/dashboards/llm/tiles?since_ns=1", 400),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(as_alice, path: str, status: int):
    assert as_alice.get(path).status_code == status


def test_members_make_fill_and_remove_dashboards(as_bob):
    slug = make(as_bob)
    assert as_bob.post(f"/dashboards/{slug}/edit/", PANEL).status_code == 302
    (kept,) = panels_of(slug)
    assert kept["queries"][0]["filters"] == [["agent", "writer"]]
    page = as_bob.get(f"/dashboards/{slug}/").content.decode()
    assert "Cost of writers" in page
    assert as_bob.get(f"/dashboards/{slug}/panels/{kept['key']}").json()["unit"] == "USD"
    changed = PANEL | {"panel": kept["key"], "revision": "1", "title": "All cost", "filter": ""}
    assert as_bob.post(f"/dashboards/{slug}/edit/", changed).status_code == 302
    assert [each["title"] for each in panels_of(slug)] == ["All cost"]
    gone = as_bob.post(f"/dashboards/{slug}/change", {"do": "delete", "revision": "2"})
    assert (gone.status_code, SavedDashboard.objects.count()) == (302, 0)


def test_panels_change_places(as_bob):
    slug = make(as_bob)
    for number, title in enumerate("abc"):
        as_bob.post(f"/dashboards/{slug}/edit/", PANEL | {"title": title, "revision": str(number)})
    key = panels_of(slug)[0]["key"]
    as_bob.post(f"/dashboards/{slug}/change", {"do": "down", "panel": key, "revision": "3"})
    assert [each["title"] for each in panels_of(slug)] == ["b", "a", "c"]
    as_bob.post(f"/dashboards/{slug}/change", {"do": "remove", "panel": key, "revision": "4"})
    assert [each["title"] for each in panels_of(slug)] == ["b", "c"]


def test_an_edit_of_what_somebody_else_has_changed_is_refused_and_kept_in_the_form(as_bob):
    slug = make(as_bob)
    as_bob.post(f"/dashboards/{slug}/edit/", PANEL)
    answer = as_bob.post(f"/dashboards/{slug}/edit/", PANEL | {"title": "too late"})
    assert answer.status_code == 409
    assert "too late" in answer.content.decode()
    assert len(panels_of(slug)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""}, {"title": "x" * 121}, {"metric": ""}, {"aggregation": "p42"}, {"unit": "miles"},
        {"shape": "pie"}, {"filter": "agent"}, {"group_by": "x" * 201}, {"revision": "-1"},
    ],
)  # fmt: skip
def test_a_panel_that_cannot_be_asked_is_refused(as_bob, wrong: dict[str, str]):
    slug = make(as_bob)
    assert as_bob.post(f"/dashboards/{slug}/edit/", PANEL | wrong).status_code == 400
    assert panels_of(slug) == []


def test_viewers_look_and_strangers_find_nothing(as_bob, as_vera, as_charlie):
    slug = make(as_bob)
    assert as_vera.get(f"/dashboards/{slug}/").status_code == 200
    assert f"/dashboards/{slug}/edit/" not in as_vera.get(f"/dashboards/{slug}/").content.decode()
    for client, status in ((as_vera, 403), (as_charlie, 404)):
        assert client.get(f"/dashboards/{slug}/edit/").status_code == status
        assert client.post(f"/dashboards/{slug}/edit/", PANEL).status_code == status
        assert client.post(f"/dashboards/{slug}/change", {"do": "delete", "revision": "0"}).status_code == status
    assert as_vera.post("/dashboards/new/", {"name": "x"}).status_code == 403
    assert as_charlie.get(f"/dashboards/{slug}/").status_code == 404
    assert as_charlie.get(f"/dashboards/{slug}/panels/p1").status_code == 404
    assert SavedDashboard.objects.count() == 1


def test_nobody_in_particular_is_sent_to_the_login(client):
    for path in (
        "/dashboards/",
        "/dashboards/llm/",
        "/dashboards/llm/panels/cost",
        "/dashboards/behind",
        "/dashboards/new/",
    ):
        assert client.get(path)["Location"].startswith("/login/")


def test_hostile_names_are_text(as_bob):
    slug = make(as_bob, "<script>alert(1)</script>")
    as_bob.post(f"/dashboards/{slug}/edit/", PANEL | {"title": '"><img src=x onerror=alert(1)>'})
    for path in (f"/dashboards/{slug}/", f"/dashboards/{slug}/edit/", "/dashboards/llm/"):
        page = as_bob.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_missions_behind_nothing_are_none(as_alice):
    now_ns = time.time_ns()
    asked = (
        f"/dashboards/behind?metric=missionscope.llm.cost&label=model%3Da&since_ns={now_ns - 10**12}&until_ns={now_ns}"
    )
    assert "No mission is known" in as_alice.get(asked).content.decode()


def test_a_pushed_value_that_names_no_trace_leads_to_the_logs_of_its_service(as_alice, as_charlie, project):
    since_ns, until_ns = at(0), at(1)
    push_metric(project.pk, metric("gauge", point(at(0, 2), asDouble=7.0)))
    asked = f"/dashboards/behind?metric=m&since_ns={since_ns}&until_ns={until_ns}"
    shown = as_alice.get(asked).content.decode()
    assert "No exemplar of these values names a trace" in shown
    assert f'href="/logs/?since_ns={since_ns}&amp;until_ns={until_ns}&amp;service=brain"' in shown
    assert "brain" not in as_charlie.get(asked).content.decode()
