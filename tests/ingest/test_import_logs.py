"""`manage.py import_logs`: log files in, as through the door; a file that has grown adds what is new."""

import gzip
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Project
from traces.models import Log, Mission, Rejection
from traces.selectors import list_logs, read_logs

pytestmark = pytest.mark.django_db

SECRET = "sk-proj-" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6"
START = 1_767_323_045
RECEIVED = "2026-01-02T03:04:09.000000001Z"
PRINTED = [
    json.dumps({"level": 30, "time": START * 1000, "pid": 1, "hostname": "h", "msg": "begun", "missionId": "m-1"}),
    "2026-01-02T03:04:06Z ERROR it broke missionId=m-1",
    "Traceback (most recent call last):",
    '  File "a.py", line 1, in f',
    "KeyError: 'x'",
    "level=info msg=done mission_id=m-1",
]
BODIES = ["begun", "it broke missionId=m-1\n" + "\n".join(PRINTED[2:5]), "done"]


@pytest.fixture
def default(db: None) -> int:
    return Project.objects.create(slug="default", name="Default").pk


def run(*paths: Path, **options: Any) -> dict[str, Any]:
    """Its report."""
    told = StringIO()
    call_command("import_logs", *map(str, paths), stdout=told, stderr=StringIO(), json=True, **options)
    return json.loads(told.getvalue())


def bodies(key: str = "m-1") -> list[str]:
    mission = Mission.objects.get(key=key)
    records = read_logs(mission.project_id, [row.pk for row in list_logs(mission.pk, key)])
    return [str(record.body) for record in records.values()]


FORMS = {
    "plain.log": "\n".join(PRINTED),
    "docker-json.log": "\n".join(
        json.dumps({"log": f"{line}\n", "stream": "stdout", "time": RECEIVED}, separators=(",", ":"))
        for line in PRINTED
    ),
    "cri.log": "".join(f"{RECEIVED} stdout F {line}\n" for line in PRINTED),
    "compose.txt": "".join(f"planner-1  | {line}\n" for line in PRINTED),
    "compose-times.txt": "".join(f"planner-1  | {RECEIVED} {line}\n" for line in PRINTED),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("is_packed", [False, True])
def test_every_form_gives_the_same_lines_and_again_changes_nothing(
    default: int, tmp_path: Path, name: str, is_packed: bool
) -> None:
    path = tmp_path / (f"{name}.gz" if is_packed else name)
    path.write_bytes(gzip.compress(FORMS[name].encode()) if is_packed else FORMS[name].encode())
    assert run(tmp_path) == {
        "documents": 3, "records": 3, "known": 0, "kinds": {"pino": 1, "text": 1, "logfmt": 1}, "not_understood": [],
    }  # fmt: skip
    assert sorted(bodies()) == sorted(BODIES)
    [broke] = Log.objects.filter(severity_number=17)
    assert broke.time_ns == (START + 1) * 10**9
    assert broke.service_name == ("planner" if name.startswith("compose") else name.split(".")[0])
    assert run(tmp_path)["known"] == 3
    assert Log.objects.count() == 3


def test_a_line_without_a_time_has_that_of_the_line_before_or_of_the_runtime(default: int, tmp_path: Path) -> None:
    (tmp_path / "plain.log").write_text(FORMS["plain.log"])
    (tmp_path / "cri.log").write_text(FORMS["cri.log"])
    run(tmp_path, service="desk")
    times = dict(Log.objects.filter(body="done").values_list("time_ns", "service_name"))
    assert times == {(START + 1) * 10**9: "desk", (START + 4) * 10**9 + 1: "desk"}


def test_a_file_that_has_grown_adds_what_is_new_also_equal_lines(default: int, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("retrying missionId=m-1\n" * 2)
    assert run(path)["records"] == 2
    path.write_text("retrying missionId=m-1\n" * 5)
    report = run(path)
    assert (report["records"], report["known"], len(bodies())) == (5, 2, 5)


def test_times_without_a_zone_are_taken_with_the_offset(default: int, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("2026-01-02 05:04:05,000 - x - INFO - hello\n2026-01-02T03:04:05Z INFO you\n")
    run(tmp_path, offset="+02:00")
    assert set(Log.objects.values_list("time_ns", flat=True)) == {START * 10**9}


def test_what_was_not_understood_is_named_and_kept(default: int, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b'ok\n{"half": "' + SECRET.encode() + b"\ngr\xfcn\n")
    (tmp_path / "b.bin").write_bytes(b"\x7fELF\0\0")
    packed = gzip.compress(b"first\n" + bytes(range(32, 127)) * 2_000 + b"\nlast\n")
    (tmp_path / "c.log.gz").write_bytes(packed[:-20])
    report = run(tmp_path)
    told = [(Path(each["path"]).name, each["line"], each["reason"].split(":")[0]) for each in report["not_understood"]]
    assert told == [
        ("a.log", 2, "The line begins like a JSON object and is none"),
        ("a.log", 3, "Bytes of the line are no UTF-8"),
        ("b.bin", 1, "The file holds no text"),
        ("c.log.gz", 2, "The compressed file is broken from here on"),
    ]
    assert SECRET not in json.dumps(report)
    assert set(Log.objects.values_list("body", flat=True)) >= {"ok", "gr\ufffdn", "first"}
    assert set(Rejection.objects.values_list("door", "reason")) == {
        ("import_logs", "not_text"),
        ("import_logs", "broken_gzip"),
    }
    assert not Log.objects.filter(body__contains=SECRET).exists()


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("planner.log", "planner"),
        ("planner.log.1", "planner"),
        ("planner.2026-01-02.log.gz", "planner.2026-01-02"),
        (f"brain-7f9c_prod_brain-{'a' * 64}.log", "brain"),
        (f"{'ab' * 32}-json.log", "abababababab"),
        ("containers/engineer/0.log", "engineer"),
    ],
)
def test_the_service_is_read_off_the_files_name(default: int, tmp_path: Path, name: str, service: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("hello\n")
    run(tmp_path)
    assert Log.objects.get().service_name == service


def test_what_it_prints_for_people(default: int, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text('hello\n{"half\n')
    out, progress = StringIO(), StringIO()
    call_command("import_logs", str(tmp_path), stdout=out, stderr=progress)
    assert "2 documents and lines: 2 new records, 0 known before." in out.getvalue()
    assert "a.log:2: The line begins like a JSON object and is none: kept as text." in out.getvalue()
    assert "2 read, 2 records" in progress.getvalue()
    with pytest.raises(CommandError, match="no such file"):
        call_command("import_logs", str(tmp_path / "none"))
    with pytest.raises(CommandError, match="no project"):
        call_command("import_logs", str(tmp_path), project="none")
