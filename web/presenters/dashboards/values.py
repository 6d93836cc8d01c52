"""How a metric's value reads, by its unit. Pure."""

from decimal import Decimal

from web.presenters import formats

S = 1_000_000_000


def format_value(value: float | None, unit: str) -> str:
    """`1.24 s`, `12.4k`, `$0.62`, `3.1 %`, `4.2 MB`, `1,234`, `0.42`."""
    if value is None:
        return formats.UNKNOWN
    if unit == "s":
        return formats.format_duration(round(value * S))
    if unit == "USD":
        return formats.format_cost(Decimal(repr(value)))
    if unit == "ratio":
        return format_share(value)
    if unit == "tokens":
        return formats.format_tokens(round(value))
    if unit == "bytes":
        return formats.format_bytes(round(value))
    return format_number(value)


def format_share(value: float) -> str:
    """A share of one in percent: `0 %`, `0.42 %`, `3.1 %`, `57 %`."""
    percent = value * 100
    if percent == 0:
        return "0 %"
    places = 2 if percent < 1 else 1 if percent < 10 else 0
    return f"{percent:.{places}f} %"


def format_number(value: float) -> str:
    """Whole numbers with groups, small ones with three figures, large ones as tokens are."""
    if value == round(value):
        return formats.format_count(round(value)) if abs(value) < 100_000 else formats.format_tokens(round(value))
    return f"{value:.3g}" if abs(value) < 1_000 else formats.format_count(round(value))


def format_change(now: float | None, before: float | None) -> str:
    """`+12 %`, `−40 %`, `×3.4`; empty where there is nothing to compare."""
    if now is None or not before:
        return ""
    ratio = now / before
    if ratio >= 2:
        return f"×{ratio:.1f}"
    percent = round((ratio - 1) * 100)
    if percent == 0:
        return "±0 %"
    return f"+{percent} %" if percent > 0 else f"\N{MINUS SIGN}{-percent} %"
