"""What was left out is told by name, also when several processes share the tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT

CONFTEST = """
import os
from pathlib import Path
from tests.left_out import LeftOut

def pytest_configure(config):
    must_be_empty = os.environ["MUST_BE_EMPTY"] == "1"
    config.pluginmanager.register(LeftOut(must_be_empty=must_be_empty, file=Path(os.environ["LEFT_OUT"])))
"""
WHOLE_FILE = """
import pytest

pytest.skip("a whole file", allow_module_level=True)
"""
TESTS = """
import pytest

def test_runs():
    pass

@pytest.fixture
def missing():
    pytest.skip("a machine")

@pytest.mark.parametrize("number", range(7))
def test_wants(missing, number):
    pass
"""
TOLD = """\
a machine: 7 left out
    test_some.py::test_wants[0]
    test_some.py::test_wants[1]
    test_some.py::test_wants[2]
    test_some.py::test_wants[3]
    test_some.py::test_wants[4]
    and 2 more
a whole file: 1 left out
    test_whole.py
"""


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize("must_be_empty", [False, True])
def test_what_is_left_out_is_told_and_fails_a_run_in_which_nothing_may_be(
    tmp_path: Path, processes: int, must_be_empty: bool
) -> None:
    for name, text in (("conftest", CONFTEST), ("test_whole", WHOLE_FILE), ("test_some", TESTS)):
        (tmp_path / f"{name}.py").write_text(text)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    told = tmp_path / "left-out"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "xdist", "-n", str(processes), "--rootdir", str(tmp_path)]
    ended = subprocess.run(
        [*command, str(tmp_path)],
        cwd=tmp_path,
        env={**environment, "MUST_BE_EMPTY": str(int(must_be_empty)), "LEFT_OUT": str(told)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == int(must_be_empty), ended.stdout
    assert told.read_text() == TOLD
    assert TOLD in ended.stdout
