"""A preview as a chart that the server draws: numbers over a day, the threshold, when it would have fired. Pure."""

from typing import NamedTuple

from alerts.measures.asking import Line
from alerts.preview import Preview, WouldFire
from web.presenters.alerts.firings import MOST_LINKS, EvidenceLink, link_missions
from web.presenters.alerts.words import show_plain
from web.presenters.formats import format_duration, format_time

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 10, 190
LANE_TOP, LANE_HEIGHT = 196, 8
HOURS = 6
HOUR_NS = 3600 * 10**9
MOST_DRAWN = 8
"""Lines with colours of their own."""
MOST_LISTED = 10
LABEL_WIDTH = 16
LEAST_WIDTH = 2.0


class Path(NamedTuple):
    """One group's line: pieces without gaps."""

    css: str
    label: str
    pieces: list[str]
    """`points` of polylines."""
    dots: list[tuple[str, str]]
    """Lone points."""


class Tick(NamedTuple):
    """A mark of an axis."""

    at: str
    label: str


class Band(NamedTuple):
    """A time in which it would have fired."""

    x: str
    width: str
    title: str


class Chart(NamedTuple):
    """What the template draws."""

    paths: list[Path]
    more_count: int
    """Groups that are not drawn."""
    threshold_y: str
    """Empty when there is none to draw."""
    threshold_label: str
    ticks_y: list[Tick]
    ticks_x: list[Tick]
    bands: list[Band]
    words: str
    """The chart for those who do not see it."""


class Past(NamedTuple):
    """A time in which it would have fired, in the list below the chart."""

    title: str
    fired_ns: int
    missions: list[EvidenceLink]


class _Scale(NamedTuple):
    since_ns: int
    until_ns: int
    top: float
    bottom: float

    def x(self, time_ns: int) -> float:
        share = (time_ns - self.since_ns) / (self.until_ns - self.since_ns)
        return LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, max(0.0, share))

    def y(self, value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - self.bottom) / (self.top - self.bottom)


def draw_preview(preview: Preview) -> Chart:
    """The chart of a preview; without numbers only the times in which it would have fired."""
    scale = _scale(preview)
    drawn = preview.lines[:MOST_DRAWN]
    has_numbers = any(value is not None for line in drawn for _, value in line.points)
    threshold = preview.threshold if has_numbers else None
    return Chart(
        paths=[_path(line, place, scale) for place, line in enumerate(drawn)] if has_numbers else [],
        more_count=len(preview.lines) - len(drawn),
        threshold_y="" if threshold is None else _figure(scale.y(threshold)),
        threshold_label="" if threshold is None else show_plain(threshold),
        ticks_y=[Tick(_figure(scale.y(value)), _short(value)) for value in (scale.bottom, scale.top)]
        if has_numbers
        else [],
        ticks_x=_hours(scale),
        bands=[_band(each, scale) for each in preview.firings],
        words=describe(preview),
    )


def list_newest(preview: Preview) -> list[Past]:
    """The latest of them."""
    newest = preview.firings[: -MOST_LISTED - 1 : -1]
    return [Past(each.title, each.fired_ns, link_missions(each.evidence.missions[:MOST_LINKS])) for each in newest]


def describe(preview: Preview) -> str:
    """How often it would have fired, in a sentence."""
    count = preview.firing_count
    if not count:
        return "It would not have fired in the last 24 hours."
    now = sum(each.ended_ns is None for each in preview.firings)
    going_on = f", {now} of them still" if now and count > 1 else ", and still would" if now else ""
    times = {1: "once", 2: "twice"}.get(count, f"{count:,} times")
    return f"It would have fired {times} in the last 24 hours{going_on}{_lasting(preview)}."


def _lasting(preview: Preview) -> str:
    """How long the longest lasted, what still would fire included."""
    lengths = [((each.ended_ns or preview.until_ns) - each.fired_ns, each.ended_ns is None) for each in preview.firings]
    longest_ns, goes_on = max(lengths, default=(0, False))
    if longest_ns <= 0:
        return ""
    return f"; the longest {'has lasted' if goes_on else 'lasted'} {format_duration(longest_ns)}"


def _scale(preview: Preview) -> _Scale:
    values = [value for line in preview.lines for _, value in line.points if value is not None]
    if preview.threshold is not None:
        values.append(preview.threshold)
    top, bottom = max([*values, 0.0]), min([*values, 0.0])
    margin = (top - bottom) * 0.08
    return _Scale(preview.since_ns, preview.until_ns, top + margin or 1.0, bottom - margin if bottom < 0 else 0.0)


def _path(line: Line, place: int, scale: _Scale) -> Path:
    pieces: list[list[str]] = [[]]
    for end_ns, value in line.points:
        if value is None or end_ns < scale.since_ns:
            pieces.append([])
        else:
            pieces[-1].append(f"{_figure(scale.x(end_ns))},{_figure(scale.y(value))}")
    label = ", ".join(f"{name} {value or 'none'}" for name, value in line.labels.items()) or "all together"
    dots = [piece[0].split(",") for piece in pieces if len(piece) == 1]
    return Path(
        f"al-line-{place}", label, [" ".join(piece) for piece in pieces if len(piece) > 1], [(x, y) for x, y in dots]
    )


def _hours(scale: _Scale) -> list[Tick]:
    first = -(-scale.since_ns // (HOURS * HOUR_NS)) * HOURS * HOUR_NS
    moments = range(first, scale.until_ns, HOURS * HOUR_NS)
    ticks = [(scale.x(moment), format_time(moment)[11:16]) for moment in moments]
    return [Tick(_figure(x), label) for x, label in ticks if LEFT + LABEL_WIDTH < x < WIDTH - RIGHT - LABEL_WIDTH]


def _band(each: WouldFire, scale: _Scale) -> Band:
    x, end = scale.x(each.fired_ns), scale.x(scale.until_ns if each.ended_ns is None else each.ended_ns)
    title = f"{each.title} {format_time(each.fired_ns)[11:16]}"
    title += " until now" if each.ended_ns is None else f" to {format_time(each.ended_ns)[11:16]} UTC"
    return Band(_figure(min(x, WIDTH - RIGHT - LEAST_WIDTH)), _figure(max(LEAST_WIDTH, end - x)), title)


def _figure(number: float) -> str:
    return f"{number:.1f}"


def _short(value: float) -> str:
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:.3g}{name}"
    return f"{value:.3g}"
