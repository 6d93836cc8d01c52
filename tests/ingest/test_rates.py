"""A project that sends too much is told to wait; the others notice nothing."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from ingest.rates import Rates
from tests.api.conftest import make_request, make_span
from tests.blackbox.client import Reader
from tests.live.conftest import Site
from tests.live.conftest import site as site

PER_S = 3
PATIENCE_S = 60


@pytest.fixture
def other_key(charlie: Any) -> str:
    """A key of another project."""
    from accounts.actions import create_api_key
    from accounts.models import Project

    return str(create_api_key(Project.objects.get(slug="elsewhere"), "other", ("ingest",))[0])


def _send(site: Site, key: str) -> httpx.Response:
    request = make_request("rates", [make_span("ab" * 16, 0, "work")])
    with httpx.Client(trust_env=False, headers={"x-api-key": key}) as http:
        return http.post(f"{site.url}/v1/traces", json=request)


@pytest.mark.django_db(transaction=True)
def test_a_project_beyond_its_rate_waits_and_others_do_not(
    site: Site,
    settings: Any,
    other_key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.MISSIONSCOPE_PROJECT_REQUESTS_PER_S = PER_S
    monkeypatch.setattr("ingest.rates.TOLD_EVERY_S", 1.0)
    with ThreadPoolExecutor(5 * PER_S) as senders:
        answers = list(senders.map(lambda _: _send(site, site.key), range(5 * PER_S)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(answers) - len(refused) >= PER_S
    assert len(refused) >= PER_S
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert "more than 3 requests a second" in refused[0].json()["message"]
    assert _send(site, other_key).status_code == 200
    _wait_until_told(site, len(refused))


def _wait_until_told(site: Site, count: int) -> None:
    """Return once the project's rejections speak of so many requests."""
    reader = Reader(site.url, site.key)
    deadline = time.monotonic() + PATIENCE_S
    told = -1
    while told != count:
        assert time.monotonic() < deadline, told
        time.sleep(0.05)
        found = [each["detail"] for each in reader.rejections() if each["reason"] == "rate_limited"]
        told = sum(int(detail.split()[0]) for detail in found)
    reader.close()


def test_a_bucket_fills_with_time_and_never_above_a_second_s_worth() -> None:
    rates = Rates()
    assert [rates.take(1, 2, 100.0) for _ in range(3)] == [0, 0, 1]
    assert rates.take(2, 2, 100.0) == 0
    assert [rates.take(1, 2, 100.5) for _ in range(2)] == [0, 1]
    assert [rates.take(1, 2, 900.0) for _ in range(3)] == [0, 0, 1]


def test_who_keeps_asking_is_let_in_at_the_rate() -> None:
    rates = Rates()
    let_in = sum(rates.take(1, 5, at / 1000) == 0 for at in range(10_000))
    assert 50 <= let_in <= 55
