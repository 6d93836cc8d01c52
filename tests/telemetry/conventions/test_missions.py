"""Which mission, agent, step and person a record names."""

import pytest

from telemetry.conventions import map_log, map_span
from telemetry.meaning import DERIVED_NAME, GOAL_NAME, GROUP_NAME, NO_NAME, OWN_NAME, STRONG, WEAK, MissionKey
from tests.telemetry.conventions.making import make_log, make_span

KEYS = [
    ({"missionscope.mission.id": "m"}, {}, MissionKey("m", STRONG, "missionscope.mission.id")),
    ({"mission.id": "m", "session.id": "s"}, {}, MissionKey("m", STRONG, "mission.id")),
    ({"stage7.mission.id": "m"}, {}, MissionKey("m", STRONG, "stage7.mission.id")),
    ({"baggage.mission.id": "m", "session.id": "s"}, {}, MissionKey("m", STRONG, "baggage.mission.id")),
    ({"mission.id": "m", "baggage.mission.id": "other"}, {}, MissionKey("m", STRONG, "mission.id")),
    ({"session.id": "s"}, {"mission.id": "m"}, MissionKey("m", STRONG, "resource mission.id")),
    ({"mission.id": "a"}, {"mission.id": "b"}, MissionKey("a", STRONG, "mission.id")),
    ({"mission.id": 42}, {}, MissionKey("42", STRONG, "mission.id")),
    ({"mission.id": "  "}, {"session.id": "s"}, MissionKey("s", WEAK, "resource session.id")),
    ({"mission.id": ["m"]}, {}, None),
    ({"gen_ai.conversation.id": "c", "session.id": "s"}, {}, MissionKey("c", WEAK, "gen_ai.conversation.id")),
    ({"langfuse.session.id": "s"}, {}, MissionKey("s", WEAK, "langfuse.session.id")),
    ({"traceloop.association.properties.session_id": "s"}, {},
     MissionKey("s", WEAK, "traceloop.association.properties.session_id")),
    ({"ai.telemetry.metadata.sessionId": "s"}, {}, MissionKey("s", WEAK, "ai.telemetry.metadata.sessionId")),
    ({"mlflow.trace.session": '"s"'}, {}, MissionKey("s", WEAK, "mlflow.trace.session")),
    ({"langsmith.trace.session_id": "s"}, {}, MissionKey("s", WEAK, "langsmith.trace.session_id")),
    ({"lmnr.association.properties.session_id": "s"}, {},
     MissionKey("s", WEAK, "lmnr.association.properties.session_id")),
    ({"gcp.vertex.agent.session_id": "s"}, {}, MissionKey("s", WEAK, "gcp.vertex.agent.session_id")),
    ({"metadata": '{"thread_id": "t-1", "langgraph_node": "agent"}'}, {},
     MissionKey("t-1", WEAK, "metadata thread_id")),
    ({"metadata": '{"team": "blue"}'}, {}, None),
    ({}, {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("attributes", "resource", "key"), KEYS, ids=lambda value: str(value)[:50])
def test_it_finds_the_mission_a_record_names(attributes, resource, key):
    assert map_span(make_span(attributes, resource=resource)).mission_key == key
    if "metadata" not in attributes:
        assert map_log(make_log(attributes, resource=resource)).mission_key == key


def test_records_of_two_resources_keep_their_own_missions():
    one, two = make_span(resource={"mission.id": "one"}), make_span(resource={"mission.id": "two"})
    keys = [map_span(span).mission_key.key for span in (one, two, one, two)]
    assert keys == ["one", "two", "one", "two"]


NAMES = [
    ({"mission.name": "Sort the mail", "mission.goal": "All mail sorted"}, True, "Sort the mail", OWN_NAME),
    ({"mission.goal": "All  mail\nsorted"}, False, "All mail sorted", GOAL_NAME),
    ({"langfuse.trace.name": "mail"}, False, "mail", GROUP_NAME),
    ({"traceloop.workflow.name": "mail"}, True, "mail", GROUP_NAME),
    ({"traceloop.workflow.name": "mail"}, False, "", NO_NAME),
    ({"gen_ai.operation.name": "invoke_agent", "input.value": "Please sort my mail"}, True, "Please sort my mail",
     DERIVED_NAME),
    ({"gen_ai.operation.name": "invoke_agent", "input.value": "Please sort my mail"}, False, "", NO_NAME),
    ({"gen_ai.operation.name": "invoke_agent", "mission.name": "Mail", "input.value": "Go"}, True, "Mail", OWN_NAME),
    ({"openinference.span.kind": "AGENT", "gen_ai.input.messages":
      '[{"role":"system","parts":[{"type":"text","content":"be brief"}]},'
      '{"role":"user","parts":[{"type":"text","content":"sort"}]}]'}, True, "sort", DERIVED_NAME),
    ({"openinference.span.kind": "TOOL", "input.value": "x"}, True, "", NO_NAME),
]  # fmt: skip


@pytest.mark.parametrize(("attributes", "is_root", "name", "rank"), NAMES, ids=lambda value: str(value)[:50])
def test_it_finds_a_name_and_says_what_it_is_worth(attributes, is_root, name, rank):
    meaning = map_span(make_span(attributes, parent=b"" if is_root else b"\x02" * 8))
    assert (meaning.mission_name, meaning.mission_name_rank) == (name, rank)


def test_a_long_first_input_is_shortened_to_one_line():
    meaning = map_span(make_span({"openinference.span.kind": "AGENT", "input.value": "word \n" * 5000}, parent=b""))
    assert len(meaning.mission_name) <= 120
    assert meaning.mission_name.endswith("…")
    assert "\n" not in meaning.mission_name


AGENTS = [
    ({"gen_ai.agent.name": "planner", "gen_ai.agent.id": "p-1"}, "x", "planner", "p-1"),
    ({"gen_ai.agent.name": "planner", "mission.agent": "planner-0"}, "x", "planner-0", "planner-0"),
    ({"gen_ai.agent.id": "p-1"}, "x", "p-1", "p-1"),
    ({"openinference.span.kind": "AGENT", "agent.name": "searcher"}, "x", "searcher", ""),
    ({"agent_name": "coder"}, "x", "coder", ""),
    ({"traceloop.span.kind": "agent", "traceloop.entity.name": "writer"}, "x", "writer", ""),
    ({"traceloop.span.kind": "tool", "traceloop.entity.name": "grep"}, "x", "", ""),
    ({"mlflow.spanType": '"AGENT"'}, "Researcher", "Researcher", ""),
    ({"langfuse.observation.type": "agent"}, "critic", "critic", ""),
    ({"langfuse.observation.type": "agent", "gen_ai.agent.name": "agent_run [hello]"}, "x", "hello", ""),
    ({"gen_ai.operation.name": "invoke_agent"}, "invoke_agent planner", "planner", ""),
    ({"openinference.span.kind": "CHAIN", "metadata": '{"langgraph_node": "router"}'}, "x", "router", ""),
]


@pytest.mark.parametrize(("attributes", "name", "agent_name", "agent_id"), AGENTS, ids=lambda value: str(value)[:50])
def test_it_names_the_agent(attributes, name, agent_name, agent_id):
    meaning = map_span(make_span(attributes, name=name))
    assert (meaning.agent_name, meaning.agent_id) == (agent_name, agent_id)


def test_steps_people_sessions_and_services():
    meaning = map_span(
        make_span(
            {"mission.step": 0, "user.id": "u", "session.id": "s", "mission.id": "m"},
            resource={"service.name": "runner"},
        )
    )
    assert (meaning.step_id, meaning.user_id, meaning.session_id, meaning.service_name) == ("0", "u", "s", "runner")
    graph = map_span(make_span({"metadata": '{"langgraph_step": 3, "langgraph_node": "n"}'}))
    assert graph.step_id == "3"
