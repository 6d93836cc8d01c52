"""The usual rules: each can be made, says what it does, and is offered once."""

import pytest

from alerts.forms import read_rule
from alerts.presets import PRESETS
from tests.alerts.making import make_rule
from tests.api.test_access import logged_in, with_key

pytestmark = pytest.mark.django_db
PRESETS_PATH, RULES_PATH = "/api/v1/alert-rule-presets/", "/api/v1/alert-rules/"


def read(client):
    return {each["id"]: each for each in client.get(PRESETS_PATH).json()["results"]}


@pytest.fixture
def admin(api_key):
    return with_key(api_key.key)


def test_what_is_offered_can_be_sent_as_it_is_and_is_then_known(admin, project):
    offered = read(admin)
    assert [each["rule_id"] for each in offered.values()] == [None] * len(PRESETS)
    for preset in offered.values():
        answer = admin.post(RULES_PATH, preset["rule"], content_type="application/json")
        assert answer.status_code == 201, answer.content
        assert {name: answer.json()[name] for name in ("name", "kind", "severity")} == {
            name: preset["rule"][name] for name in ("name", "kind", "severity")
        }
    rules = {rule["id"]: rule["name"] for rule in admin.get(RULES_PATH).json()["results"]}
    assert {each["rule_id"] for each in read(admin).values()} == set(rules)


def test_every_kind_of_rule_that_most_projects_want_is_offered():
    kinds = {preset.rule["kind"] for preset in PRESETS}
    assert kinds == {
        "error_rate_spike", "critical_failure", "metric", "human_pending", "human_timeout", "stalled_mission",
        "budget", "finding", "no_data",
    }  # fmt: skip
    assert {preset.rule["severity"] for preset in PRESETS} == {"critical", "warning", "info"}


def test_a_rule_with_the_same_condition_under_another_name_is_the_same(admin, project):
    stalled = next(preset for preset in PRESETS if preset.slug == "stalled-mission")
    pk = make_rule(project, kind="stalled_mission", name="ours", condition=read_rule(stalled.rule).condition)
    assert read(admin)["stalled-mission"]["rule_id"] == str(pk)
    assert read(admin)["finding"]["rule_id"] is None


def test_nothing_is_made_by_looking_and_strangers_see_only_their_own(admin, project, charlie):
    read(admin)
    assert admin.get(RULES_PATH).json()["results"] == []
    admin.post(RULES_PATH, PRESETS[0].rule, content_type="application/json")
    assert read(logged_in(charlie))[PRESETS[0].slug]["rule_id"] is None
    assert logged_in(charlie).get(PRESETS_PATH + "?project=apollo").status_code == 404
