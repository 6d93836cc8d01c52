"""Kinds of rules, severities, states and lengths of time in words. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from alerts.measures.words import COMPARISONS, show_time
from web.presenters.marks import Mark


class KindWords(NamedTuple):
    """A kind of rule as people choose it."""

    kind: str
    label: str
    words: str
    glyph: str


KINDS = (
    KindWords("metric", "Metric", "A number of any metric crosses a threshold: p99, rate, sum.", "active"),
    KindWords("error_rate_spike", "Error rate spike", "Far more fails than in the window before.", "arrow-up"),
    KindWords("critical_failure", "Critical failure", "A service writes CRITICAL; an error is new or back.", "failed"),
    KindWords("human_pending", "Waits for a person", "A question to a person has no answer yet.", "kind-human"),
    KindWords("human_timeout", "Person did not answer", "A question to a person timed out.", "clock"),
    KindWords("stalled_mission", "Stalled mission", "A mission is not over, and nothing happens.", "waiting"),
    KindWords("budget", "Budget", "A mission, or all in a window, cost more than allowed.", "kind-step"),
    KindWords("finding", "Finding", "A detector finds something in a mission.", "search"),
    KindWords("no_data", "No data", "Nothing is measured any more where something was.", "offline"),
)  # fmt: skip
BY_KIND = {each.kind: each for each in KINDS}

_SEVERITIES = {
    "critical": Mark("failed", "critical", "status-failed"),
    "warning": Mark("warning", "warning", "status-waiting"),
    "info": Mark("info", "info", "status-active"),
}
_STATES = {
    "pending": Mark("clock", "pending", "status-waiting"),
    "firing": Mark("bell", "firing", "status-failed"),
    "resolved": Mark("ok", "resolved", "status-ok"),
    "inactive": Mark("gone", "did not last", "status-gone"),
}
ENDED_WHY = {
    "over": "the condition no longer holds",
    "rule_changed": "the rule was changed",
    "rule_disabled": "the rule was turned off",
    "rule_deleted": "the rule was removed",
}
SEVERITY_WORDS = {"error": "errors", "warning": "warnings and errors", "info": "anything"}
SIGN_WORDS = {
    "critical_log": "CRITICAL log records",
    "new_error": "new errors",
    "regressed_error": "errors that came back",
}


def present_severity(severity: str) -> Mark:
    """Glyph, word and hue of a severity."""
    return _SEVERITIES.get(severity, _SEVERITIES["info"])


def present_state(state: str, *, is_quiet: bool = False) -> Mark:
    """Glyph, word and hue of a firing's state; one that is kept quiet is grey."""
    mark = _STATES.get(state, _STATES["inactive"])
    return Mark("bell-off", f"{mark.word}, quiet", "status-gone") if is_quiet else mark


def kind_label(kind: str) -> str:
    """What a kind is called."""
    return BY_KIND[kind].label if kind in BY_KIND else kind


def describe_condition(kind: str, condition: Mapping[str, Any], group_by: tuple[str, ...]) -> str:
    """What a rule watches, in one line: `p99 of missionscope.llm.duration above 10 over 5 minutes, by model`."""
    words = _DESCRIBE[kind](condition) if kind in _DESCRIBE else kind
    only = [f"{name}={value}" for name, value in (condition.get("filters") or {}).items()]
    is_grouped = kind in MEASURED and condition.get("per") != "mission" and group_by
    by = [f"by {', '.join(group_by)}"] if is_grouped else []
    return ", ".join([words, *(["only " + " ".join(only)] if only else []), *by])


MEASURED = ("metric", "error_rate_spike", "no_data", "budget")
"""Kinds that ask metrics: their labels can be chosen."""


def show_plain(number: float) -> str:
    """`10`, `0.25`, `1,200`."""
    return f"{int(number):,}" if float(number).is_integer() else f"{number:,g}"


def _metric(given: Mapping[str, Any]) -> str:
    compared = f"{COMPARISONS[given['comparison']]} {show_plain(given['threshold'])}"
    return f"{given['aggregation']} of {given['metric']} {compared} over {show_time(given['window_s'])}"


def _spike(given: Mapping[str, Any]) -> str:
    least = f"at least {show_plain(100 * given['least_rate'])} % and {given['least_errors']} errors"
    times = f"{show_plain(given['factor'])} times the share of the {show_time(given['window_s'])} before"
    return f"errors of {given['metric']} {times}, {least}"


def _critical(given: Mapping[str, Any]) -> str:
    signs = ", ".join(SIGN_WORDS[sign] for sign in given["signs"])
    return f"{given['service'] or 'any service'}: {signs}"


def _budget(given: Mapping[str, Any]) -> str:
    amount = f"${given['threshold']}" if given["measure"] == "cost_usd" else f"{given['threshold']} tokens"
    where = "by one mission" if given["per"] == "mission" else f"in {show_time(given['window_s'])}"
    return f"more than {amount} {where}"


def _finding(given: Mapping[str, Any]) -> str:
    who = ", ".join(given["detectors"]) or "any detector"
    roots = ", causes only" if given["roots_only"] else ""
    return f"{SEVERITY_WORDS[given['least_severity']]} found by {who}{roots}"


_DESCRIBE: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "metric": _metric,
    "error_rate_spike": _spike,
    "critical_failure": _critical,
    "human_pending": lambda given: f"a question waits for {show_time(given['after_s'])}",
    "human_timeout": lambda given: "a question went unanswered",
    "stalled_mission": lambda given: (
        f"nothing happens for {show_time(given['after_s'])}"
        + (", waiting missions too" if given["include_waiting"] else "")
    ),
    "budget": _budget,
    "finding": _finding,
    "no_data": lambda given: f"nothing of {given['metric']} for {show_time(given['window_s'])}",
}
