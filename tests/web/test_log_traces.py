"""Traces that name no mission, of which only log records came, do not crowd the list of missions."""

from itertools import permutations
from typing import Any

import pytest

from analysis.recompute import recompute_missions
from tests.errors.telling import line, read_groups, send, span
from tests.web.test_missions import HTMX, ids
from traces.models import Mission

pytestmark = pytest.mark.django_db
LONE, KNOWN = "ab" * 16, "cd" * 16


def settle() -> None:
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))


def error(trace: str) -> dict[str, Any]:
    return line("page is broken", trace=trace, event="sentry.event")


def test_an_error_with_a_trace_id_alone_is_hidden_in_the_list_and_found_by_its_trace(as_alice, project):
    send(project.pk, error(LONE), span(1, trace=KNOWN, mission__id="m-1"))
    settle()
    assert ids(as_alice.get("/missions/")) == ["m-1"]
    hidden = as_alice.get("/missions/").context["log_traces"]
    assert (hidden.trace_count, hidden.is_shown, hidden.path) == (1, False, "/missions/?log_traces=1")
    assert set(ids(as_alice.get(hidden.path))) == {"m-1", LONE}
    assert ids(as_alice.get("/missions/", {"q": LONE[:8]})) == [LONE]
    assert as_alice.get(f"/missions/{LONE}/").status_code == 200
    assert len(read_groups(project.pk)) == 1
    changed = as_alice.get("/missions/changes?after=0", headers=HTMX)
    assert {row["id"]: is_taken for row, is_taken in changed.context["rows"]} == {"m-1": True, LONE: False}


def test_counts_are_those_of_the_rows(as_alice, project):
    send(project.pk, *(line("broken", trace=f"{number:032x}") for number in range(1, 6)), span(1, mission__id="m-1"))
    settle()
    counts = as_alice.get("/missions/").context["counts"]
    assert sum(item.mission_count for item in counts) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("named", [{}, {"mission__id": "m-1"}])
def test_spans_that_come_sooner_or_later_make_it_a_mission_with_the_error_in_it(as_alice, project, order, named):
    requests = [error(LONE), span(1, trace=LONE), span(2, trace=LONE, parent=1, **named)]
    for at in order:
        send(project.pk, requests[at])
        settle()
    wanted = named.get("mission__id", LONE)
    assert ids(as_alice.get("/missions/")) == [wanted]
    row = Mission.objects.get(key=wanted)
    assert (row.span_count, row.log_count) == (2, 1)


def test_where_nothing_else_has_come_the_list_says_so(as_alice, project):
    send(project.pk, error(LONE))
    settle()
    page = as_alice.get("/missions/").content.decode()
    assert "/missions/?log_traces=1" in page
    assert "No mission has arrived yet" not in page
