"""What belongs to every page: theme, errors, palette, search, patterns."""

import pytest
from django.test import Client

from search.selectors import SearchHit
from web.presenters.search import cut_pieces, hit_path, present_hits

pytestmark = pytest.mark.django_db


def test_the_chosen_theme_is_in_the_page_before_any_script_runs(as_alice):
    assert b"data-theme" not in as_alice.get("/missions/").content
    as_alice.post("/theme", {"theme": "light"})
    assert b'<html lang="en" data-theme="light">' in as_alice.get("/missions/").content
    as_alice.post("/theme", {"theme": "system"})
    assert b"data-theme" not in as_alice.get("/missions/").content


def test_a_forged_theme_does_not_reach_the_page(as_alice):
    as_alice.cookies["theme"] = 'x" onload="alert(1)'
    assert b"onload" not in as_alice.get("/missions/").content


def test_choosing_a_theme_leads_back_to_our_own_pages_only(as_alice):
    ours = as_alice.post("/theme", {"theme": "dark"}, headers={"Referer": "http://testserver/settings/"})
    theirs = as_alice.post("/theme", {"theme": "dark"}, headers={"Referer": "https://elsewhere.example/"})
    assert ours["Location"] == "http://testserver/settings/"
    assert theirs["Location"] == "/"


def test_errors_keep_the_frame(as_alice, client):
    assert b'class="bar"' in as_alice.get("/no-such-page").content
    assert b"Nothing here" in client.get("/no-such-page").content


def test_a_form_without_its_token_is_refused_in_words(alice, project):
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/login/", {"username": "alice", "password": "alice-password"})
    assert page.status_code == 403
    assert b"Not allowed" in page.content


def test_the_palette_finds_by_name_and_id_and_shows_only_ones_own(as_alice, as_charlie, make_mission):
    make_mission("id-42", name="Compare three vendors", status="waiting")
    make_mission("other", name="Weekly report")
    for text in ("vendors", "ID-42"):
        [entry] = as_alice.get("/palette", {"q": text}).json()["results"]
        assert (entry["label"], entry["path"], entry["glyph"]) == (
            "Compare three vendors",
            "/missions/id-42/",
            "waiting",
        )
    assert len(as_alice.get("/palette").json()["results"]) == 2
    assert as_charlie.get("/palette", {"q": "vendors"}).json()["results"] == []


def test_search_without_words_finds_nothing_and_says_what_it_is(as_alice):
    assert "Search everything that was said" in as_alice.get("/search?q=").content.decode()
    assert "No text holds all these words" in as_alice.get("/search?q=nonsense&in=nonsense&before=x").content.decode()


def test_excerpts_are_marked_by_offsets_and_stay_text():
    excerpt = "<img src=x> price_table"
    assert [tuple(piece) for piece in cut_pieces(excerpt, [(12, 23), (14, 99), (-3, 2), (50, 60)])] == [
        ("<i", True),
        ("mg src=x> ", False),
        ("price_table", True),
    ]


@pytest.mark.parametrize("marks", [[], [(0, 0)], [(5, 2)], [(0, 4), (2, 3)], [(3, 4), (0, 1)]])
def test_no_letter_of_an_excerpt_is_lost_or_doubled(marks):
    assert "".join(piece.text for piece in cut_pieces("abcdef", marks)) == "abcdef"


def test_hits_are_grouped_by_mission_in_the_order_they_were_found():
    def hit(mission: str, kind: str, place: str) -> SearchHit:
        return SearchHit(mission, "", kind, place, "name", "prompt", "text", ())

    hits = [hit("b", "span", "t.s"), hit("a/c", "log", "7"), hit("b", "span", "t.u")]
    groups = present_hits(hits, "a word")
    assert [(group.mission_id, len(group.hits)) for group in groups] == [("b", 2), ("a/c", 1)]
    assert hit_path(hits[0], "") == "/missions/b/?span=t.s"
    assert hit_path(hits[1], "a word") == "/missions/a%2Fc/?pane=logs&log=7&q=a+word"
    assert groups[0].hits[0].path.endswith("q=a+word")


def test_patterns_are_for_administrators_only(as_alice, alice, client):
    assert client.get("/-/patterns").status_code == 404
    assert as_alice.get("/-/patterns").status_code == 404
    alice.is_staff = True
    alice.save()
    page = as_alice.get("/-/patterns").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_patterns_show_the_overview_and_a_verdict_longer_than_its_box(as_alice, alice):
    alice.is_staff = True
    alice.save()
    context = as_alice.get("/-/patterns").context
    assert [table.id for table in context["overview"].tables] == ["spans", "models", "agents", "tools"]
    assert {part.word for part in context["overview"].slices} == {"models", "tools", "queue", "people", "agents"}
    assert len(context["verdict"].sentence) > 600
    assert context["verdict"].evidence


def test_home_is_the_list(as_alice):
    assert as_alice.get("/")["Location"] == "/missions/"


def test_patterns_show_a_plan_its_questions_and_the_selection_of_steps(as_alice, alice):
    alice.is_staff = True
    alice.save()
    answer = as_alice.get("/-/patterns")
    plan = answer.context["plan"]
    assert [row.verb for row in plan["rows"]] == ["ACCOMPLISH", "SEARCH", "MERGE_TABLES", "ASK_USER_QUESTION"]
    assert plan["questions"][0].word == "open"
    assert plan["ghost"].label == "step_4"
    assert "<img src=x" not in answer.content.decode()
