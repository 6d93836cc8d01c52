"""deploy/compose.yaml as Docker Compose reads it, the image's files, and the commands of its services, really run."""

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.blackbox.client import Reader
from tests.blackbox.wire import span, traces
from tests.deploy.conftest import DEPLOY, Clients
from tests.docs.reading import list_files
from tests.servers import ROOT, start_server

PATIENCE_S = 300.0
OURS = ("web", "worker", "beat")
PARTS = {*OURS, "proxy", "postgres", "redis", "collector", "prometheus", "grafana", "mailpit"}
EVERYWHERE = "0.0.0.0"


def resolve(clients: Clients, *files: str, values: str = ".env.example", **environment: str) -> dict[str, Any]:
    """What Docker Compose makes of the files."""
    command = [str(clients.compose), "--env-file", values, *(f"--file={file}" for file in files), "config"]
    plain = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    done = subprocess.run(
        [*command, "--format", "json"],
        cwd=DEPLOY,
        env=plain | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "level=warning" not in done.stderr, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def services(clients: Clients) -> dict[str, Any]:
    return resolve(clients, "compose.yaml")["services"]


@pytest.fixture(scope="module")
def local(clients: Clients) -> dict[str, Any]:
    return resolve(clients, "compose.yaml", "compose.local.yaml")["services"]


def test_every_part_is_there_and_the_web_server_twice(services):
    assert set(services) == PARTS
    assert services["web"]["deploy"]["replicas"] == 2


def test_nothing_starts_without_the_secrets(clients):
    with pytest.raises(AssertionError, match=r"see \.env\.example"):
        resolve(clients, "compose.yaml", values="/dev/null")


def test_only_the_loopback_interface_is_published_unless_somebody_asks(clients, services, local):
    for some in (services, local):
        published = [port for service in some.values() for port in service.get("ports", ())]
        assert {port["host_ip"] for port in published} == {"127.0.0.1"}
    opened = resolve(clients, "compose.yaml", MISSIONSCOPE_LISTEN=f"{EVERYWHERE}:8700")["services"]
    assert [port["host_ip"] for port in opened["proxy"]["ports"]] == [EVERYWHERE]


def test_every_variable_of_ours_is_described(services, local):
    described = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs" / "configuration.md").read_text()))
    for some in (services, local):
        used = {name for part in OURS for name in some[part]["environment"]}
        assert used <= described, used - described


def test_every_variable_of_the_example_is_used_and_every_used_one_is_told():
    example = set(re.findall(r"^([A-Z_]+)=", (DEPLOY / ".env.example").read_text(), re.MULTILINE))
    text = "".join((DEPLOY / name).read_text() for name in ("compose.yaml", "compose.local.yaml"))
    used = set(re.findall(r"\$\{([A-Z_]+)", text))
    told = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "deploy.md").read_text()))
    assert example <= used
    assert used <= example | told


def test_every_image_has_a_version_and_every_mounted_file_is_there(services, local):
    for some in (services, local):
        for name, service in some.items():
            assert re.search(r":(?!latest)[\w.-]+$", service["image"]), name
            for volume in service.get("volumes", ()):
                assert volume["type"] != "bind" or Path(volume["source"]).exists(), (name, volume["source"])


def test_the_local_profile_is_talkative_and_has_a_debugger(local):
    for part in OURS:
        assert local[part]["environment"]["MISSIONSCOPE_LOG_LEVEL"] == "debug"
        assert local[part]["build"]["target"] == "debug"
    relay = local["debugger"]
    assert relay["network_mode"] == "service:web"
    assert relay["command"][1] == f"TCP:127.0.0.1:{local['web']['environment']['MISSIONSCOPE_DEBUGPY']}"
    assert local["web"]["deploy"]["replicas"] == 1


def test_the_dockerfile_is_without_fault(clients):
    done = subprocess.run(
        [str(clients.hadolint), "Dockerfile"], cwd=DEPLOY, capture_output=True, text=True, check=False
    )
    assert done.stdout == ""


