"""The page: who may open it, whatever its id; what its head says; that hostile text stays text."""

import json
import re

import pytest

from tests.web.mission.wire import chat, key_of, span, text
from web.presenters.mission.head import MODULES, STYLES
from web.presenters.paths import mission_path

pytestmark = pytest.mark.django_db
HOSTILE = "</script><script>alert('x')</script>\u2028<img src=x onerror=alert(1)>\"'&"
IDS = (
    "plain", "a/b/c", "with space", "a?b#c&d=e", "\"'><b>", "\U0001f680 ünïcode", "x/data/spans", "line\nend", "100%",
    "a//b", "..%2f..", HOSTILE,
)  # fmt: skip


@pytest.mark.parametrize("key", IDS)
def test_a_mission_of_any_name_has_its_page_and_data(send, key):
    mission = send(key, [span(1), span(2, 1)])
    assert mission.get().context["head"].id == key
    assert len(mission.json("/data/spans")["rows"]["parent"]) == 2


def test_a_mission_called_like_an_address_does_not_hide_another(send):
    send("x", [span(1)])
    other = send("x/data/spans", [span(1), span(2, 1), span(3, 1)])
    assert "head" in other.get().context


def test_members_and_viewers_see_it_and_strangers_are_told_nothing(send, as_bob, as_vera, as_charlie, client):
    mission = send("secret plan", [span(1)])
    paths = [
        "/", "/data/spans", "/data/calls", "/data/graph", "/data/critical-path", "/data/previews", "/panes/head",
        "/panes/overview", "/panes/conversation", "/panes/tools", "/panes/state", "/panes/logs", "/panes/errors",
        "/panes/findings",
        f"/spans/{key_of(1).replace('.', '/')}/panel", f"/spans/{key_of(1).replace('.', '/')}/raw",
    ]  # fmt: skip
    for path in paths:
        assert as_bob.get(mission.base + path).status_code == 200, path
        assert as_vera.get(mission.base + path).status_code == 200, path
        stranger = as_charlie.get(mission.base + path)
        assert stranger.status_code == 404, path
        assert b"secret plan" not in stranger.content
        assert as_charlie.get(mission.base + path, {"project": "apollo"}).status_code == 404
        assert client.get(mission.base + path)["Location"].startswith("/login/?next="), path


def test_an_unknown_mission_is_answered_404(as_alice, project):
    assert as_alice.get(mission_path("nobody")).status_code == 404


def test_pages_only_read(send):
    mission = send("m", [span(1)])
    assert mission.client.post(mission.base + "/").status_code == 405
    assert mission.client.post(mission.base + "/data/spans").status_code == 405


def test_the_head_says_status_totals_and_verdict(send):
    broken = span(2, 1, "convert prices", error="no price table", start_ms=10)
    mission = send("m", [span(1, error="failed"), broken, chat(3, 1, [text("user", "hi")], [text("assistant", "ho")])])
    head = mission.get().context["head"]
    assert head.status == "failed"
    assert {"spans": "3", "LLM call": "1", "tokens": "127"}.items() <= {f.label: f.value for f in head.totals}.items()
    assert "convert prices" in head.verdict.sentence.lower()
    assert key_of(2) in [link.span for link in head.verdict.evidence]
    assert json.loads(head.counts_json)["conversation"] == "1"


def test_a_mission_that_failed_begins_with_the_span_where_it_went_wrong(send):
    failed = send("bad", [span(1, error="failed"), span(2, 1, "convert prices", error="no price table", start_ms=10)])
    assert failed.get().context["page"]["root"] == key_of(2)


def test_a_mission_that_did_not_fail_begins_with_no_selection(send):
    tried = [span(2, 1, "search", error="timeout", start_ms=1), span(3, 1, "search", start_ms=200)]
    good = send("good", [span(1, took_ms=900), *tried])
    assert good.get().context["head"].status == "ok"
    assert good.get().context["page"]["root"] == ""


def test_hostile_text_is_escaped_wherever_it_stands(send):
    spans = [
        span(1, name=HOSTILE, mission__name=HOSTILE),
        chat(2, 1, [text("user", HOSTILE)], [text("assistant", HOSTILE)], name=HOSTILE, gen_ai__agent__name=HOSTILE),
        span(3, 1, HOSTILE, error=HOSTILE, **{HOSTILE: HOSTILE}),
    ]
    mission = send(HOSTILE, spans)
    pages = [
        "/", "/panes/head", "/panes/conversation", "/panes/errors", "/panes/findings",
        f"/spans/{key_of(2).replace('.', '/')}/panel", f"/spans/{key_of(3).replace('.', '/')}/panel",
    ]  # fmt: skip
    for path in pages:
        page = mission.html(path)
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
    data = re.search(r'<script id="mission-page" type="application/json">(.*?)</script>', mission.html(), re.S)
    assert data is not None
    assert json.loads(data[1])["mission"] == HOSTILE


def test_a_running_mission_keeps_a_place_for_what_it_does_now(send):
    import time

    from tests.web.mission.wire import BASE_NS

    ahead_ms = (time.time_ns() - BASE_NS) // 1_000_000 - 2_000
    mission = send("m", [span(1, start_ms=ahead_ms, took_ms=None)])
    assert "data-now" in mission.html()
    assert mission.json("/data/spans")["is_running"] is True


def test_the_page_names_exactly_the_modules_it_has(settings):
    folder = settings.BASE_DIR / "static" / "js" / "mission"
    found = {str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.js")}
    assert found == set(MODULES)


def test_the_page_names_exactly_the_styles_it_has(settings):
    found = {path.stem for path in (settings.BASE_DIR / "static" / "css" / "mission").glob("*.css")}
    assert found == set(STYLES)
