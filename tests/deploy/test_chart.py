"""deploy/helm/missionscope: what Helm makes of it is what Kubernetes takes; values that make no sense are refused."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.deploy.conftest import DEPLOY, Clients
from tests.servers import ROOT

CHART = DEPLOY / "helm" / "missionscope"
OLDEST, NEWEST = "v1.33.0", "v1.37.0"
EVERYTHING = {
    "url": "https://missionscope.example.org",
    "env": {"MISSIONSCOPE_LOG_LEVEL": "debug", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"},
    "image": {"pullSecrets": ["registry"]},
    "ingress": {
        "enabled": True,
        "host": "missionscope.example.org",
        "className": "nginx",
        "tlsSecret": "tls",
        "annotations": {"a": "b"},
    },
    "web": {"replicas": 5},
    "podAnnotations": {"x": "1"},
    "nodeSelector": {"disk": "fast"},
    "tolerations": [{"key": "k", "operator": "Exists"}],
}
LITTLE = {"collector": {"enabled": False}, "web": {"replicas": 1}, "proxyCount": 0}
VALUES = {"default": {}, "everything": EVERYTHING, "little": LITTLE}


def run(clients: Clients, folder: Path, values: dict[str, Any], *command: str) -> "subprocess.CompletedProcess[str]":
    (folder / "values.yaml").write_text(yaml.safe_dump(values))
    return subprocess.run(
        [str(clients.helm), *command, str(CHART), "--values", str(folder / "values.yaml")],
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def render(clients: Clients, folder: Path, values: dict[str, Any]) -> list[dict[str, Any]]:
    done = run(clients, folder, values, "template", "scope")
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_helm_finds_no_fault(clients, tmp_path, values):
    done = run(clients, tmp_path, values, "lint", "--strict")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_every_object_has_the_schema_of_kubernetes(clients, tmp_path, values, version):
    rendered = render(clients, tmp_path, values)
    assert len(rendered) >= 6
    for each in rendered:
        validator = jsonschema.Draft202012Validator(schema_of(clients, version, each))
        validator.validate(each)
        assert not validator.is_valid({**each, "unknown": 1}), "the schema would take anything"


def schema_of(clients: Clients, version: str, of: dict[str, Any]) -> dict[str, Any]:
    """The strict schema of one kind, with the definitions it refers to."""
    folder = clients.schemas / version
    group, _, api = of["apiVersion"].rpartition("/")
    name = "-".join(filter(None, [of["kind"].lower(), group.partition(".")[0], api]))
    text = (folder / f"{name}.json").read_text().replace("/api/_definitions.json#", "#")
    return {**json.loads(text), "$defs": json.loads((folder / "_definitions.json").read_text())["$defs"]}


def pick(rendered: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    [found] = [each for each in rendered if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


@pytest.mark.parametrize(
    "values",
    [
        {"web": {"replicas": "two"}},
        {"web": {"replica": 2}},
        {"ingress": {"enabled": True}},
        {"existingSecret": ""},
        {"env": {"PATH": "x"}},
        {"url": "missionscope.example.org"},
        {"collector": {"storage": "much"}},
    ],
)
def test_values_that_make_no_sense_are_refused(clients, tmp_path, values):
    done = run(clients, tmp_path, values, "template", "scope")
    assert done.returncode != 0
    assert "schema" in done.stderr


def test_services_find_their_pods_and_parts_do_not_mix(clients, tmp_path):
    rendered = render(clients, tmp_path, EVERYTHING)
    pods = [each["spec"]["template"]["metadata"]["labels"] for each in rendered if "template" in each.get("spec", {})]
    assert len(pods) == 4
    selectors = [each["spec"]["selector"] for each in rendered if each["kind"] == "Service"]
    selectors += [each["spec"]["selector"]["matchLabels"] for each in rendered if "template" in each.get("spec", {})]
    for selector in selectors:
        assert sum(selector.items() <= labels.items() for labels in pods) == 1, selector


def test_every_variable_is_described(clients, tmp_path):
    described = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", (ROOT / "docs" / "configuration.md").read_text()))
    config = pick(render(clients, tmp_path, EVERYTHING), "ConfigMap", "scope")
    assert set(config["data"]) <= described
    told = set(re.findall(r"\b(?:MISSIONSCOPE|DATABASE|REDIS)_[A-Z_]*[A-Z]\b", (CHART / "values.yaml").read_text()))
    assert told <= described


def test_probes_ask_by_a_name_that_is_answered(clients, tmp_path):
    web = pick(render(clients, tmp_path, {}), "Deployment", "scope-web")
    [container] = web["spec"]["template"]["spec"]["containers"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["httpHeaders"] == [{"name": "Host", "value": "localhost"}]


def test_the_collectors_configuration_is_that_of_compose():
    assert (CHART / "collector.yaml").read_bytes() == (DEPLOY / "collector" / "config.yaml").read_bytes()
