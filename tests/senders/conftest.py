"""What the tests of real senders share: a mission, a model provider, programs that send."""

import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.blackbox.client import Reader
from tests.senders.model_server import model_server
from tests.servers import ROOT, Server

PROGRAM_S = 90
INSTALL_S = 180


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.server)


@pytest.fixture
def mission() -> str:
    """A mission id nobody else uses."""
    return f"senders-{secrets.token_hex(6)}"


@pytest.fixture
def stored(server: Server) -> Iterator[Reader]:
    """Reads what the server has stored."""
    reader = Reader(server.url, server.key)
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def model_url() -> Iterator[str]:
    """The address of a model provider."""
    with model_server() as url:
        yield url


@pytest.fixture(scope="session")
def sentry_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the programs that use Sentry's clients for JavaScript, and their pinned packages."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node (node, npm)")
    folder = tmp_path_factory.mktemp("sentry")
    shutil.copytree(Path(__file__).parent / "sentry", folder, dirs_exist_ok=True)
    install = ["npm", "ci", "--ignore-scripts"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=INSTALL_S, check=False)
    if done.returncode and any(word in done.stderr for word in ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT")):
        pytest.skip("packages of tests/senders/sentry (a registry)")
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture
def run_program(server: Server, mission: str, model_url: str) -> Callable[[str], None]:
    """Runs the instrumented program to its end; it must neither fail nor complain about its exporters."""

    def run(sender: str) -> None:
        command = [sys.executable, "-m", "tests.senders.program", sender, server.url, server.key, mission, model_url]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PROGRAM_S, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        for complaint in ("Failed to export", "Exception while exporting", "rejected", "Overriding"):
            assert complaint not in done.stderr, done.stderr[-3000:]

    return run
