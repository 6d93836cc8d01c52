"""What became of a span is told alike by lists, single answers, filters, the graph and the agents."""

import time

import pytest

from analysis.recompute import recompute_missions, recompute_open
from tests.api.conftest import make_request, make_span
from tests.api.test_access import with_key
from tests.ingest.delivery import deliver
from traces.models import Mission

pytestmark = pytest.mark.django_db

TRACE = "c" * 32
MINUTE_NS = 60 * 10**9
STATUSES = ("waiting", "active", "ok", "failed", "gone")


def agent(at, name, **more):
    return make_span(TRACE, at, name, gen_ai__operation__name="invoke_agent", gen_ai__agent__name=name, **more)


def tool(at, name, **more):
    return make_span(TRACE, at, name, gen_ai__operation__name="execute_tool", gen_ai__tool__name=name, **more)


def chat(at, name, **more):
    return make_span(TRACE, at, name, gen_ai__operation__name="chat", gen_ai__request__model="m", **more)


def fails(span, message="no"):
    return span | {"status": {"code": 2, "message": message}}


def says_ok(span):
    return span | {"status": {"code": 1}}


@pytest.fixture
def ask(project, api_key):
    """Send spans of a mission, compute it, and read below it."""
    client = with_key(api_key.key)

    def read(path, **parameters):
        answer = client.get(f"/api/v1/missions/m/{path}", parameters)
        assert answer.status_code == 200, answer.content
        return answer.json()

    return read


def tell(project, *spans):
    deliver(project.pk, make_request("m", list(spans)))
    compute()


def compute():
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))


def by_name(answer):
    return {span["name"]: span["effective_status"] for span in answer["results"]}


def test_a_root_that_failed_through_its_child_is_failed_wherever_it_is_told(project, ask):
    tell(project, agent(0, "root", seconds=9), fails(tool(1, "lookup", parent=1)))
    spans = ask("spans/")["results"]
    assert {span["name"]: (span["status_code"], span["effective_status"]) for span in spans} == {
        "root": ("UNSET", "failed"),
        "lookup": ("ERROR", "failed"),
    }
    for span in spans:
        assert ask(f"spans/{span['trace_id']}/{span['span_id']}/")["effective_status"] == "failed"
    assert {node["effective_status"] for node in ask("graph/")["nodes"]} == {"failed"}
    assert {each["status"] for each in ask("agents/")["results"]} == {"failed"}
    assert by_name(ask("spans/", include="content")) == {"root": "failed", "lookup": "failed"}


def test_every_status_is_found_by_its_filter_and_is_that_of_the_graph(project, ask):
    now = time.time_ns()
    early = {"startTimeUnixNano": str(now - 20 * MINUTE_NS), "endTimeUnixNano": str(now - 20 * MINUTE_NS + 10**9)}
    gone = tool(2, "abandoned", parent=2, seconds=None) | {"startTimeUnixNano": str(now - 20 * MINUTE_NS)}
    waits = make_span(TRACE, 5, "ask", parent=5, seconds=None, missionscope__span__kind="HUMAN")
    for span in (waits, opened := agent(4, "planner", seconds=None)):
        span["startTimeUnixNano"] = str(now - 10 * MINUTE_NS)
    cancelled = tool(6, "cancelled", error__type="CancelledError")
    absorbed = [says_ok(agent(7, "patient")), fails(tool(8, "flaky", parent=8))]
    several = [agent(1, "over") | early, gone, opened, waits, cancelled, *absorbed]
    for span in several[4:]:
        span |= early
    tell(project, *several)
    told = by_name(ask("spans/"))
    assert told == {
        "over": "ok",
        "abandoned": "gone",
        "planner": "waiting",
        "ask": "waiting",
        "cancelled": "gone",
        "patient": "ok",
        "flaky": "failed",
    }
    for status in STATUSES:
        assert by_name(ask("spans/", status=status)) == {name: each for name, each in told.items() if each == status}
    drawn = {node["label"]: node["effective_status"] for node in ask("graph/")["nodes"] if node["parent"]}
    assert {name: told[name] for name in drawn.keys() & told.keys()} == {
        name: drawn[name] for name in drawn.keys() & told.keys()
    }
    assert len(drawn.keys() & told.keys()) >= 3


