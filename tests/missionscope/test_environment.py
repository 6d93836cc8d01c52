"""Odd settings are refused in one sentence that names the variable; the process ends before it serves."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from missionscope.databases import read_database
from missionscope.environment import (
    get_data_directory,
    get_exporter_url,
    get_flag,
    get_number,
    get_origins,
    get_public_url,
    get_secret,
)

ROOT = Path(__file__).resolve().parents[2]


def refusal(call, *arguments, **named):
    with pytest.raises(SystemExit) as caught:
        call(*arguments, **named)
    return str(caught.value)


@pytest.mark.parametrize("value", ["0", "65536", "-1", "8700.5", "http", "1e3"])
def test_an_odd_port_is_refused(monkeypatch, value):
    monkeypatch.setenv("MISSIONSCOPE_PORT", value)
    assert "MISSIONSCOPE_PORT" in refusal(get_number, "MISSIONSCOPE_PORT", 8700, least=1, most=65535)


@pytest.mark.parametrize(("value", "meaning"), [("1", True), ("on", True), ("No", False), ("", True), ("0", False)])
def test_a_flag_is_read(monkeypatch, value, meaning):
    monkeypatch.setenv("MISSIONSCOPE_SAMPLES", value)
    assert get_flag("MISSIONSCOPE_SAMPLES", default=True) is meaning


def test_an_odd_flag_is_refused(monkeypatch):
    monkeypatch.setenv("MISSIONSCOPE_SAMPLES", "maybe")
    assert "MISSIONSCOPE_SAMPLES" in refusal(get_flag, "MISSIONSCOPE_SAMPLES", default=True)


@pytest.mark.parametrize(
    "value",
    [
        "example.org",
        "ftp://example.org",
        "https://a:b@example.org",
        "https://e.org/sub",
        "http://[::1",
        "https://a.org:99999",
        "https://a.org#x",
    ],
)
def test_an_odd_address_is_refused(monkeypatch, value):
    monkeypatch.setenv("MISSIONSCOPE_URL", value)
    assert "MISSIONSCOPE_URL" in refusal(get_public_url, "MISSIONSCOPE_URL")


@pytest.mark.parametrize(
    "value", ["*", "example.org", "https://example.org/", "https://a.org,null", "https://[x", "https://a.org#x"]
)
def test_an_odd_origin_is_refused(monkeypatch, value):
    monkeypatch.setenv("MISSIONSCOPE_CORS_ORIGINS", value)
    assert "MISSIONSCOPE_CORS_ORIGINS" in refusal(get_origins, "MISSIONSCOPE_CORS_ORIGINS")


@pytest.mark.parametrize("value", ["collector:4318", "grpc://collector:4317", "http://u:p@collector", "http://[::1"])
def test_an_odd_collector_is_refused_without_being_shown(monkeypatch, value):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", value)
    sentence = refusal(get_exporter_url, "OTEL_EXPORTER_OTLP_ENDPOINT")
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in sentence
    assert value not in sentence


def test_a_data_directory_that_cannot_be_made_is_refused(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MISSIONSCOPE_DATA_DIR", str(tmp_path / "file" / "data"))
    assert "MISSIONSCOPE_DATA_DIR" in refusal(get_data_directory, "MISSIONSCOPE_DATA_DIR", tmp_path)


def test_a_secret_is_made_once_and_for_its_owner_alone(monkeypatch, tmp_path):
    monkeypatch.delenv("MISSIONSCOPE_SECRET_KEY", raising=False)
    path = tmp_path / "secret_key"
    secret = get_secret("MISSIONSCOPE_SECRET_KEY", path)
    assert len(secret) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert get_secret("MISSIONSCOPE_SECRET_KEY", path) == secret


def test_a_weak_secret_is_refused_and_not_shown(monkeypatch, tmp_path):
    monkeypatch.setenv("MISSIONSCOPE_SECRET_KEY", "hunter2")
    sentence = refusal(get_secret, "MISSIONSCOPE_SECRET_KEY", tmp_path / "secret_key")
    assert "MISSIONSCOPE_SECRET_KEY" in sentence
    assert "hunter2" not in sentence


def test_an_emptied_secret_file_is_refused(monkeypatch, tmp_path):
    monkeypatch.delenv("MISSIONSCOPE_SECRET_KEY", raising=False)
    (tmp_path / "secret_key").write_text("")
    assert "remove that file" in refusal(get_secret, "MISSIONSCOPE_SECRET_KEY", tmp_path / "secret_key")


@pytest.mark.parametrize(
    "url", ["mysql://root@127.0.0.1/x", "nonsense", "postgres://127.0.0.1", "postgres://u:pa/ss@h/d"]
)
def test_another_database_is_refused_without_showing_its_address(tmp_path, url):
    sentence = refusal(read_database, url, tmp_path)
    assert "DATABASE_URL" in sentence
    assert url not in sentence


def test_without_a_database_url_there_is_one_sqlite_file(tmp_path):
    settings = read_database("", tmp_path)
    assert settings["NAME"] == str(tmp_path / "missionscope.sqlite3")
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgresql_comes_with_a_pool_and_its_own_options(tmp_path):
    settings = read_database("postgres://u:p%40ss@db.example:6543/scope?sslmode=require", tmp_path)
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db.example", 6543, "scope")
    assert settings["PASSWORD"] == "p@ss"
    assert settings["OPTIONS"]["sslmode"] == "require"
    assert settings["OPTIONS"]["pool"]["max_size"] >= 2


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"MISSIONSCOPE_WORKERS": "2"}, "MISSIONSCOPE_WORKERS"),
        ({"MISSIONSCOPE_ALLOWED_HOSTS": "*"}, "MISSIONSCOPE_ALLOWED_HOSTS"),
        ({"REDIS_URL": "http://127.0.0.1"}, "REDIS_URL"),
        ({"REDIS_URL": "redis://:secret-word/x@127.0.0.1"}, "REDIS_URL"),
        ({"DATABASE_URL": "postgres://u:secret-word/x@127.0.0.1/d"}, "DATABASE_URL"),
        ({"MISSIONSCOPE_BOOTSTRAP_PASSWORD": "secret-word"}, "MISSIONSCOPE_BOOTSTRAP_PASSWORD"),
        ({"MISSIONSCOPE_LOG_LEVEL": "loud"}, "MISSIONSCOPE_LOG_LEVEL"),
    ],
)
def test_the_program_ends_with_the_sentence(tmp_path, variables, named):
    ended = run_manage(tmp_path, "check", **variables)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"MissionScope cannot start: {named} ")
    assert "secret-word" not in ended.stderr


def test_a_file_that_is_no_database_ends_the_start_with_a_sentence(tmp_path):
    (tmp_path / "missionscope.sqlite3").write_text("this is no database, but long enough to be taken for one" * 20)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    ended = run_manage(tmp_path, "up", MISSIONSCOPE_PORT=port)
    assert ended.returncode == 1
    assert "MissionScope cannot start: MISSIONSCOPE_DATA_DIR leads to no usable database" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_check_deploy_is_clean_as_documented(tmp_path):
    ended = run_manage(
        tmp_path, "check", "--deploy", "--fail-level", "WARNING", MISSIONSCOPE_URL="https://missionscope.example.org"
    )
    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout


def run_manage(data_dir, *arguments, **variables):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MISSIONSCOPE_", "DJANGO_"))}
    for name in ("DATABASE_URL", "REDIS_URL"):
        kept.pop(name, None)
    environment = {**kept, "MISSIONSCOPE_DATA_DIR": str(data_dir), **variables}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def test_postgresql_compiles_no_question_unless_its_address_says_so(tmp_path):
    address = "postgres://dev@127.0.0.1/db"
    assert read_database(address, tmp_path)["OPTIONS"]["options"] == "-c jit=off"
    told = read_database(f"{address}?options=-c%20work_mem=8MB", tmp_path)
    assert told["OPTIONS"]["options"] == "-c work_mem=8MB"
