"""The application as a server loads it that knows nothing else of the program."""

import os
import subprocess
import sys
from pathlib import Path


def test_it_loads_by_itself(tmp_path: Path) -> None:
    place = {"MISSIONSCOPE_DATA_DIR": str(tmp_path), "DATABASE_URL": "", "REDIS_URL": ""}
    told = subprocess.run(
        [sys.executable, "-c", "import missionscope.asgi as loaded; print(callable(loaded.application))"],
        env={**os.environ, **place}, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert (told.stdout, told.returncode) == ("True\n", 0), told.stderr
