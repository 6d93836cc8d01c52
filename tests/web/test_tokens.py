"""Both themes say the same things, and their texts can be read."""

import re
from itertools import product
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text()
BLOCKS = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in re.findall(r"\{([^{}]*)\}", TOKENS)]
DARK, LIGHT, LIGHT_BY_SYSTEM = (block for block in BLOCKS if "bg" in block)
HUES = (
    "accent", "waiting", "active", "ok", "failed", "gone",
    "llm", "tool", "agent", "step", "human", "queue", "other",
)  # fmt: skip
READABLE = 4.5


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(channels: list[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (value / 255 for value in channels)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(first: list[float], second: list[float]) -> float:
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _tint(hue: list[int], ground: list[int], share: float = 0.14) -> list[float]:
    return [h * share + g * (1 - share) for h, g in zip(hue, ground, strict=True)]


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_texts_are_readable_on_every_ground(theme: dict[str, str]) -> None:
    for name, ground in product((*HUES, "text", "dim"), ("bg", "panel", "raised", "hover", "selected")):
        ratio = _contrast(_channels(theme[name]), _channels(theme[ground]))
        assert ratio >= READABLE, f"--{name} on --{ground}: {ratio:.2f}"


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_badges_are_readable_on_their_own_tint(theme: dict[str, str]) -> None:
    for name in HUES:
        hue, panel = _channels(theme[name]), _channels(theme["panel"])
        ratio = _contrast(hue, _tint(hue, panel))
        assert ratio >= READABLE, f"--{name} on its tint: {ratio:.2f}"


def test_the_light_theme_is_the_same_whether_chosen_or_the_systems() -> None:
    assert LIGHT == LIGHT_BY_SYSTEM
    assert DARK.keys() == LIGHT.keys()


SHEETS = sorted(str(path.relative_to(STATIC / "css").with_suffix("")) for path in (STATIC / "css").rglob("*.css"))


@pytest.mark.parametrize("name", [name for name in SHEETS if name != "tokens"])
def test_no_other_style_sheet_names_a_colour(name: str) -> None:
    named = re.compile(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", re.IGNORECASE)
    assert not named.findall((STATIC / "css" / f"{name}.css").read_text())
