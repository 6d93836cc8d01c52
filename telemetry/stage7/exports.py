"""Files of documents, read piece by piece: arrays, lines, or documents one after the other, as exports write them."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

MOST_CHARACTERS = 64 << 20
"""Of one document; a longer one is given cut, and nobody can read it."""
_STEP = re.compile(r"""[{}\[\]"']|//|/\*|\\|\n""")


class Piece(NamedTuple):
    """The text of one document, and the line of the file that it begins in, from 1."""

    text: str
    line: int


def split_documents(chunks: Iterable[str]) -> Iterator[Piece]:
    """The top-level objects of a file. Brackets of an array, commas and comments between them are passed over."""
    splitter = _Splitter()
    for chunk in chunks:
        yield from splitter.feed(chunk)
    yield from splitter.end()


def _is_half(text: str) -> bool:
    """The last character may be the first half of a mark or of an escape that the next chunk completes."""
    if text.endswith("\\"):
        return (len(text) - len(text.rstrip("\\"))) % 2 == 1
    return text[-1:] in ("/", "*") and text[-2:] not in ("//", "/*", "*/")


class _Splitter:
    """Counts braces outside of texts and comments."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0
        self.depth = 0
        self.line = 1
        self.first_line = 1
        self.inside = ""
        """The quote of the text we are in, `//` or `/*` in a comment, else empty."""
        self.rest = ""

    def feed(self, chunk: str) -> Iterator[Piece]:
        """The documents that end in this chunk."""
        text = self.rest + chunk
        cut = len(text) - _is_half(text)
        self.rest = text[cut:]
        yield from self._scan(text[:cut])

    def end(self) -> Iterator[Piece]:
        """What is left: a document without its end."""
        yield from self._scan(self.rest)
        if self.depth and "".join(self.parts).strip():
            yield Piece("".join(self.parts), self.first_line)

    def _scan(self, text: str) -> Iterator[Piece]:
        start = 0
        at = self._pass_comment(text, 0) if self.inside == "/*" else 0
        while (match := _STEP.search(text, at)) is not None:
            mark, at = match[0], match.end()
            if mark == "\n":
                self.line += 1
                self.inside = "" if self.inside == "//" else self.inside
            elif mark == "\\":
                self.line += text[at : at + 1] == "\n"
                at += 1
            elif self.inside:
                self.inside = "" if mark == self.inside else self.inside
            elif mark == "/*":
                self.inside = mark
                at = self._pass_comment(text, at)
            elif mark in ('"', "'", "//"):
                self.inside = mark
            elif mark == "{":
                if not self.depth:
                    start, self.first_line = match.start(), self.line
                self.depth += 1
            elif mark == "}" and self.depth:
                self.depth -= 1
                if not self.depth:
                    yield Piece("".join([*self.parts, text[start:at]]), self.first_line)
                    self.parts, self.size = [], 0
        if self.depth and self.size <= MOST_CHARACTERS:
            self.parts.append(text[start:])
            self.size += len(text) - start

    def _pass_comment(self, text: str, at: int) -> int:
        """Where the comment ends, or the text when it goes on in the next one."""
        end = text.find("*/", at)
        self.line += text.count("\n", at, len(text) if end < 0 else end)
        if end < 0:
            return len(text)
        self.inside = ""
        return end + 2
