"""`/metrics`: who may read what, in a form that Prometheus takes, whatever else is broken."""

import shutil
import subprocess
import time
from typing import Any

import httpx
import pytest
from django.db import DatabaseError
from prometheus_client.parser import text_string_to_metric_families

from accounts.actions import create_api_key
from accounts.models import Project
from metrics.derive.job import derive_marked
from missionscope.exposition import door, own
from tests.ingest.delivery import deliver
from tests.live.conftest import Site
from tests.live.conftest import site as site
from tests.metrics.derive.records import call, from_service, log, log_request, span

pytestmark = pytest.mark.django_db(transaction=True)


def get(site: Site, *, key: str = "", accept: str = "", **headers: str) -> httpx.Response:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    given |= {"authorization": f"Bearer {key}"} if key else {}
    return httpx.get(
        f"{site.url}/metrics", headers=given | ({"accept": accept} if accept else {}), timeout=60, trust_env=False
    )


def read(answer: httpx.Response) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by name and labels."""
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def find(samples: dict[Any, float], name: str, **labels: str) -> float:
    return samples[name, tuple(sorted(labels.items()))]


def make_recent(project: Project) -> None:
    """A mission that ended two minutes ago."""
    ended = time.time_ns() - 2 * 60 * 10**9
    spans = [
        call(1, 0, 1, gen_ai__usage__input_tokens=600),
        span(2, 0, 1, "Tool.execute"),
    ]
    for each in spans:
        each |= {"startTimeUnixNano": str(ended - 2 * 10**9), "endTimeUnixNano": str(ended)}
    deliver(project.pk, from_service("brain", *spans))
    deliver(project.pk, log_request(log(0, 9) | {"timeUnixNano": str(ended)}), "logs")
    derive_marked()


def test_a_key_reads_its_own_project_and_the_health_of_all(site: Site, project: Project, charlie: Any) -> None:
    stranger = create_api_key(Project.objects.get(slug="elsewhere"), "other", ("read",))[0]
    make_recent(project)
    own_samples, other = read(get(site, key=site.key)), read(get(site, key=stranger))
    name = "missionscope_recent_llm_duration_seconds"
    labels = {"project": "apollo", "service": "brain", "model": "m-1", "provider": "acme"}
    assert find(own_samples, name, **labels, percentile="99") == pytest.approx(2.0, rel=0.01)
    assert find(own_samples, "missionscope_recent_llm_duration_error_ratio", **labels) == 0
    assert find(own_samples, "missionscope_recent_llm_tokens_per_second", **labels, direction="input") == 2.0
    missions = {key[1][0]: value for key, value in own_samples.items() if key[0] == "missionscope_missions"}
    assert missions == {("project", "apollo"): 1}
    assert not [key for key in other if ("project", "apollo") in key[1]]
    assert find(other, "missionscope_database_up") == 1


def test_the_machine_itself_reads_everything_without_a_key(site: Site, project: Project) -> None:
    make_recent(project)
    samples = read(get(site))
    labels = {"project": "apollo", "service": "brain", "method": "Tool.execute"}
    assert find(samples, "missionscope_recent_sdk_duration_per_second", **labels) == pytest.approx(1 / 300)
    labels = {"project": "apollo", "service": "brain", "severity": "info"}
    assert find(samples, "missionscope_recent_log_records_per_second", **labels) == pytest.approx(1 / 300)


@pytest.mark.parametrize(
    "headers",
    [
        {"x_forwarded_for": "203.0.113.9"},
        {"forwarded": "for=203.0.113.9"},
        {"via": "1.1 proxy"},
        {"host": "evil.example"},
    ],
)
def test_who_comes_through_a_proxy_or_by_a_strange_name_needs_a_key(site: Site, headers: dict[str, str]) -> None:
    answer = get(site, **headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert get(site, key=site.key, **headers).status_code == 200


def test_wrong_keys_and_keys_that_only_send_are_refused(site: Site, project: Project) -> None:
    assert get(site, key="ms_wrong").status_code == 401
    assert get(site, key=create_api_key(project, "sender", ("ingest",))[0]).status_code == 403


def test_only_get_is_answered(site: Site) -> None:
    answer = httpx.post(f"{site.url}/metrics", timeout=60, trust_env=False)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert httpx.head(f"{site.url}/metrics", timeout=60, trust_env=False).status_code == 200


def test_what_the_doors_took_and_refused_is_counted(site: Site) -> None:
    def count() -> tuple[float, float, float, float]:
        door.forget_kept()
        samples = read(get(site))
        return (
            samples.get(("missionscope_records_accepted_total", (("door", "native"), ("kind", "log"))), 0),
            sum(value for key, value in samples.items() if key[0] == "missionscope_records_rejected_total"),
            samples.get(("missionscope_door_requests_total", (("door", "native"), ("status", "401"))), 0),
            find(samples, "missionscope_commit_seconds_count"),
        )

    before = count()
    good = {"type": "log", "mission_id": "m", "body": "x", "time_ns": "2026-01-02T03:04:05Z"}
    for key, lines in ((site.key, [good, good | {"body": "y"}, {"type": "nonsense"}]), ("ms_wrong", [good])):
        httpx.post(f"{site.url}/api/v1/ingest", json=lines, headers={"x-api-key": key}, timeout=60, trust_env=False)
    assert [now - then for now, then in zip(count(), before, strict=True)] == [2, 1, 1, 1]


def test_a_database_that_does_not_answer_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise DatabaseError

    monkeypatch.setattr(own, "count_pending", fail)
    monkeypatch.setattr(door, "list_project_slugs", lambda *_: fail())
    samples = read(get(site))
    assert find(samples, "missionscope_database_up") == 0
    assert find(samples, "missionscope_websockets") >= 0


def test_the_text_passes_promtool(site: Site, project: Project) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool (Debian: prometheus)")
    make_recent(project)
    made = subprocess.run([promtool, "check", "metrics"], input=get(site).content, capture_output=True, check=False)
    assert (made.returncode, made.stdout, made.stderr) == (0, b"", b"")
    opened = get(site, accept="application/openmetrics-text; version=1.0.0")
    assert opened.headers["content-type"].startswith("application/openmetrics-text")
    assert opened.text.endswith("# EOF\n")


def test_hostile_labels_stay_values(site: Site, project: Project) -> None:
    ended = time.time_ns() - 2 * 60 * 10**9
    hostile = 'a"} 1\nevil{x="\\'
    each = span(1, 0, 1, "Tool.execute") | {"startTimeUnixNano": str(ended), "endTimeUnixNano": str(ended)}
    deliver(project.pk, from_service(hostile, each))
    derive_marked()
    samples = read(get(site))
    assert not [key for key in samples if key[0] == "evil"]
    assert [key for key in samples if ("service", hostile) in key[1]]
