"""The fields of a rule's condition, by kind: what the editor shows, and how each is read. Pure."""

from typing import Any, NamedTuple

from alerts.conditions import REQUESTS
from alerts.measures.words import show_time
from web.presenters.alerts.words import SIGN_WORDS

TEXT, NUMBER, WHOLE, SHARE, CHOICE, SECONDS, FLAG, SEVERAL, PAIRS, NAMES, AMOUNT = (
    "text", "number", "whole", "share", "choice", "seconds", "flag", "several", "pairs", "names", "amount",
)  # fmt: skip
WINDOWS = (60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
LENGTHS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800)
LASTING = (0, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)
REPEATS = (900, 3600, 7200, 14400, 28800, 43200, 86400, 604800)
Options = tuple[tuple[str, str], ...]


class Field(NamedTuple):
    """One field of a condition."""

    name: str
    label: str
    shape: str
    default: Any
    help: str = ""
    options: Options = ()
    suggest: str = ""
    """Id of the list of known names that are offered."""
    unit: str = ""
    """Said behind the field."""
    is_of_window: bool = False
    """Of budgets: it means nothing for single missions."""


def _lengths(seconds: tuple[int, ...]) -> Options:
    return tuple((str(each), show_time(each) if each else "at once") for each in seconds)


AGGREGATIONS: Options = (
    ("p99", "p99"), ("p95", "p95"), ("p90", "p90"), ("p50", "p50 (median)"), ("avg", "average"), ("max", "highest"),
    ("min", "lowest"), ("last", "newest value"), ("sum", "sum"), ("count", "count"), ("rate", "rate per second"),
    ("error_rate", "share that failed (0 to 1)"),
)  # fmt: skip
COMPARISONS: Options = ((">", "above"), (">=", "at or above"), ("<", "below"), ("<=", "at or below"))
DURATION = "missionscope.llm.duration"
_METRIC = Field("metric", "Metric", TEXT, REQUESTS, suggest="metrics")
_FILTERS = Field("filters", "Only where", PAIRS, {}, "label=value, separated by commas", suggest="labels")


def _window(default: int, label: str = "Window") -> Field:
    return Field("window_s", label, SECONDS, default, options=_lengths(WINDOWS))


def _after(default: int, help_text: str) -> Field:
    return Field("after_s", "After", SECONDS, default, help_text, _lengths(LENGTHS))


FIELDS: dict[str, tuple[Field, ...]] = {
    "metric": (
        _METRIC._replace(default=DURATION),
        Field("aggregation", "Take its", CHOICE, "p99", options=AGGREGATIONS),
        Field("comparison", "Fire when it is", CHOICE, ">", options=COMPARISONS),
        Field("threshold", "Threshold", NUMBER, 10, "In the metric's own unit: durations in seconds"),
        _window(300, "Over"),
        _FILTERS,
        Field("least_count", "At least so many measurements", WHOLE, 0, "With fewer the number means nothing"),
    ),
    "error_rate_spike": (
        _METRIC,
        _window(300),
        Field("factor", "So many times the window before", NUMBER, 2.0),
        Field("least_rate", "At least this share failed", SHARE, 0.05, unit="%"),
        Field("least_errors", "At least so many errors", WHOLE, 5),
        _FILTERS,
    ),
    "critical_failure": (
        Field("service", "Service", TEXT, "", "Empty: any service", suggest="services"),
        Field("signs", "What counts", SEVERAL, tuple(SIGN_WORDS), options=tuple(SIGN_WORDS.items())),
        _window(300),
    ),
    "human_pending": (_after(600, "So long the question waits"),),
    "human_timeout": (),
    "stalled_mission": (
        _after(900, "So long nothing happens"),
        Field("include_waiting", "Also missions that wait for a person", FLAG, False),
    ),
    "budget": (
        Field("measure", "Count", CHOICE, "cost_usd", options=(("cost_usd", "money (USD)"), ("tokens", "tokens"))),
        Field("per", "Of", CHOICE, "mission", options=(("mission", "each mission"), ("window", "all in a window"))),
        Field("threshold", "Fire above", AMOUNT, "1.00"),
        _window(3600)._replace(is_of_window=True),
        _FILTERS._replace(is_of_window=True),
    ),
    "finding": (
        Field("least_severity", "At least", CHOICE, "error",
              options=(("error", "errors"), ("warning", "warnings"), ("info", "anything"))),
        Field("detectors", "Detectors", NAMES, (), "Separated by commas; empty: any", suggest="detectors"),
        Field("roots_only", "Only causes, not what another finding explains", FLAG, True),
    ),
    "no_data": (
        _METRIC,
        _window(600, "Nothing for"),
        Field("expected_s", "Groups are expected for", SECONDS, 86400,
              "After they were last measured", _lengths(LENGTHS)),
        _FILTERS,
    ),
}  # fmt: skip
