"""What the first screen says of each sample, from its bytes through the doors' own code to the verdict."""

import msgspec
import pytest

from accounts.models import Project
from analysis.recompute import recompute_missions
from demo.otlp import encode_logs, encode_traces
from demo.samples import SCENARIOS
from ingest.commit import store_prepared
from ingest.prepare import prepare
from tests.ingest.delivery import REDACTOR
from traces.models import Mission
from traces.selectors import list_spans

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch):
    """Stores one sample as it is a minute after it was told; gives its mission as recomputed."""

    def store(slug: str) -> Mission:
        project = Project.objects.create(slug=slug, name=slug).pk
        now_ns = 1_900_000_000_000_000_000
        story = SCENARIOS[slug].told(seed=0, now_ns=now_ns)
        for signal, data in (("traces", encode_traces(story.spans)), ("logs", encode_logs(story.logs))):
            batch = prepare(
                project_id=project,
                redactor=REDACTOR,
                door=f"otlp_{signal}",
                encoding="protobuf",
                data=data,
                received_ns=now_ns,
            )
            store_prepared([batch])
        monkeypatch.setattr("time.time_ns", lambda: now_ns)
        recompute_missions([Mission.objects.get(project_id=project).id])
        return Mission.objects.get(project_id=project)

    return store


def test_the_failed_comparison_names_the_fault_it_began_with(told) -> None:
    mission = told("vendor_quotes")
    verdict = msgspec.json.decode(mission.analysis)["verdict"]
    assert mission.status == "failed"
    late, cause = mission.verdict.split(" Likely cause: ")
    assert late.startswith("Agent finance failed")
    assert cause.startswith("read feed ecb-daily of service fx-service failed")
    assert "inside tool get_exchange_rates" in cause
    assert cause.endswith("the prompt that led to tool convert_price_table, and both name SEK.")
    names = {f"{span.trace_id}/{span.span_id}": span.name for span in list_spans(mission.id, mission.key)}
    assert names[verdict["root_ref"]["id"]] == "read feed ecb-daily"
    assert [names[ref["id"]] for ref in verdict["evidence"] if ref["type"] == "span"][:4] == [
        "read feed ecb-daily",
        "execute_tool get_exchange_rates",
        "chat gpt-4.1",
        "execute_tool convert_price_table",
    ]


def test_a_review_that_waits_for_a_person_waits_and_is_not_called_stalled(told) -> None:
    mission = told("contract_review")
    assert mission.status == "waiting"
    assert mission.verdict.startswith("Agent privacy is waiting for a person since ")
    assert mission.verdict.endswith(": wait for legal-emea.")
    assert '"stall"' not in mission.analysis


def test_a_loop_is_told_with_the_failure_that_ended_it(told) -> None:
    loop, end = told("safety_sheet").verdict.split(" Then: ")
    assert loop.startswith("Agent document-finder ran search_documents with the same arguments 18 times in a row")
    assert end.startswith("Step FIND the sheet failed")


@pytest.mark.parametrize("slug", ["weekly_report", "refund_handoff", "account_opening", "meeting_minutes", "team_day"])
def test_a_sample_that_went_well_has_no_verdict(told, slug: str) -> None:
    mission = told(slug)
    assert (mission.status, mission.verdict) == ("ok", "")


def test_tickets_one_after_another_are_conversations_of_their_own(told) -> None:
    assert "compacted_context" not in told("support_inbox").analysis
