"""An error's message without what differs each time it happens."""

import re

READ_CHARACTERS = 1_000
KEPT_CHARACTERS = 300

_PARTS = re.compile(
    r"""
    (?P<keep>\b(?i:status(?:\ code)?|https?(?:/\d(?:\.\d)?)?|error\ code|code)[\ :=]{1,3}\d{3}\b)
  | (?P<redacted>\[[A-Z_]{2,24}·[0-9a-f]{6}\](?::\d{1,5}\b)?)
  | (?P<url>\b[a-z][a-z0-9+.-]{1,15}://[^\s'"`<>)\]]{1,500})
  | (?P<email>\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}\b)
  | (?P<id>\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)
  | (?P<time>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|\ ?[+-]\d\d:?\d\d)?)?\b)
  | (?P<value>(?<!\w)'[^'\n]{0,200}'(?!\w)|"(?:[^"\\\n]|\\.){0,500}"|`[^`\n]{0,200}`|‘[^’\n]{0,200}’|“[^”\n]{0,200}”)
  | (?P<address>\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b)
  | (?P<path>(?<![\w/])(?:[A-Za-z]:)?(?:[/\\][\w.@+-]{1,128}){2,20}[/\\]?)
  | (?P<word>\b0x[0-9a-fA-F]{1,32}\b|\b[\w-]{0,80}\d[\w-]{0,80})
    """,
    re.VERBOSE,
)
_REDACTED = {"IP": "<address>", "IPV6": "<address>", "EMAIL": "<email>", "URL": "<url>"}
"""Kinds of what was taken out before it came here, that the same message may hold in clear."""
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)*(?:ms|us|ns|s|m|h|kb|mb|gb|b|%)?", re.IGNORECASE)
_REPEATED = re.compile(r"(<[a-z]+>)(?:[\s,;:|]{1,4}\1)+")
_SPACES = re.compile(r"\s+")
_MOST_DIGITS, _LONG_WORD = 3, 16


def normalise_message(text: str) -> str:
    """Numbers, ids, times, paths, addresses and quoted values become what they are; the same for the same failure."""
    shown = _PARTS.sub(_replace, text[:READ_CHARACTERS])
    shown = _REPEATED.sub(r"\1", _SPACES.sub(" ", shown)).strip()
    return shown[:KEPT_CHARACTERS]


def _replace(found: re.Match[str]) -> str:
    kind, text = found.lastgroup, found[0]
    if kind == "keep":
        return text
    if kind == "redacted":
        return _REDACTED.get(text[1:].partition("·")[0], "<redacted>")
    if kind != "word":
        return f"<{kind}>"
    if _NUMBER.fullmatch(text):
        return "<n>"
    digits = sum(character.isdigit() for character in text)
    if digits >= _MOST_DIGITS or len(text) >= _LONG_WORD or text.startswith("0x"):
        return "<id>"
    return _DIGITS.sub("<n>", text)
