"""`manage.py import_stage7`: files in, the same missions as through the doors, and a report of what was not read."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Project
from analysis.attribution import attribute_pools
from plans.selectors import read_plan
from tests.plans.stage7_events import as_map, completed, created, event, finished, output, plan_of, started, task
from traces.models import Log, Mission, Rejection
from traces.selectors import list_logs, read_logs

pytestmark = pytest.mark.django_db

SECRET = "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6"
EVENTS = [
    created("root", 0, "ACCOMPLISH", inputValues=as_map(goal={"inputName": "goal", "value": "Compare three vendors"})),
    event("agent_created", 1, agentId="agent-1", missionId="m-1"),
    finished("root", 90, plan_of(task("SEARCH", "one", id="s-1")), status="running"),
    created("s-1", 95, "SEARCH", description="one"),
    started("s-1", 96),
    completed("s-1", 120, output("hits", f"the key is {SECRET}")),
]


@pytest.fixture
def default(db: None) -> int:
    return Project.objects.create(slug="default", name="Default").pk


def run(*paths: Path, **options: Any) -> tuple[str, dict[str, Any]]:
    """What it prints, and its report."""
    out, told = StringIO(), StringIO()
    call_command("import_stage7", *map(str, paths), stdout=out, stderr=StringIO(), verbosity=0, **options)
    call_command("import_stage7", *map(str, paths), stdout=told, stderr=StringIO(), json=True, **options)
    return out.getvalue(), json.loads(told.getvalue())


def steps(key: str = "m-1") -> list[tuple[str, str]]:
    return [(step.step_id, step.outcome) for step in read_plan(Mission.objects.get(key=key).pk).steps]


def shell_text(document: dict[str, Any], at: int) -> str:
    fields = ",\n    ".join(f"{name} : {json.dumps(value)}" for name, value in document.items())
    return f'/* {at} */\n{{\n    "_id" : ObjectId("{at:024x}"),\n    {fields},\n}}\n'


@pytest.mark.parametrize("form", ["array", "lines", "bodies", "shell", "log"])
def test_every_form_gives_the_same_mission_and_again_changes_nothing(default: int, tmp_path: Path, form: str):
    path = tmp_path / {"log": "agentset.log", "shell": "events.js"}.get(form, "events.json")
    path.write_text(
        {
            "array": json.dumps(EVENTS),
            "lines": "\n".join(json.dumps({"_id": {"$oid": f"{at:024x}"}, **each}) for at, each in enumerate(EVENTS)),
            "bodies": "\n".join(
                json.dumps({"data": each, "storageType": "mongo", "collection": "events"}) for each in EVENTS
            ),
            "shell": "\n".join(shell_text(each, at) for at, each in enumerate(EVENTS, 1)),
            "log": "\n".join(f"agentset-1  | Event logged successfully: {json.dumps(each)}" for each in EVENTS),
        }[form]
    )
    printed, report = run(path)
    attribute_pools()
    assert steps() == [("root", "ok"), ("s-1", "ok")]
    assert "6 new records, 0 known before" in printed
    assert (report["records"], report["known"], report["not_understood"]) == (6, 6, [])
    assert Log.objects.count() == len(EVENTS)


def test_secrets_are_replaced_before_anything_is_stored(default: int, tmp_path: Path):
    path = tmp_path / "events.json"
    path.write_text(json.dumps(EVENTS) + "\n{ broken: " + json.dumps(SECRET))
    printed, report = run(path)
    attribute_pools()
    mission = Mission.objects.get(key="m-1")
    records = read_logs(default, [row.pk for row in list_logs(mission.pk, mission.key)])
    told = [printed, json.dumps(report), repr(list(records.values())), repr(list(Rejection.objects.values()))]
    assert all(SECRET not in text for text in told)
    assert len(report["not_understood"]) == 1
    assert report["not_understood"][0]["line"] == 2


def test_what_is_not_understood_is_told_with_its_place(default: int, tmp_path: Path):
    path = tmp_path / "events.json"
    path.write_text('{"eventType": "step_created", "stepId": "a"}\n{ broken: \n')
    printed, _ = run(path)
    assert f"{path}:2: " in printed
    assert "1 were not understood" in printed
    assert Rejection.objects.filter(door="import_stage7").exists()


def test_lines_of_other_services_are_log_records(default: int, tmp_path: Path):
    path = tmp_path / "capabilitiesmanager.log"
    path.write_text("2026-03-01 11:00:03,500 | [5184a43d-ffb1-48ab-aab2-a244cdf41a30] Manager.run: ERROR it broke\n")
    _, report = run(path, offset="+02:00")
    assert report["kinds"] == {"stage7.log_line": 1}
    log = Log.objects.get()
    assert (log.severity_number, log.time_ns, log.service_name) == (
        17, 1_772_355_603_500_000_000, "capabilitiesmanager",
    )  # fmt: skip


def test_folders_are_read_whole_and_documents_of_other_collections_are_kept(default: int, tmp_path: Path):
    (tmp_path / "missions.json").write_text(json.dumps([{"_id": "m-9", "goal": "Write it", "status": "running"}]))
    (tmp_path / "mcsdata.json").write_text(json.dumps({"_id": "model-performance-data", "performanceData": []}))
    _, report = run(tmp_path)
    assert report["kinds"] == {"stage7.mission": 1, "stage7.mcsdata": 1}
    assert Mission.objects.get(key="m-9") is not None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"project": "nobody"}, "no project"),
        ({"offset": "two hours"}, "write it as"),
        ({"offset": "+99:00"}, "write it"),
    ],
)
def test_what_makes_no_sense_is_refused(default: int, tmp_path: Path, options: dict[str, Any], sentence: str):
    path = tmp_path / "events.json"
    path.write_text("[]")
    with pytest.raises(CommandError, match=sentence):
        call_command("import_stage7", str(path), **options)


def test_a_path_that_is_not_there_is_refused(default: int, tmp_path: Path):
    with pytest.raises(CommandError, match="no such file"):
        call_command("import_stage7", str(tmp_path / "nothing.json"))
