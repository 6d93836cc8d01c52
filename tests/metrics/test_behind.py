"""A pushed value leads to the missions that its exemplars name, and only to those of the project."""

import json
from typing import Any

import pytest

from analysis.recompute import recompute_missions
from ingest.commit import store_prepared
from ingest.prepare import prepare
from metrics.rolling import roll_up
from metrics.selectors import find_around, list_missions_behind
from tests.metrics.pushing import REDACTOR, at, attributes, metric, point, push, request
from traces.models import Mission

pytestmark = pytest.mark.django_db
TRACE, OTHER_TRACE = "5b8efff798038103d269b633813fc60c", "6c8efff798038103d269b633813fc60c"
SPAN = "eee19b7ec3c1b174"


def store_span(project_pk: int, trace_id: str, mission: str, *, service: str = "brain") -> None:
    """One span of a mission."""
    span = {
        "traceId": trace_id, "spanId": SPAN, "name": "step", "startTimeUnixNano": str(at(0)),
        "endTimeUnixNano": str(at(0, 1)), "attributes": attributes({"mission.id": mission, "mission.name": mission}),
    }  # fmt: skip
    resource = {"attributes": attributes({"service.name": service})}
    body = json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}).encode()
    store_prepared([
        prepare(
            project_id=project_pk, redactor=REDACTOR, door="otlp_traces", encoding="json", data=body, received_ns=at(1)
        )
    ])  # fmt: skip


def exemplar(trace_id: str, value: float) -> dict[str, Any]:
    """As OTLP/JSON writes it."""
    return {"timeUnixNano": str(at(0, 1)), "asDouble": value, "traceId": trace_id, "spanId": SPAN}


def test_exemplars_lead_to_missions_the_largest_value_first(project, charlie):
    from accounts.models import Project

    store_span(project.pk, TRACE, "slow")
    store_span(project.pk, OTHER_TRACE, "slower")
    told = [exemplar(TRACE, 2.0), exemplar(OTHER_TRACE, 7.0), exemplar("7" * 32, 9.0)]
    push(project.pk, request(metric("gauge", point(at(0, 2), asDouble=7.0, labels={"route": "/a"}, exemplars=told))))
    roll_up()
    found = list_missions_behind(project.pk, "m", {"route": "/a"}, at(0), at(1))
    assert [(each.name, each.largest, each.spans[0].span_id) for each in found] == [
        ("slower", 7.0, SPAN), ("slow", 2.0, SPAN),
    ]  # fmt: skip
    assert list_missions_behind(project.pk, "m", {"route": "/b"}, at(0), at(1)) == []
    elsewhere = Project.objects.get(slug="elsewhere")
    assert list_missions_behind(elsewhere.pk, "m", {}, at(0), at(1)) == []


def test_without_exemplars_the_missions_of_the_service_that_were_at_work_are_found(project, charlie):
    from accounts.models import Project

    for service, trace_id, mission in (("brain", TRACE, "mine"), ("brain-2", OTHER_TRACE, "anothers")):
        store_span(project.pk, trace_id, mission, service=service)
    recompute_missions(list(Mission.objects.values_list("id", flat=True)))
    push(project.pk, request(metric("gauge", point(at(0, 2), asDouble=7.0, labels={"route": "/a"})), service="brain"))
    roll_up()
    found = find_around(project.pk, "m", {"route": "/a"}, at(0), at(1))
    assert found is not None
    assert (found.services, [(each.id, each.status) for each in found.missions]) == (("brain",), [("mine", "ok")])
    assert find_around(project.pk, "m", {"route": "/a"}, at(5), at(6)).missions == []
    assert find_around(project.pk, "m", {"route": "/b"}, at(0), at(1)).services == ()
    assert find_around(project.pk, "missionscope.llm.cost", {}, at(0), at(1)) is None
    elsewhere = Project.objects.get(slug="elsewhere")
    assert find_around(elsewhere.pk, "m", {}, at(0), at(1)).missions == []
