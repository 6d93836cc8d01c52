"""Steps and agents of stage7's statistics stay within bounds, whatever a mission is. Pure."""

import msgspec
import pytest

from plans.building.span_places import place_spans
from plans.building.span_plan import build_span_plan
from plans.stage7.agents import MOST_AGENTS, fit_steps, group_agents
from plans.stage7.names import StepNames, list_step_ids
from plans.stage7.steps import StepShapes
from plans.stage7.words import agent_color, iso_time
from tests.analysis.making import span
from tests.plans.stage7_events import as_map, created, event, plan

VALUES = as_map(text={"inputName": "text", "value": "neutral words " * 40, "valueType": "string"})


def fitted(*events, most_bytes):
    shapes = StepShapes(plan(*events), "m")
    steps = fit_steps(shapes, {}, most_bytes)
    counts, groups = group_agents(shapes, steps)
    return steps, counts, [agent for _, agents in groups["entries"] for agent in agents]


def steps_of(count, agents=1):
    return [created(f"s{at}", at, agentId=f"a{at % agents}", inputValues=VALUES) for at in range(count)]


@pytest.mark.parametrize("most_bytes", [0, 5_000, 50_000, 10**7])
def test_the_newest_steps_stay_and_all_are_counted(most_bytes):
    steps, counts, agents = fitted(*steps_of(60, 3), most_bytes=most_bytes)
    shown = sorted(steps.shapes)
    assert len(msgspec.json.encode(list(steps.shapes.values()))) <= most_bytes + 2 + len(shown)
    assert shown == list(range(steps.omitted_count, 60))
    assert counts == {"unknown": 3}
    assert sum(len(agent["steps"]) for agent in agents) == len(shown)
    has_values = {bool(step["inputValues"]["entries"]) for step in steps.shapes.values()}
    assert has_values <= ({True} if most_bytes == 10**7 else {False})


def test_the_newest_agents_stay_and_all_are_counted():
    made = [event("agent_created", at, agentId=f"a{at}", status="running") for at in range(MOST_AGENTS + 5)]
    _, counts, agents = fitted(*made, most_bytes=10**7)
    assert counts == {"running": MOST_AGENTS + 5}
    assert [agents[0]["id"], agents[-1]["id"], len(agents)] == ["a5", f"a{MOST_AGENTS + 4}", MOST_AGENTS]


def test_names_are_unique_and_lead_back():
    found = plan(*[created(step_id, at) for at, step_id in enumerate(["x", "x", "x~2", "x~2", "x~2~2", "x~2~"])])
    names = StepNames(found)
    told = [names.of(step.index) for step in found.steps]
    assert len(set(told)) == len(told)
    for step, name in zip(found.steps, told, strict=True):
        assert names.find(name) is step
        assert step.step_id in list_step_ids(name)
    assert names.find("x~9") is None


def test_names_are_unique_where_agents_have_steps_of_the_same_id():
    spans = [
        msgspec.structs.replace(span(f"s{at}", None, at, kind="STEP", agent=agent), step_id=step_id)
        for at, (agent, step_id) in enumerate([("a", "1"), ("a", "1"), ("b", "1"), ("b", "1~2"), ("c", "1")])
    ]
    found = build_span_plan(place_spans(spans))
    names = StepNames(found)
    told = [names.of(step.index) for step in found.steps]
    assert told == ["1", "1~2~", "1~3", "1~2", "1~4"]
    assert [names.find(name) for name in told] == list(found.steps)


def test_colours_and_times_are_as_browsers_read_them():
    hues = {int(agent_color(f"agent-{at}")[4:].partition(",")[0]) for at in range(500)}
    assert (min(hues) >= 0, max(hues) < 360, len(hues) > 100) == (True, True, True)
    assert iso_time(1_700_000_000_123_999_999) == "2023-11-14T22:13:20.123Z"
    assert iso_time(None) is None
