"""The list of missions: who sees what, what filters leave, what changes live, what hostile text becomes."""

import time

import pytest

HOSTILE = "<script>alert('x')</script>\"'&"
HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


def ids(response) -> list[str]:
    """The missions of an answer, in order."""
    return [item["id"] for item in response.context["missions"]]


def test_members_see_the_projects_missions_and_strangers_their_own(as_alice, as_bob, as_charlie, make_mission):
    make_mission("apollo-1")
    assert ids(as_alice.get("/missions/")) == ids(as_bob.get("/missions/")) == ["apollo-1"]
    assert b"apollo-1" not in as_charlie.get("/missions/").content
    assert as_charlie.get("/missions/?project=apollo").status_code == 404


def test_who_is_not_logged_in_comes_back_to_the_same_question(client, project):
    assert client.get("/missions/?status=failed")["Location"] == "/login/?next=%2Fmissions%2F%3Fstatus%3Dfailed"


def test_a_swap_whose_session_has_ended_sends_the_whole_page_to_the_login(client, project):
    answer = client.get("/missions/", headers={**HTMX, "HX-Current-URL": "http://testserver/missions/?q=a"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/login/?next=")


def test_an_empty_project_shows_the_command_that_fills_it(as_alice):
    page = as_alice.get("/missions/").content.decode()
    assert "No mission has arrived yet" in page
    assert "curl http://testserver/v1/traces" in page


def test_filters_that_leave_nothing_say_what_was_asked_and_how_to_undo_it(as_alice, make_mission):
    make_mission("one", status="ok")
    page = as_alice.get("/missions/?status=failed&agent=nobody").content.decode()
    assert "No mission matches" in page
    assert "the status failed, the agent nobody" in page
    assert "Clear filters" in page


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("status=failed&status=waiting", {"broken", "stuck"}),
        ("agent=planner", {"broken"}),
        ("agent=PLANNER", set()),
        ("model=gpt-4o", {"broken"}),
        ("model=gpt-4", {"stuck"}),
        ("model=gpt-4o&longer=10s", set()),
        ("longer=10s", {"stuck"}),
        ("longer=1s", {"broken", "stuck"}),
        ("has_error=1", {"broken"}),
        ("q=STU", {"stuck"}),
        ("verdict=yes", {"broken"}),
        ("verdict=no", {"stuck", "old"}),
        ("since=1h", {"broken", "stuck"}),
        ("status=nonsense&sort=nonsense&since=nonsense&longer=nonsense", {"broken", "stuck", "old"}),
    ],
)
def test_filters_narrow_the_list(as_alice, make_mission, query, left):
    make_mission(
        "broken",
        status="failed",
        error_count=2,
        verdict="It broke",
        agents=("planner", "writer"),
        models=("a", "gpt-4o"),
    )
    make_mission("stuck", status="waiting", agents=("plan",), models=("gpt-4",), start_ns=1, end_ns=20 * 10**9)
    make_mission("old", status="ok", start_ns=5, end_ns=5, last_activity_ns=time.time_ns() - 5 * 3600 * 10**9)
    assert set(ids(as_alice.get(f"/missions/?{query}"))) == left


def test_the_address_carries_model_and_duration_and_the_menus_say_so(as_alice, make_mission):
    make_mission("one", models=("gpt-4o",))
    make_mission("two", models=("claude", "gpt-4o"), start_ns=1, end_ns=90 * 10**9 + 1)
    answer = as_alice.get("/missions/?model=gpt-4o&longer=1m")
    assert ids(answer) == ["two"]
    menus = {menu.name: menu for menu in answer.context["filters"]}
    assert menus["model"].summary == "Model: gpt-4o"
    assert [choice.value for choice in menus["model"].choices] == ["", "claude", "gpt-4o"]
    assert menus["longer"].summary == "Longer than: 1 min"
    assert "model=gpt-4o&longer=1m" in answer.context["query"].path()
    page = as_alice.get("/missions/?model=claude&longer=10m").content.decode()
    assert "the model claude, a duration of at least 10 min" in page


def test_a_mission_that_changes_is_taken_by_model_and_duration_as_the_list_would(as_alice, make_mission):
    make_mission("short", models=("gpt-4o",))
    make_mission("long", models=("gpt-4o",), start_ns=1, end_ns=90 * 10**9)
    make_mission("other", models=("gpt-4o-mini",), start_ns=1, end_ns=90 * 10**9)
    make_mission("open", models=("gpt-4o",), end_ns=None)
    answer = as_alice.get("/missions/changes?after=0&model=gpt-4o&longer=1m")
    assert [item["id"] for item, taken in answer.context["rows"] if taken] == ["long"]


