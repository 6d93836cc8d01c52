"""The programs of a guide: written into a folder under their names, and run as their reader would."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.docs.reading import ROOT, read_snippets
from tests.servers import Server

GUIDES = ROOT / "docs" / "guides"
RUN_S = 90
_NAME = re.compile(r"^(?:#|//) ([\w.-]+\.(?:py|mjs|ts|tsx))\n")
COMPLAINTS = ("Failed to export", "Exception while exporting", "Overriding", "Traceback", "rejected", "ERR_")


def write_programs(guide: str, folder: Path) -> list[str]:
    """The names of the files that the guide tells."""
    names = []
    for snippet in read_snippets(GUIDES / guide, "python", "js", "ts", "tsx"):
        named = _NAME.match(snippet.text)
        assert named, f"{guide}: program {snippet.number} has no name"
        (folder / named[1]).write_text(snippet.text)
        names.append(named[1])
    return names


def told(server: Server, dsn: str, service: str, **more: str) -> dict[str, str]:
    """The variables of the overview, for this server."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "SENTRY_", "NODE_"))}
    return plain | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": server.url,
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-api-key={server.key}",
        "OTEL_SERVICE_NAME": service,
        "MISSIONSCOPE_URL": server.url,
        "MISSIONSCOPE_KEY": server.key,
        "SENTRY_DSN": dsn,
        **more,
    }


@contextmanager
def started(command: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """A program that says `ready`, and is asked to end at the end; it must not complain."""
    log = folder / f"{Path(command[-1]).stem}.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert process.stdout is not None
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.strip() == "ready":
                break
        else:
            raise AssertionError("".join(lines) + log.read_text()[-3000:])
        yield
        process.terminate()
        (folder / f"{Path(command[-1]).stem}.out").write_text(process.communicate(timeout=RUN_S)[0])
        assert process.returncode == 0, log.read_text()[-3000:]
    finally:
        process.kill()
        process.wait()
    assert not [each for each in COMPLAINTS if each in log.read_text()], log.read_text()[-3000:]


def run(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    """What a program printed; it must neither fail nor complain."""
    done = subprocess.run(
        command, cwd=folder, env=dict(environment), capture_output=True, text=True, timeout=RUN_S, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert not [each for each in COMPLAINTS if each in done.stderr], done.stderr[-3000:]
    return done.stdout
