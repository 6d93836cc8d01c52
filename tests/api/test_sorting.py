"""Missions in every order, page by page."""

import pytest

from analysis.recompute import recompute_missions
from tests.api.conftest import make_request, make_span
from tests.api.test_access import with_key
from tests.ingest.delivery import deliver
from traces.models import Mission

pytestmark = pytest.mark.django_db

SORTS = {
    "last_activity": "last_activity_ns",
    "start": "start_ns",
    "duration": "duration_ns",
    "cost": "cost_usd",
    "errors": "error_count",
    "spans": "span_count",
    "llm_calls": "llm_call_count",
    "name": "name",
    "tokens": "",
}
COUNT = 15


@pytest.fixture
def missions(project):
    """Missions with many equal values, some without model calls, one still open, one without a name."""
    for at in range(COUNT):
        trace = f"{at + 1:032x}"
        spans = [
            make_span(trace, n, "chat", seconds=1 + at % 2, gen_ai__operation__name="chat",
                      gen_ai__usage__input_tokens=(at // 3) << 31, gen_ai__usage__output_tokens=1,
                      gen_ai__usage__cost=f"0.{at % 5}")
            for n in range(at % 4)
        ]  # fmt: skip
        spans.append(make_span(trace, 9, f"work {at % 4}", seconds=None if at == 3 else 2))
        spans[-1]["status"] = {"code": 2 * (at % 2)}
        named = {} if at == 5 else {"mission__name": f"mission {at % 6}"}
        deliver(project.pk, make_request(f"m{at}", spans, **named))
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))


def value_of(mission, sort):
    if sort == "name":
        return mission["name"]
    if sort == "tokens":
        return (mission["input_tokens"] or 0) + (mission["output_tokens"] or 0)
    return float(mission[SORTS[sort]] or 0)


@pytest.mark.parametrize("sort", SORTS)
def test_pages_join_in_every_order_at_every_size(missions, api_key, sort):
    client = with_key(api_key.key)

    def walk(order, limit):
        page = client.get("/api/v1/missions/", {"sort": order, "limit": limit}).json()
        found = page["results"]
        while page["next"]:
            page = client.get(page["next"]).json()
            found += page["results"]
        return found

    up = walk(sort, 1000)
    assert sorted(mission["id"] for mission in up) == sorted(f"m{at}" for at in range(COUNT))
    for limit in (1, 7):
        assert walk(sort, limit) == up
        assert walk(f"-{sort}", limit) == up[::-1]
    values = [value_of(mission, sort) for mission in up]
    assert values == sorted(values)
