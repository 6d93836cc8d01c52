"""Prompts and documents of the sample missions, one file each."""

from pathlib import Path

_HERE = Path(__file__).parent


def read(name: str) -> str:
    """The text `name`.md without its last line break."""
    return (_HERE / f"{name}.md").read_text(encoding="utf-8").rstrip("\n")
