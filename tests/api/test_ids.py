"""A mission's id is the sender's own text, percent-encoded: any text reaches its mission and no other."""

import secrets
from urllib.parse import quote, urljoin

import pytest

from tests.api.conftest import make_request, make_span, mission_path

pytestmark = pytest.mark.server

IDS = [
    "plain", "with space", "a/b/c", "a%2fb", "a%252Fb", "..", "../../etc/passwd", ".", "/", "//", "a/", "/a", "?q=1",
    "a?b#c", "'\"`<script>", "é 漢字 😀", "line\nbreak\r\ntab\t", "a;b", "a+b", "a&b=c", "\\", "spans/",
    "llm-calls", "a:b@c", "\x1b[31mred", "x" * 1500, " lead", "trail ", "ＡＢＣ", "a\u202eb", "{}", "[]", "$", "~", "*",
]  # fmt: skip


@pytest.fixture(scope="module")
def named(asker):
    """One mission of one span for each id; the random part keeps runs apart."""
    mark = secrets.token_hex(3)
    ids = [f"{text}{mark}" for text in IDS] + [f"{mark}{text}" for text in IDS]
    blocks = [
        block
        for at, mission_id in enumerate(ids)
        for block in make_request(mission_id, [make_span(secrets.token_hex(16), 0, f"span {at}")])["resourceSpans"]
    ]
    asker.send({"resourceSpans": blocks})
    return ids


@pytest.mark.parametrize("at", range(2 * len(IDS)))
def test_any_id_reaches_its_mission_and_no_other(asker, named, at):
    mission_id = named[at].strip()  # white space at the ends is no part of an id
    path = mission_path(mission_id)
    assert asker.read(path)["id"] == asker.read(mission_path(named[at]))["id"] == mission_id
    [span] = asker.read(f"{path}spans/")["results"]
    assert (span["mission_id"], span["name"]) == (mission_id, f"span {at}")
    assert asker.read(f"{path}spans/{span['trace_id']}/{span['span_id']}/")["name"] == f"span {at}"
    asker.settled(mission_id, 1)
    found = asker.walk("/api/v1/missions/", q=mission_id if len(mission_id) < 1000 else mission_id[:900])
    assert mission_id in {mission["id"] for mission in found}


def test_a_page_of_an_odd_mission_has_a_next_one(asker):
    mission_id = f"a/b%2f 'é\n{secrets.token_hex(3)}"
    trace = secrets.token_hex(16)
    asker.send(make_request(mission_id, [make_span(trace, at, f"span {at}") for at in range(5)]))
    assert [span["name"] for span in asker.walk(mission_path(mission_id, "spans/"), limit=2)] == [
        f"span {at}" for at in range(5)
    ]


def test_what_is_no_text_is_no_mission(asker):
    for raw in ("%ff", "%ed%a0%80", "%00", "%", "%zz", "%C0%AF"):
        response = asker.http.get(f"{asker.url}/api/v1/missions/{raw}/")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_trace_of_a_mission_leads_to_it_and_a_span_of_another_does_not(asker):
    first, second = (f"mission {secrets.token_hex(4)}" for _ in range(2))
    traces = [secrets.token_hex(16) for _ in range(2)]
    for mission_id, trace in zip((first, second), traces, strict=True):
        asker.send(make_request(mission_id, [make_span(trace, 0, mission_id)]))
    assert asker.read(mission_path(traces[0]))["id"] == first
    span_id = f"{1:016x}"
    assert asker.get(mission_path(first, f"spans/{traces[0]}/{span_id}/")).status_code == 200
    assert asker.get(mission_path(first, f"spans/{traces[1]}/{span_id}/")).status_code == 404
    for odd in (f"{traces[0]}/zz", f"{traces[0][:-1]}/{span_id}", f"{'é' * 32}/{span_id}", f"{traces[0]}/{'f' * 16}"):
        assert asker.get(mission_path(first, f"spans/{quote(odd)}/")).status_code == 404


def test_a_mission_has_a_page_of_its_own(asker, named):
    for mission_id in named[:3]:
        url = asker.read(mission_path(mission_id))["url"]
        assert asker.http.get(urljoin(asker.url, url)).status_code in (200, 302)
