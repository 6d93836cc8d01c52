"""The graph of a plan over REST: its shape, its evidence, and its past."""

import pytest

from analysis.recompute import recompute_missions
from plans.selectors import read_plan
from tests.api.test_access import with_key
from tests.ingest.test_stage7_order import deliver
from tests.plans.stage7_events import BEGIN, stored
from tests.plans.story import HALF_TIME_MS, story
from traces.models import Log, Mission

pytestmark = pytest.mark.django_db

NODE = {
    "id": str, "kind": str, "label": str, "agent_name": str, "status": str, "effective_status": str, "refs": list,
    "step_id": str, "occurrence": int, "occurrences": int, "depth": int, "plan_size": int, "ghost": str,
    "in_cycle": bool, "is_silent": bool, "is_expandable": bool,
}  # fmt: skip
EDGE = {"id": str, "source": str, "target": str, "kind": str, "label": str, "evidence": list, "is_inferred": bool}


@pytest.fixture
def ask(project, api_key):
    client = with_key(api_key.key)
    deliver(project.pk, [stored(each) for each in story("m-rest")])
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))

    def read(**query):
        answer = client.get("/api/v1/missions/m-rest/graph/", query)
        assert answer.status_code == 200, answer.content[:300]
        return answer.json()

    return read


def test_every_node_and_edge_has_the_promised_shape(ask):
    graph = ask()
    assert graph["has_plan"]
    for node in graph["nodes"]:
        assert {name for name, kind in NODE.items() if type(node[name]) is not kind} == set()
    for edge in graph["edges"]:
        assert {name for name, kind in EDGE.items() if type(edge[name]) is not kind} == set()
        assert edge["satisfied"] in (None, True, False)
    ids = {node["id"] for node in graph["nodes"]}
    assert {end for edge in graph["edges"] for end in (edge["source"], edge["target"])} <= ids
    assert len({edge["id"] for edge in graph["edges"]}) == len(graph["edges"])


def test_evidence_is_log_records_of_the_mission(ask):
    graph = ask()
    known = {str(pk) for pk in Log.objects.values_list("id", flat=True)}
    cited = [{ref["id"] for ref in edge["evidence"] if ref["type"] == "log"} for edge in graph["edges"]]
    assert all(cited)
    assert set().union(*cited) <= known


def test_ids_are_the_same_whenever_it_is_asked_for(ask):
    assert ask() == ask()


def test_the_graph_of_a_moment_is_the_plan_as_it_was_known(ask):
    at_ns = int(BEGIN.timestamp()) * 10**9 + HALF_TIME_MS * 10**6
    then = ask(at_ns=at_ns)
    mission = Mission.objects.get(key="m-rest")
    assert {node["step_id"] for node in then["nodes"] if node["step_id"]} == {
        step.step_id for step in read_plan(mission.pk, at_ns).steps
    }
    satisfied = {edge["satisfied"] for edge in then["edges"] if edge["kind"] == "data"}
    assert satisfied == {False}