def copy_image(folder: Path) -> None:
    """The files that `COPY . .` takes."""
    rules = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    kept = {rule[1:] for rule in rules if rule.startswith("!")}
    for file in list_files():
        name = file.relative_to(ROOT)
        if any(fnmatch.fnmatch(name.parts[0], rule) for rule in kept):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, folder / name)


def test_the_image_has_every_package():
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(packages) <= kept


@pytest.mark.server
def test_the_files_of_the_image_are_enough_to_serve(tmp_path, monkeypatch):
    image, data = tmp_path / "image", tmp_path / "data"
    copy_image(image)
    collected = {"MISSIONSCOPE_STATIC_COLLECTED": "1"}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=image,
        env={**os.environ, **collected, "MISSIONSCOPE_DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": ""}
        | {"DJANGO_SETTINGS_MODULE": "missionscope.settings"},
        check=True,
        timeout=PATIENCE_S,
    )
    monkeypatch.setattr("tests.servers.ROOT", image)
    with start_server(tmp_path, **collected) as server:
        page = httpx.get(f"{server.url}/login/", trust_env=False, timeout=60).text
        for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
            answer = httpx.get(f"{server.url}{address}", trust_env=False, timeout=60)
            assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True), address


@contextmanager
def running(service: dict[str, Any], log: Path, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A service's command as a process."""
    name, *arguments = service["command"]
    assert name == "celery"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", name, *arguments], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            assert process.wait(PATIENCE_S) == 0, log.read_text()[-2000:]
        finally:
            process.kill()


def count_waiting(reader: Reader) -> int:
    """Missions whose totals are behind."""
    checks = {check["name"]: check for check in reader.read("/readyz")["checks"]}
    return int(checks["totals"]["waiting"])


@pytest.mark.server
@pytest.mark.only_on("postgresql")
def test_the_commands_of_worker_and_beat_do_the_jobs(tmp_path, services, redis_url):
    with start_server(tmp_path, MISSIONSCOPE_CELERY_WORKER="0", REDIS_URL=redis_url) as server:
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("MISSIONSCOPE_", "DJANGO_"))}
        mine |= {"DATABASE_URL": server.database_url, "REDIS_URL": redis_url}
        mine |= {"MISSIONSCOPE_DATA_DIR": str(server.data_dir), "MISSIONSCOPE_CELERY_WORKER": "0"}
        reader = Reader(server.url, server.key)
        with (
            running(services["worker"], tmp_path / "worker.log", **mine),
            running(services["beat"], tmp_path / "beat.log", **mine) as beat,
        ):
            httpx.post(
                f"{server.url}/v1/traces",
                json=traces([span(name="one"), span(name="two")], mission="composed"),
                headers={"x-api-key": server.key},
                trust_env=False,
                timeout=60,
            ).raise_for_status()
            deadline = time.monotonic() + PATIENCE_S
            while count_waiting(reader) and time.monotonic() < deadline:
                time.sleep(0.2)
            assert count_waiting(reader) == 0
            assert beat.poll() is None
        reader.close()
    for name in ("worker", "beat"):
        lines = (tmp_path / f"{name}.log").read_text().splitlines()
        said = [line for line in lines if not line.startswith("{")]
        assert set(said) <= {"", "worker: Warm shutdown (MainProcess)"}, lines  # Celery's farewell, past all logging


def test_the_collectors_pipelines_name_only_what_is_configured():
    config = yaml.safe_load((DEPLOY / "collector" / "config.yaml").read_text())
    for pipeline in config["service"]["pipelines"].values():
        for kind in ("receivers", "processors", "exporters"):
            assert set(pipeline[kind]) <= set(config[kind])
    assert set(config["service"]["extensions"]) == set(config["extensions"])
    assert set(config["service"]["pipelines"]) == {"traces", "logs", "metrics"}
