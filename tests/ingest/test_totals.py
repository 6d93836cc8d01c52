"""Totals are those of the rows, whatever a single broken clock says."""

import time
from typing import Any

import pytest

from accounts.models import Project
from analysis import recompute
from analysis.recompute import recompute_missions
from analysis.selectors import read_attempts
from analysis.totals import MissionTotals, compute_totals
from llmlog.selectors import list_llm_calls, list_tool_calls
from tests.ingest.delivery import deliver
from tests.ingest.test_order import attribute, request, span
from traces.missions import MissionFilter, list_missions
from traces.models import Mission
from traces.selectors import find_mission, list_spans

pytestmark = pytest.mark.django_db
YEAR_2200_NS = 7_258_118_400 * 10**9


def make(number: int, start_ns: int, end_ns: int, *attributes: dict[str, Any]) -> dict[str, Any]:
    named = [attribute("mission.id", "m"), *attributes]
    return span(number, startTimeUnixNano=str(start_ns), endTimeUnixNano=str(end_ns), attributes=named)


def test_a_span_in_the_far_future_does_not_stretch_its_mission() -> None:
    project = Project.objects.create(slug="t", name="t").pk
    now_ns = time.time_ns()
    deliver(project, request(make(1, now_ns - 9 * 10**9, now_ns - 10**9), make(2, YEAR_2200_NS, YEAR_2200_NS + 5)))
    recompute_missions([Mission.objects.get(project_id=project).id])
    mission = find_mission(project, "m")
    assert mission is not None
    assert mission.duration_ns == 8 * 10**9
    assert mission.span_count == 2


def test_a_call_that_is_tried_again_knows_its_attempts() -> None:
    project = Project.objects.create(slug="r", name="r").pk
    call = [
        attribute("gen_ai.operation.name", "chat"),
        attribute("gen_ai.request.model", "m-1"),
        attribute("gen_ai.input.messages", '[{"role": "user", "parts": [{"type": "text", "content": "hello"}]}]'),
    ]
    now_ns = time.time_ns() - 10**11
    failed = make(1, now_ns, now_ns + 5, *call) | {"status": {"code": 2, "message": "429"}}
    deliver(project, request(make(2, now_ns + 10, now_ns + 20, *call), failed))
    recompute_missions([Mission.objects.get(project_id=project).id])
    mission = find_mission(project, "m")
    assert mission is not None
    first, again = sorted(list_llm_calls(mission.pk, mission.id), key=lambda row: row.start_ns or 0)
    assert (first.attempt_count, again.attempt_count) == (1, 2)
    assert read_attempts(mission, [again, first]).chains == {again.pk: [first, again], first.pk: [first]}
    assert read_attempts(mission, [first]).chains == {first.pk: [first]}


def test_missions_are_sorted_by_the_tokens_that_are_known() -> None:
    project = Project.objects.create(slug="s", name="s").pk
    for number, counts in enumerate(({"input": 9 * 10**9}, {"input": 5, "output": 5}, {}), start=1):
        call = make(number, 10**18, 10**18 + 5, attribute("gen_ai.operation.name", "chat"))
        call["traceId"] = f"{number:032x}"
        call["attributes"][0] = attribute("mission.id", f"m{number}")
        call["attributes"] += [attribute(f"gen_ai.usage.{name}_tokens", str(count)) for name, count in counts.items()]
        deliver(project, request(call))
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))
    assert [mission.id for mission in list_missions(project, MissionFilter(), sort="-tokens").rows] == [
        "m1",
        "m2",
        "m3",
    ]
    first = list_missions(project, MissionFilter(), sort="-tokens", limit=1)
    rest = list_missions(project, MissionFilter(), sort="-tokens", cursor=first.next_cursor or "")
    assert [mission.id for mission in rest.rows] == ["m2", "m3"]


def asks(number: int, at_ns: int, agent: str) -> dict[str, Any]:
    reply = '[{"role": "assistant", "parts": [{"type": "tool_call", "id": "call_0", "name": "f", "arguments": {}}]}]'
    named = [attribute("gen_ai.operation.name", "chat"), attribute("gen_ai.agent.name", agent)]
    return make(number, at_ns, at_ns + 1, *named, attribute("gen_ai.output.messages", reply))


def runs(number: int, at_ns: int, agent: str) -> dict[str, Any]:
    named = [attribute("gen_ai.operation.name", "execute_tool"), attribute("gen_ai.agent.name", agent)]
    called = [attribute("gen_ai.tool.name", "f"), attribute("gen_ai.tool.call.id", "call_0")]
    return make(number, at_ns, at_ns + 1, *named, *called)


def test_a_call_that_moves_while_its_mission_is_computed_keeps_the_number_of_its_new_mission(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = Project.objects.create(slug="moves", name="moves").pk
    call = asks(1, 10**18, "a")
    call["attributes"] = call["attributes"][1:]
    other = [span(number, attributes=[attribute("other", "x")]) for number in range(2, 9)]
    deliver(project, request(call, *other))
    [mission] = Mission.objects.filter(project_id=project)

    def compute(*arguments: Any) -> dict[int, MissionTotals]:
        found = compute_totals(*arguments)
        deliver(project, request(make(9, 10**18, 10**18 + 5)))
        return found

    monkeypatch.setattr(recompute, "compute_totals", compute)
    recompute_missions([mission.id])
    now = find_mission(project, "m")
    assert now is not None
    [row] = list_llm_calls(now.pk, now.id)
    assert row.change_seq in [each.change_seq for each in list_spans(now.pk, now.id) if each.span_id == row.span_id]


def test_a_tool_call_id_that_comes_again_means_the_call_just_before() -> None:
    project = Project.objects.create(slug="again", name="again").pk
    now_ns = time.time_ns() - 10**11
    spans = [asks(1, now_ns, "a"), runs(2, now_ns + 10, "a"), asks(3, now_ns + 20, "a"), asks(4, now_ns + 21, "b")]
    spans += [runs(5, now_ns + 30, "a"), runs(6, now_ns + 31, "b")]
    deliver(project, request(*reversed(spans)))
    recompute_missions([Mission.objects.get(project_id=project).id])
    mission = find_mission(project, "m")
    assert mission is not None
    started = {call.pk: (call.start_ns or 0) - now_ns for call in list_llm_calls(mission.pk, mission.id)}
    tools = sorted(list_tool_calls(mission.pk, mission.id), key=lambda row: row.start_ns or 0)
    assert [started[run.requested_by or 0] for run in tools] == [0, 20, 21]