def test_tool_runs_and_model_calls_say_what_their_spans_say(project, ask):
    tool_run = tool(1, "outer", seconds=9)
    broken, stopped = fails(make_span(TRACE, 2, "inner", parent=2)), tool(3, "stopped", error__type="CancelledError")
    tell(project, tool_run, broken, stopped, chat(4, "call", error__type="KeyboardInterrupt"))
    runs = ask("tool-calls/")["results"]
    assert {run["tool_name"]: run["effective_status"] for run in runs} == {"outer": "failed", "stopped": "gone"}
    for run in runs:
        assert ask(f"tool-calls/{run['id']}/")["effective_status"] == run["effective_status"]
    assert [call["status"] for call in ask("llm-calls/")["results"]] == ["gone"]


def test_who_asks_for_what_changed_is_told_of_an_outcome(project, ask):
    tell(project, tool(1, "outer", seconds=9))
    after = max(int(row["change_seq"]) for row in ask("tool-calls/")["results"] + ask("spans/")["results"])
    tell(project, fails(make_span(TRACE, 2, "inner", parent=2)))
    assert by_name(ask("spans/", after=after)) == {"outer": "failed", "inner": "failed"}
    assert [run["effective_status"] for run in ask("tool-calls/", after=after)["results"]] == ["failed"]


def test_a_child_that_is_done_again_takes_the_failure_of_its_parent_back(project, ask):
    tell(project, agent(1, "root", seconds=20), fails(tool(2, "lookup", parent=2)))
    assert by_name(ask("spans/", status="failed")) == {"root": "failed", "lookup": "failed"}
    tell(project, tool(5, "lookup", parent=2))
    assert by_name(ask("spans/", status="failed")) == {"lookup": "failed"}
    assert len(ask("spans/", status="ok")["results"]) == 2


def test_a_record_that_says_more_is_believed_until_its_mission_is_computed(project, ask):
    now = time.time_ns()
    begun = tool(1, "work", seconds=None) | {"startTimeUnixNano": str(now - 30 * 60 * MINUTE_NS)}
    tell(project, begun)
    assert by_name(ask("spans/")) == {"work": "gone"}
    deliver(project.pk, make_request("m", [begun | {"endTimeUnixNano": str(now - 10**9)}]))
    assert by_name(ask("spans/", status="ok")) == {"work": "ok"}
    compute()
    assert by_name(ask("spans/", status="ok")) == {"work": "ok"}


def test_time_alone_makes_abandoned_work_gone_while_its_mission_goes_on(project, ask, monkeypatch):
    now = time.time_ns()
    over = {"startTimeUnixNano": str(now - 60 * 10**9), "endTimeUnixNano": str(now - 50 * 10**9)}
    lost = tool(2, "lost", parent=2, seconds=None) | {"startTimeUnixNano": str(now - 55 * 10**9)}
    still = agent(5, "other", seconds=None) | {"startTimeUnixNano": str(now - 40 * 10**9)}
    tell(project, agent(1, "over") | over, lost, still)
    assert by_name(ask("spans/")) == {"over": "ok", "lost": "active", "other": "active"}
    before = ask("")
    later = now + 6 * MINUTE_NS
    monkeypatch.setattr("time.time_ns", lambda: later)
    recompute_open()
    assert by_name(ask("spans/", status="gone")) == {"lost": "gone"}
    assert by_name(ask("spans/", after=before["change_seq"])) == {"lost": "gone"}
    assert ask("")["status"] == before["status"] == "active"
