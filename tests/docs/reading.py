"""What the documentation holds: its files, links and snippets; and every file that is kept in the repository."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"(?<!`)\[[^\]`]*\]\(([^)\s]+)\)|<img[^>]*\ssrc=\"([^\"]+)\"")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Snippet(NamedTuple):
    """A fenced piece of a page."""

    page: str
    number: int
    language: str
    text: str


def list_files() -> list[Path]:
    """Every file that git keeps."""
    # A checkout that belongs to somebody else, as in a container, is read all the same.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    files = (ROOT / name for name in output.decode().split("\0") if name)
    return sorted(file for file in files if file.is_file())


def list_pages() -> list[Path]:
    """Every page of documentation."""
    return [file for file in list_files() if file.suffix == ".md"]


def read_links(page: Path) -> Iterator[str]:
    """The targets of a page's links and images, outside its snippets."""
    for match in _LINK.finditer(_FENCE.sub("", page.read_text())):
        yield match[1] or match[2]


def read_anchors(page: Path) -> set[str]:
    """What a link to a heading of the page may say behind `#`."""
    titles = _HEADING.findall(_FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def read_snippets(page: Path, *languages: str) -> list[Snippet]:
    """The page's fenced pieces in these languages."""
    found = enumerate(_FENCE.findall(page.read_text()), 1)
    name = str(page.relative_to(ROOT))
    return [Snippet(name, number, language, text) for number, (language, text) in found if language in languages]
