"""docs/strategy.md: no line of the strategy document is left out, and every test that it names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "strategy.md").read_text()
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| line |")]
LEAST_WORDS = 3


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:40])
def test_every_test_of_a_row_exists(row: str) -> None:
    named = re.findall(r"`(tests/[^`]+)`", row.split("|")[3])
    assert named
    for each in named:
        path, _, test = each.partition("::")
        assert (ROOT / path).exists(), path
        if test:
            assert re.search(rf"^(async )?def {test}\(", (ROOT / path).read_text(), re.MULTILINE), test


def test_no_line_of_the_strategy_is_left_out(shared_data: Path) -> None:
    (document,) = (shared_data / "seed").glob("*.txt")
    said = _words(" ".join(row.split("|")[1] for row in ROWS))
    missing = [
        line
        for line in document.read_text().splitlines()
        if re.match(r"\s*\*\s", line) and not _is_heading(line) and not _told(line, said)
    ]
    assert missing == []


def _is_heading(line: str) -> bool:
    """`**Alerting:** Configure alerts for:` says nothing by itself: its lines below do."""
    return line.rstrip().endswith(":") or line.rstrip().endswith(":**")


def _told(line: str, said: str) -> bool:
    """By its label, else by its first words."""
    label = re.search(r"\*\*(.+?):?\*\*", line)
    words = _words(label[1] if label else line).split()
    return " ".join(words if label else words[:LEAST_WORDS]) in said


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))
