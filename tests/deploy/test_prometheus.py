"""deploy/prometheus and deploy/grafana with Prometheus' own programs; a real Prometheus that reads a real server."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from metrics.derive.catalogue import GAUGE, HISTOGRAM, METRICS
from tests.servers import ROOT, Server, find_free_port, start_server
from tests.settings import REDIS_URL_FOR_SERVERS

DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "rules" / "missionscope.yml"
BOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
PATIENCE_S = 90.0
NAME = re.compile(r"\bmissionscope_\w+")
RECORDED = re.compile(r"\bmissionscope:[\w:]+")


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool (Debian: prometheus)")
    return found


def run(*command: str | Path, cwd: Path | None = None) -> None:
    made = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=cwd)
    assert made.returncode == 0, made.stdout + made.stderr


def list_expressions(board: Path) -> list[str]:
    panels = json.loads(board.read_text())["panels"]
    # Grafana puts the chosen projects in.
    return [target["expr"].replace("$project", ".*") for panel in panels for target in panel.get("targets", ())]


def list_rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def test_the_configuration_and_the_rules_are_prometheus(promtool: str, tmp_path: Path) -> None:
    run(promtool, "check", "config", "--syntax-only", DEPLOY / "prometheus" / "prometheus.yml")
    run(promtool, "check", "rules", "--lint-fatal", RULES)
    test = tmp_path / "test.yml"
    test.write_text((ROOT / "tests" / "deploy" / "rules_test.yml").read_text().replace("RULES", str(RULES)))
    run(promtool, "test", "rules", test)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.stem)
def test_every_question_of_a_dashboard_is_promql(promtool: str, board: Path, tmp_path: Path) -> None:
    expressions = list_expressions(board)
    assert expressions
    rules = [{"record": f"asked:{number}", "expr": each} for number, each in enumerate(expressions)]
    file = tmp_path / "asked.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}))
    run(promtool, "check", "rules", file)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.stem)
def test_dashboards_have_panels_that_do_not_overlap(board: Path) -> None:
    read = json.loads(board.read_text())
    assert read["uid"] == board.stem
    taken: set[tuple[int, int]] = set()
    for panel in read["panels"]:
        place = panel["gridPos"]
        cells = {(x + place["x"], y + place["y"]) for x in range(place["w"]) for y in range(place["h"])}
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
    ids = [panel["id"] for panel in read["panels"]]
    assert len(ids) == len(set(ids))


def list_derived_names() -> set[str]:
    """What /metrics may say of missions, which a quiet server does not say."""
    names = set()
    for metric in METRICS:
        name = "missionscope_recent_" + metric.name.removeprefix("missionscope.").replace(".", "_")
        unit = {"s": "_seconds", "USD": "_usd"}.get(metric.unit, "")
        if metric.kind == HISTOGRAM:
            names |= {name + unit, name + "_error_ratio", name + "_per_second"}
        else:
            names.add(name if metric.kind == GAUGE else f"{name}{unit}_per_second")
    return names


@pytest.mark.server
def test_rules_and_dashboards_ask_for_what_there_is(tmp_path: Path) -> None:
    asked = [each for board in BOARDS for each in list_expressions(board)] + [rule["expr"] for rule in list_rules()]
    with start_server(tmp_path) as server:
        send(server)
        text = httpx.get(f"{server.url}/metrics", timeout=60, trust_env=False).text
    there = set(re.findall(r"^# TYPE (\S+)", text, re.M)) | list_derived_names()
    there |= {f"{name}{suffix}" for name in there for suffix in ("_bucket", "_count", "_sum")}
    assert {name for each in asked for name in NAME.findall(each)} <= there
    recorded = {rule["record"] for rule in list_rules() if "record" in rule}
    assert {name for each in asked for name in RECORDED.findall(each)} <= recorded


def send(server: Server) -> None:
    line = {"type": "log", "mission_id": "m", "body": "x", "time_ns": "2026-01-02T03:04:05Z"}
    for lines in ([line], [{"type": "nonsense"}]):
        httpx.post(
            f"{server.url}/api/v1/ingest", json=lines, headers={"x-api-key": server.key}, timeout=60, trust_env=False
        )


@contextmanager
def start_prometheus(directory: Path, server: Server) -> Iterator[str]:
    """Debian's Prometheus with our configuration, except for where the server and the key are."""
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("prometheus (Debian: prometheus)")
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(RULES)]
    [job] = config["scrape_configs"]
    del job["dns_sd_configs"]
    job["static_configs"] = [{"targets": [server.url.removeprefix("http://")]}]
    job["authorization"]["credentials_file"] = str(directory / "key")
    (directory / "key").write_text(server.key)
    (directory / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = find_free_port()
    command = [program, f"--config.file={directory / 'prometheus.yml'}", f"--storage.tsdb.path={directory / 'tsdb'}"]
    command.append(f"--web.listen-address=127.0.0.1:{port}")
    with (directory / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def ask(url: str, expression: str) -> list[dict[str, Any]]:
    """What Prometheus answers, once it answers anything."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            answer = httpx.get(f"{url}/api/v1/query", params={"query": expression}, timeout=60, trust_env=False).json()
        except httpx.HTTPError:
            time.sleep(0.2)
            continue
        if answer["data"]["result"]:
            found: list[dict[str, Any]] = answer["data"]["result"]
            return found
        time.sleep(0.2)
    raise AssertionError(f"nothing came of {expression}")


@pytest.mark.server
def test_a_real_prometheus_reads_a_running_server_and_evaluates_the_rules(promtool: str, tmp_path: Path) -> None:
    with start_server(tmp_path) as server, start_prometheus(tmp_path, server) as url:
        send(server)
        [up] = ask(url, 'up{job="missionscope"} == 1')
        assert up["metric"]["instance"] == server.url.removeprefix("http://")
        [accepted] = ask(url, 'missionscope_records_accepted_total{door="native"} > 0')
        assert accepted["metric"]["kind"] == "log"
        assert ask(url, 'missionscope_missions{project="default"} > 0')
        assert ask(url, "missionscope:records_accepted:rate5m")
        rules = httpx.get(f"{url}/api/v1/rules", timeout=60, trust_env=False).json()["data"]["groups"]
        assert not [rule for group in rules for rule in group["rules"] if rule.get("lastError")]
        run(promtool, "query", "instant", url, "missionscope_database_up")


@pytest.mark.server
@pytest.mark.only_on("postgresql")
def test_several_processes_are_added_up_and_jobs_of_the_worker_are_told(tmp_path: Path) -> None:
    if not REDIS_URL_FOR_SERVERS:
        pytest.skip("Redis (REDIS_URL)")
    with start_server(tmp_path, MISSIONSCOPE_WORKERS="2") as server:
        for number in range(40):
            line = {"type": "log", "mission_id": "m", "body": str(number), "time_ns": "2026-01-02T03:04:05Z"}
            headers = {"x-api-key": server.key, "connection": "close"}
            httpx.post(f"{server.url}/api/v1/ingest", json=[line], headers=headers, timeout=60, trust_env=False)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            text = httpx.get(f"{server.url}/metrics", timeout=60, trust_env=False, headers={"connection": "close"}).text
            accepted = re.findall(r'^missionscope_records_accepted_total\{door="native",kind="log"\} (\S+)', text, re.M)
            runs = re.findall(r'^missionscope_job_runs_total\{job_name="analysis.recompute"\} (\S+)', text, re.M)
            if accepted == ["40.0"] and runs and float(runs[0]) > 0:
                break
            assert time.monotonic() < deadline, text
            time.sleep(0.2)
        folders = list((server.data_dir / "counters").iterdir())
        assert len(list(folders[0].glob("counter_*.db"))) >= 2
