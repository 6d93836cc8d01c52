"""Both themes say the same things, and their texts can be read."""

import re
from itertools import combinations, product
from math import dist
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


CHARTS = [f"chart-{number}" for number in range(1, 9)]
DRAWN = 3.0
"""Contrast of lines and bars with their ground (WCAG 1.4.11)."""
TOLD_APART = 0.1
"""Distance in OKLab, of which black and white are 1 apart."""
SIGHTS = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
}
"""What of linear red, green and blue arrives (Machado, Oliveira and Fernandes, 2009)."""


def _times(matrix: tuple[tuple[float, ...], ...], values: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, values, strict=True)) for row in matrix]


def _oklab(colour: str, sight: str) -> list[float]:
    values = [value / 255 for value in _channels(colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in values]
    seen = [min(1.0, max(0.0, value)) for value in _times(SIGHTS[sight], linear)]
    to_lms = ((0.412221, 0.536333, 0.051446), (0.211903, 0.680700, 0.107397), (0.088302, 0.281719, 0.629979))
    to_lab = ((0.210454, 0.793618, -0.004072), (1.977998, -2.428592, 0.450594), (0.025904, 0.782772, -0.808676))
    return _times(to_lab, [value ** (1 / 3) for value in _times(to_lms, seen)])


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_of_charts_are_told_apart_by_who_sees_fewer(theme: dict[str, str], sight: str) -> None:
    for first, second in combinations(CHARTS, 2):
        apart = dist(_oklab(theme[first], sight), _oklab(theme[second], sight))
        assert apart >= TOLD_APART, f"--{first} and --{second}: {apart:.3f}"


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_colours_of_charts_stand_out_from_their_panel(theme: dict[str, str]) -> None:
    for name, ground in product(CHARTS, ("bg", "panel")):
        assert _contrast(_channels(theme[name]), _channels(theme[ground])) >= DRAWN, f"--{name} on --{ground}"


SHEETS = sorted(str(path.relative_to(STATIC / "css").with_suffix("")) for path in (STATIC / "css").rglob("*.css"))


@pytest.mark.parametrize("name", [name for name in SHEETS if name != "tokens"])
def test_no_other_style_sheet_names_a_colour(name: str) -> None:
    named = re.compile(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", re.IGNORECASE)
    assert not named.findall((STATIC / "css" / f"{name}.css").read_text())