def test_columns_order_the_list_and_turn_round(as_alice, make_mission):
    for key, cost in (("cheap", "0.002"), ("dear", "11.5"), ("free", None)):
        make_mission(key, cost_usd=cost)
    assert ids(as_alice.get("/missions/?sort=-cost")) == ["dear", "cheap", "free"]
    answer = as_alice.get("/missions/?sort=cost")
    assert ids(answer) == ["free", "cheap", "dear"]
    assert 'aria-sort="ascending"' in answer.content.decode()


def test_every_mission_comes_once_over_all_pages(as_alice, make_mission):
    made = {make_mission(f"m-{number}").key for number in range(120)}
    answer, seen = as_alice.get("/missions/"), []
    while True:
        seen += ids(answer)
        if not (following := answer.context["next_path"]):
            break
        answer = as_alice.get(following, headers=HTMX)
    assert len(seen) == 120
    assert set(seen) == made


def test_a_broken_cursor_is_refused_where_it_was_used(as_alice, make_mission):
    make_mission("one")
    answer = as_alice.get("/missions/?cursor=nonsense", headers=HTMX)
    assert answer.status_code == 400
    assert b'role="alert"' in answer.content


def test_a_swap_holds_the_results_without_the_frame(as_alice, make_mission):
    make_mission("one")
    page = as_alice.get("/missions/", headers=HTMX).content.decode()
    assert "<html" not in page
    assert 'data-id="one"' in page


def test_hostile_names_stay_text(as_alice, make_mission):
    make_mission("../../x?y#z", name=HOSTILE, verdict=HOSTILE, agents=(HOSTILE,))
    page = as_alice.get("/missions/").content.decode()
    assert "<script>alert" not in page
    assert 'href="/missions/..%2F..%2Fx%3Fy%23z/"' in page


def test_changes_come_after_the_cursor_and_say_whether_the_filter_takes_them(as_alice, make_mission):
    first = make_mission("first", status="ok")
    make_mission("second", status="failed", error_count=1)
    answer = as_alice.get(f"/missions/changes?after={first.list_seq}&has_error=1")
    assert [(item["id"], taken) for item, taken in answer.context["rows"]] == [("second", True)]
    answer = as_alice.get(f"/missions/changes?after={first.list_seq}&status=active")
    assert [(item["id"], taken) for item, taken in answer.context["rows"]] == [("second", False)]
    assert answer.context["after"] == first.list_seq + 1


@pytest.mark.parametrize("after", ["", "-1", "1.5", "x", "9" * 30])
def test_changes_refuse_what_is_no_cursor(as_alice, after):
    assert as_alice.get(f"/missions/changes?after={after}").status_code == 400


def test_changes_of_other_projects_do_not_show(as_charlie, make_mission):
    make_mission("secret-mission")
    assert b"secret-mission" not in as_charlie.get("/missions/changes?after=0").content


def test_the_strip_counts_all_statuses_whichever_is_chosen(as_alice, make_mission):
    for key, status in (("a", "failed"), ("b", "failed"), ("c", "ok")):
        make_mission(key, status=status)
    counts = as_alice.get("/missions/?status=ok").context["counts"]
    assert {item.mark.word: item.mission_count for item in counts}["failed"] == 2
    assert [item.mark.word for item in counts if item.is_chosen] == ["ok"]


def test_the_activity_chart_holds_every_mission_of_its_time(as_alice, make_mission):
    now_ns = time.time_ns()
    for key, hours in (("a", 0), ("b", 2), ("c", 2)):
        make_mission(key, status="failed" if key == "c" else "ok", last_activity_ns=now_ns - hours * 3600 * 10**9)
    chart = as_alice.get("/missions/").context["chart"]
    assert chart.label == "by hour"
    assert [bar.height for bar in chart.bars if bar.height] == [24, 12]
    assert [bar.failed_height for bar in chart.bars if bar.failed_height] == [12]


def test_more_rows_ask_the_database_no_more_often(as_alice, make_mission, django_assert_max_num_queries):
    make_mission("first")
    as_alice.get("/missions/")
    for number in range(49):
        make_mission(f"m-{number}")
    with django_assert_max_num_queries(13) as one:
        as_alice.get("/missions/")
    assert len(one.captured_queries) <= 13


def test_a_page_carries_no_inline_script_or_style(as_alice, make_mission):
    make_mission("one")
    for path in ("/missions/", "/settings/keys/", "/search?q=x", "/missions/?status=gone"):
        page = as_alice.get(path).content.decode()
        assert " style=" not in page, path
        assert " onclick=" not in page, path
        assert "<script>" not in page, path
