"""Outcomes of spans are written where they differ, once, and follow no span to another mission."""

from typing import Any

import pytest

from accounts.models import Project
from analysis import recompute
from analysis.recompute import recompute_missions
from analysis.totals import MissionTotals, compute_totals
from tests.ingest.delivery import deliver
from tests.ingest.test_order import attribute, request, span
from traces.models import Mission, MissionWork, Span
from traces.selectors import list_spans

pytestmark = pytest.mark.django_db

FAILED = {"status": {"code": 2, "message": "no"}}


def make_project() -> int:
    return Project.objects.create(slug="outcomes", name="outcomes").pk


def compute(project: int) -> None:
    recompute_missions(list(Mission.objects.filter(project_id=project).values_list("id", flat=True)))


def outcomes(project: int) -> dict[str, str | None]:
    return dict(Span.objects.filter(project_id=project).values_list("name", "outcome"))


def effective(project: int) -> dict[str, str]:
    missions = Mission.objects.filter(project_id=project)
    return {row.name: row.effective_status for each in missions for row in list_spans(each.id, each.key)}


def test_only_what_differs_is_written_and_only_once() -> None:
    project = make_project()
    calm = [span(number, parentSpanId=f"{1:016x}") for number in range(3, 40)]
    deliver(project, request(span(1), span(2, parentSpanId=f"{1:016x}") | FAILED, *calm))
    compute(project)
    assert {name: said for name, said in outcomes(project).items() if said} == {"span 1": "failed"}
    numbers = dict(Span.objects.values_list("name", "change_seq"))
    compute(project)
    assert dict(Span.objects.values_list("name", "change_seq")) == numbers
    later = [span(number, parentSpanId=f"{1:016x}") for number in range(40, 50)]
    deliver(project, request(*later))
    compute(project)
    after = dict(Span.objects.values_list("name", "change_seq"))
    assert {name: after[name] for name in numbers} == numbers


def test_every_number_of_a_recompute_is_taken_once_and_the_list_of_work_ends() -> None:
    project = make_project()
    tool = [attribute("gen_ai.operation.name", "execute_tool"), attribute("gen_ai.tool.name", "t")]
    parts = [span(1), span(2, parentSpanId=f"{1:016x}", attributes=tool)]
    deliver(project, request(*parts, span(3, parentSpanId=f"{2:016x}") | FAILED))
    [mission] = Mission.objects.all()
    before = mission.change_seq
    compute(project)
    mission.refresh_from_db()
    changed = set(Span.objects.filter(change_seq__gt=before).values_list("change_seq", flat=True))
    assert len(changed) == 2
    assert mission.computed_seq == mission.change_seq > max(changed)
    assert not MissionWork.objects.exists()


def test_a_span_that_moves_leaves_its_outcome_behind() -> None:
    project = make_project()
    deliver(project, request(span(1), span(2, parentSpanId=f"{1:016x}") | FAILED))
    compute(project)
    assert outcomes(project)["span 1"] == "failed"
    first = str(1_600_000_000_000_000_000)
    deliver(project, request(span(3, startTimeUnixNano=first, attributes=[attribute("mission.id", "late")])))
    assert outcomes(project)["span 1"] is None
    compute(project)
    assert outcomes(project)["span 1"] == "failed"
    own = [attribute("mission.id", "own")]
    deliver(project, request(span(2, parentSpanId=f"{1:016x}", attributes=own) | FAILED))
    compute(project)
    assert effective(project) == {"span 1": "ok", "span 2": "failed", "span 3": "ok"}


def test_a_span_that_moves_while_its_mission_is_computed_takes_no_outcome_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = make_project()
    deliver(project, request(span(1), span(2, parentSpanId=f"{1:016x}") | FAILED))
    [mission] = Mission.objects.all()

    def compute_while_it_moves(*arguments: Any) -> dict[int, MissionTotals]:
        found = compute_totals(*arguments)
        deliver(project, request(span(3, attributes=[attribute("mission.id", "late")])))
        return found

    monkeypatch.setattr(recompute, "compute_totals", compute_while_it_moves)
    recompute_missions([mission.id])
    assert set(outcomes(project).values()) == {None}


def test_a_record_that_changes_while_its_mission_is_computed_is_judged_by_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = make_project()
    deliver(project, request(span(1, endTimeUnixNano="0")))
    [mission] = Mission.objects.all()

    def compute_while_it_ends(*arguments: Any) -> dict[int, MissionTotals]:
        found = compute_totals(*arguments)
        deliver(project, request(span(1)))
        return found

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(recompute, "compute_totals", compute_while_it_ends)
        recompute_missions([mission.id])
    assert MissionWork.objects.filter(mission_id=mission.id).exists()
    monkeypatch.setattr(recompute, "_rests", type(recompute._rests)())
    recompute.recompute_changed()
    assert effective(project) == {"span 1": "ok"}
    assert not MissionWork.objects.exists()
