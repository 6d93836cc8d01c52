"""Documentation is true: links lead somewhere, decisions that code cites exist, files name no machine, snippets run."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from typing import Any

import pytest

from tests.docs.reading import ROOT, Snippet, list_files, list_pages, read_anchors, read_links, read_snippets
from tests.servers import Server

# Written in pieces, so that this file does not find itself.
REGISTRIES = ("pypi" + ".org", "files." + "pythonhosted.org", "registry." + "npmjs.org")
MACHINE = re.compile(
    r"(?<![\w.:/-])/(?:" + "|".join(("home", "root", "work", "Users", "tmp", "private")) + r")/\w[^\s\"'`)]*"
)
CITED = re.compile(r"docs/(adr/\d{4}(?:-[\w-]+)?|[\w-]+\.md)")
README, SENDING, NATIVE = ROOT / "README.md", ROOT / "docs" / "sending.md", ROOT / "docs" / "native.md"
LOGS = ROOT / "docs" / "logs.md"
RUNNABLE = [
    *(snippet for snippet in read_snippets(README, "sh") if "curl" in snippet.text),
    *(
        snippet
        for snippet in read_snippets(SENDING, "sh", "python")
        if snippet.language == "python" or "curl" in snippet.text
    ),
    *read_snippets(NATIVE, "sh", "python"),
    *read_snippets(LOGS, "sh", "python"),
]
MISSIONS = ("hello", "from-curl", "from-python", "with-state", "still-running", "typed", "typed-python")


@pytest.mark.parametrize("document", list_pages(), ids=lambda document: str(document.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(document):
    for link in read_links(document):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert ROOT in target.parents, link
        assert not anchor or anchor in read_anchors(target), link


def test_every_page_that_code_cites_exists():
    missing = set()
    for file in list_files():
        if (
            file.suffix in {".py", ".js", ".mjs", ".html", ".toml", ".css"}
            and ROOT / "tests" / "docs" not in file.parents
        ):
            for cited in CITED.findall(file.read_text()):
                found = list((ROOT / "docs").glob(f"{cited.removesuffix('.md')}*.md"))
                if not found:
                    missing.add(f"{file.relative_to(ROOT)}: docs/{cited}")
    assert not missing


def test_decisions_are_numbered_once_and_listed():
    pages = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    assert {page.name for page in pages} == set(read_links(ROOT / "docs" / "adr" / "README.md"))
    assert all(page.read_text().startswith(f"# {page.name[:4]} ") for page in pages)


def test_no_file_names_this_machine_or_a_registry():
    found = {}
    for file in list_files():
        text = file.read_bytes().decode("utf-8", errors="ignore")
        names = [host for host in REGISTRIES if host in text] + sorted(set(MACHINE.findall(text)))
        if str(ROOT) in text:
            names.append(str(ROOT))
        if names:
            found[str(file.relative_to(ROOT))] = names
    assert not found


def run(snippet: Snippet, server: Server) -> str:
    """What the snippet prints, run as its reader would, against this server."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OTEL_")},
        "KEY": server.key,
        "OTEL_EXPORTER_OTLP_ENDPOINT": server.url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-api-key={server.key}",
        "MISSIONSCOPE_URL": server.url,
        "MISSIONSCOPE_KEY": server.key,
    }
    text = re.sub(r"^(?:export )?KEY=.*$", "", snippet.text, flags=re.MULTILINE)
    text = text.replace("http://127.0.0.1:8700", server.url)
    command = [sys.executable, "-c", text] if snippet.language == "python" else ["bash", "-euc", text]
    beside_client = ROOT / "clients"
    done = subprocess.run(command, cwd=beside_client, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def printed(server: Server) -> dict[Snippet, str]:
    """What every snippet that can be run here printed, run in the order of the pages."""
    return {snippet: run(snippet, server) for snippet in RUNNABLE}


@pytest.mark.server
def test_the_readmes_curl_sends_a_span_and_shows_it(printed):
    [output] = [text for snippet, text in printed.items() if snippet.page == "README.md"]
    sent, shown = (json.loads(line) for line in output.replace("}{", "}\n{").splitlines())
    assert sent == {}
    [span] = shown["results"]
    assert (span["name"], span["mission_id"], span["span_kind"]) == ("chat my-model", "hello", "LLM")


@pytest.mark.server
@pytest.mark.parametrize("mission_id", MISSIONS)
def test_every_snippets_mission_is_there(printed, server, mission_id):
    assert read(server, f"missions/{mission_id}/spans/")["results"]


@pytest.mark.server
def test_the_log_snippets_give_lines_with_their_levels_and_exceptions(printed, server):
    [answer] = [text for snippet, text in printed.items() if snippet.page == "docs/logs.md" and text]
    assert json.loads(answer) == {"accepted": 6, "rejected": []}
    logs = {name: read(server, f"missions/{name}/logs/")["results"] for name in ("log-lines", "log-lines-python")}
    assert sorted(log["severity_number"] for log in logs["log-lines"]) == [9, 13, 17]
    assert sorted(log["severity_number"] for log in logs["log-lines-python"]) == [9, 17]
    thrown = {log["attributes"].get("exception.type") for each in logs.values() for log in each}
    assert thrown == {None, "ValueError", "json.decoder.JSONDecodeError"}


@pytest.mark.server
def test_the_python_snippet_gives_a_named_mission_with_an_agent_and_a_tool(printed, server):
    mission = wait_for_totals(server, "from-python", span_count=2)
    assert (mission["name"], mission["agents"], mission["tool_call_count"], mission["status"]) == (
        "Write the weekly report",
        ["writer"],
        1,
        "ok",
    )


@pytest.mark.server
def test_the_state_snippets_give_the_state_they_describe(printed, server):
    [state] = read(server, "missions/with-state/state/")["results"]
    assert state["agent_name"] == "planner"
    assert state["state"] == {
        "goal": "weekly report",
        "plan": [{"step": "search", "status": "done"}],
        "draft": "Heat pumps in 2026",
    }


@pytest.mark.server
def test_the_snippet_of_open_work_leaves_a_span_open(printed, server):
    [span] = read(server, "missions/still-running/spans/")["results"]
    assert (span["end_ns"], span["effective_status"]) == (None, "active")


def read(server: Server, path: str) -> Any:
    request = urllib.request.Request(f"{server.url}/api/v1/{path}", headers={"x-api-key": server.key})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def wait_for_totals(server: Server, mission_id: str, *, span_count: int) -> Any:
    """The mission, once the job that counts has come to it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        mission = read(server, f"missions/{mission_id}/")
        if mission["span_count"] == span_count:
            return mission
        time.sleep(0.1)
    raise AssertionError(f"not counted in time: {mission}")
