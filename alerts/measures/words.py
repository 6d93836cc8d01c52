"""Numbers in sentences. Pure."""

from collections.abc import Mapping

COMPARISONS = {">": "above", ">=": "at or above", "<": "below", "<=": "at or below"}
SECONDS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def show_number(value: float, unit: str, aggregation: str = "") -> str:
    """`12.5 %`, `1.24 s`, `$0.31`, `1,204`."""
    if aggregation == "error_rate":
        return f"{_digits(100 * value)} %"
    if unit == "USD":
        return f"${value:,.2f}" if abs(value) >= 1 else f"${value:.4f}"
    shown = _digits(value)
    if aggregation == "count" or unit in ("", "1") or unit.startswith("{"):
        return shown
    return f"{shown} {unit}"


def _digits(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.3g}"


def show_time(seconds: float) -> str:
    """`5 minutes`, `1 hour 30 minutes`."""
    left, parts = int(seconds), []
    for length, name in SECONDS:
        count, left = divmod(left, length)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "0 seconds"


def show_labels(labels: Mapping[str, str]) -> str:
    """` (model=gpt-4o, agent=planner)`, or nothing."""
    told = ", ".join(f"{name}={value or 'none'}" for name, value in labels.items())
    return f" ({told})" if told else ""
