"""A mission that nobody named is called by what a person first asked for."""

import itertools

import pytest

from analysis.recompute import recompute_missions
from tests.api.conftest import make_request, make_span
from tests.ingest.delivery import deliver
from traces.missions import find_mission
from traces.models import Mission

pytestmark = pytest.mark.django_db
TRACE = "c" * 32
LATER = '[{"role":"user","content":"And the second?"}]'
FIRST = '[{"role":"system","content":"Be brief."},{"role":"user","content":"Where is\\n my parcel?"}]'


def make_spans():
    chat = {"gen_ai__operation__name": "chat", "gen_ai__request__model": "m"}
    return [
        make_span(TRACE, 1, "invoke_agent desk", seconds=50),
        make_span(TRACE, 2, "chat m", parent=1, gen_ai__input__messages=FIRST, **chat),
        make_span(TRACE, 3, "chat m", parent=1, gen_ai__input__messages=LATER, **chat),
    ]


def named(project, *deliveries):
    for spans in deliveries:
        deliver(project.pk, make_request("", spans))
        recompute_missions(list(Mission.objects.values_list("id", flat=True)))
    return find_mission(project.pk, TRACE).name


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_first_words_of_the_first_call_whatever_came_first(project, order):
    spans = make_spans()
    assert named(project, *([spans[at]] for at in order)) == "Where is my parcel?"


def test_a_greeting_that_the_agent_begins_with_is_passed_over(project):
    greeting = make_span(
        TRACE,
        0,
        "chat m",
        gen_ai__operation__name="chat",
        gen_ai__input__messages='[{"role":"assistant","content":"Hi!"}]',
    )
    assert named(project, [greeting, *make_spans()[1:]]) == "Where is my parcel?"


def test_without_a_call_the_first_span_gives_its_name(project):
    assert named(project, make_spans()[:1]) == "invoke_agent desk"


def test_a_name_of_the_senders_stays(project):
    spans = make_spans()
    spans[2]["attributes"].append({"key": "missionscope.mission.name", "value": {"stringValue": "Parcels"}})
    assert named(project, spans) == "Parcels"
