"""Colours and other commands to a terminal, which lines carry that were made for one."""

import re
from typing import NamedTuple

_CODES = re.compile(r"\x1b(?:\[[0-?]*+[ -/]*+[@-~]|\][^\x07\x1b]*+(?:\x07|\x1b\\)|[@-Z\\^_])")


class Stripped(NamedTuple):
    """A text without them, and how many there were."""

    text: str
    codes: int


def strip_codes(text: str) -> Stripped:
    """The text as it would be read on the screen."""
    return Stripped(*_CODES.subn("", text)) if "\x1b" in text else Stripped(text, 0)
