"""Search finds what reading every text would find, on both databases, and asks seldom."""

import random
import string
from typing import Any, NamedTuple

import pytest

from accounts.models import Project
from search import indexing, selectors
from search.indexing import index_pending
from search.models import QueueItem
from search.selectors import SearchHit, find_missions_with, search
from search.words import index_words, query_words
from tests.ingest.delivery import deliver
from tests.ingest.test_order import attribute
from traces.models import Mission

pytestmark = pytest.mark.django_db
FIELD_OF = {"input.value": "prompt", "output.value": "reply", "app.state": "state"}
QUERIES = (
    "the", "th", "t", "z", "9", "the a", "needle", "need", "Néedle haystack", "the needle h", "nothing", "日本", "本",
    "the thing that was not", "x", "w1 w2 w3", " ".join(f"w{number}" for number in range(32)),
    "a b c d e f g h i j k l m", "thé thing",
)  # fmt: skip


class Said(NamedTuple):
    mission: str
    field: str
    text: str


@pytest.fixture
def project_pk() -> int:
    return int(Project.objects.create(slug="p", name="p").pk)


def send(project_id: int, trace: int, said: list[Said]) -> None:
    """One request, a span for each text."""
    spans: list[dict[str, Any]] = []
    for number, item in enumerate(said):
        key = next(key for key, field in FIELD_OF.items() if field == item.field)
        times = {"startTimeUnixNano": "1700000000000000000", "endTimeUnixNano": "1700000001000000000"}
        ids = {"traceId": f"{trace + 1:032x}", "spanId": f"{trace * 1000 + number + 1:016x}"}
        attributes = [attribute(key, item.text), attribute("missionscope.mission.id", item.mission)]
        spans.append({**ids, **times, "name": "", "attributes": attributes})
    deliver(project_id, {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})


def make_texts(seed: int) -> list[list[Said]]:
    """Requests: common and rare words, the same text again here and elsewhere."""
    chance = random.Random(seed)
    words = ["the", "thing", "that", "was", "not", "日本語", *string.ascii_lowercase, *(f"w{n}" for n in range(300))]
    weights = [1 / (at + 1) for at in range(len(words))]
    requests: list[list[Said]] = []
    for number in range(60):
        home = f"mission {number % 9}"
        said = [
            Said(home, chance.choice(["prompt", "reply", "state"]), " ".join(chance.choices(words, weights, k=12)))
            for _ in range(chance.choice([1, 1, 2, 12]))
        ]
        if number % 20 == 7:
            said.append(Said(home, "prompt", f"the needle in a haystack {number}"))
        if number % 5 == 0:
            said.append(Said(home, "prompt", "the thing that everybody says"))
        requests.append(said)
    return requests


def index_all() -> None:
    while QueueItem.objects.exists():
        index_pending()


def expected(requests: list[list[Said]], query: str, field: str = "", mission: str = "") -> set[tuple[str, str]]:
    """(mission, text) that hold the words."""
    asked = query_words(query)
    found: dict[tuple[str, str], str] = {}
    for said in (item for request in requests for item in request):
        found.setdefault((said.mission, said.text), said.field)
    hits = set()
    for (home, text), where in found.items():
        words = index_words(text)
        is_hit = all(word in words for word in asked[:-1]) and any(word.startswith(asked[-1]) for word in words)
        if is_hit and field in ("", where) and mission in ("", home):
            hits.add((home, text))
    return hits


def walk(project_id: int, query: str, limit: int = 7, **more: Any) -> list[SearchHit]:
    hits: list[SearchHit] = []
    before: int | None = None
    while True:
        page = search(project_id, query, before=before, limit=limit, **more)
        hits += page.hits
        before = page.next_before
        if before is None:
            return hits


def walked(project_id: int, query: str, **more: Any) -> set[tuple[str, str]]:
    """Every hit, of which none comes twice."""
    places = [(hit.mission_id, hit.excerpt) for hit in walk(project_id, query, **more)]
    assert len(set(places)) == len(places), query
    return set(places)


@pytest.mark.parametrize("few", [0, 20, 10_000])
def test_search_finds_what_reading_every_text_finds(project_pk: int, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(selectors, "FEW_TEXTS", few)
    monkeypatch.setattr(indexing, "BATCH_RECORDS", 30)
    requests = make_texts(few)
    other = int(Project.objects.create(slug="q", name="q").pk)
    for number, said in enumerate(requests):
        send(project_pk, number, said)
        if number % 10 == 0:
            send(other, number, [Said("elsewhere", "prompt", f"the needle of others {number}")])
    index_all()
    keys = dict(Mission.objects.filter(project_id=project_pk).values_list("key", "id"))
    for query in QUERIES:
        hits = expected(requests, query)
        assert walked(project_pk, query) == hits, query
        assert find_missions_with(project_pk, query) == {keys[mission] for mission, _ in hits}, query
        both = expected(requests, query, field="reply") | expected(requests, query, field="state")
        assert walked(project_pk, query, fields=("reply", "state")) == both
        mine = walked(project_pk, query, mission_pk=keys["mission 3"])
        assert mine == expected(requests, query, mission="mission 3")
    assert {hit.field for hit in walk(project_pk, "the", fields=("reply",))} == {"reply"}


@pytest.mark.parametrize("few", [0, 10_000])
def test_the_newest_come_first(project_pk: int, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(selectors, "FEW_TEXTS", few)
    for number in range(20):
        send(project_pk, number, [Said("m", "prompt", f"the needle {number}")])
        index_all()
    assert [hit.excerpt for hit in walk(project_pk, "needle")] == [f"the needle {n}" for n in reversed(range(20))]


def test_a_query_asks_the_database_a_fixed_number_of_times(project_pk: int, django_assert_max_num_queries: Any) -> None:
    for number in range(3):
        send(project_pk, number, [Said("m", "prompt", f"the needle {number} {at}") for at in range(60)])
    index_all()
    for query in ("t", "the", "the n", "needle nothing"):
        with django_assert_max_num_queries(12):
            search(project_pk, query, limit=50)
