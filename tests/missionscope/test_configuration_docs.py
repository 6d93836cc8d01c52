"""docs/configuration.md names every variable that the program reads, and none that it does not."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"\b(?:MISSIONSCOPE_[A-Z_]*[A-Z]|DATABASE_URL|REDIS_URL|OTEL_EXPORTER_OTLP_ENDPOINT)\b")
READ = re.compile(r"get_[a-z_]+\(\s*\"([A-Z_]+)\"")
NOT_FROM_OUTSIDE = {"MISSIONSCOPE_PARENT_PID"}


def test_every_variable_is_described_and_every_described_one_is_read():
    read = set()
    for file in ("settings.py", "databases.py"):
        read |= set(READ.findall((ROOT / "missionscope" / file).read_text()))
    text = (ROOT / "docs" / "configuration.md").read_text()
    described = set(NAME.findall(text.partition("## For tests")[0]))
    assert described == read - NOT_FROM_OUTSIDE
