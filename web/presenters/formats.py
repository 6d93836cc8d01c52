"""How numbers, times and ids read on a page: `1.24 s`, `12.4k`, `$0.0312`, `3f2a…90bd`.

Pure integer arithmetic, so that `static/js/lib/formats.js` gives the same text for the same value
(both are held to `tests/web/formats.json`). Unknown (None) reads as an en dash, zero as zero.
"""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

UNKNOWN = "–"
US, MS, S = 1_000, 1_000_000, 1_000_000_000
MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400


def format_duration(duration_ns: int | None) -> str:
    """Three figures below a minute, two units above: `850 ns`, `14.2 ms`, `1.24 s`, `3 m 12 s`, `2 h 05 m`."""
    if duration_ns is None:
        return UNKNOWN
    if duration_ns < 0:
        return "-" + format_duration(-duration_ns)
    if duration_ns == 0:
        return "0 ms"
    if duration_ns < US:
        return f"{duration_ns} ns"
    for unit_ns, name, top in ((US, "µs", 1000), (MS, "ms", 1000), (S, "s", 60)):
        text = _three_figures(duration_ns, unit_ns, top)
        if text:
            return f"{text} {name}"
    return _long_duration((duration_ns + S // 2) // S)


def format_tokens(count: int | None) -> str:
    """`612`, `1.2k`, `12.4k`, `412k`, `1.24M`."""
    if count is None:
        return UNKNOWN
    if count < 1_000:
        return str(count)
    if count < 99_950:
        return _cut_zeros(_rounded(count, 1_000, 1)) + "k"
    if count < 999_500:
        return _rounded(count, 1_000, 0) + "k"
    return _cut_zeros(_rounded(count, 1_000_000, 2 if count < 9_995_000 else 1)) + "M"


def format_count(count: int | None) -> str:
    """Every figure, in groups of three: `1,234`."""
    return UNKNOWN if count is None else f"{count:,}"


def format_cost(cost_usd: str | Decimal | None) -> str:
    """`$0`, `<$0.0001`, `$0.0312`, `$0.62`, `$12.40`, `$1,240`: four figures after the point below ten cents."""
    amount = _decimal(cost_usd)
    if amount is None:
        return UNKNOWN
    if amount == 0:
        return "$0"
    if amount < Decimal("0.0001"):
        return "<$0.0001"
    places = 4 if amount < Decimal("0.1") else 2 if amount < 1000 else 0
    return f"${amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,}"


def format_bytes(size_bytes: int | None) -> str:
    """Decimal units: `812 B`, `38.2 kB`, `1.4 MB`."""
    if size_bytes is None:
        return UNKNOWN
    if size_bytes < 1_000:
        return f"{size_bytes} B"
    for unit, name in ((1_000, "kB"), (1_000_000, "MB"), (1_000_000_000, "GB")):
        if size_bytes < unit * 1_000 - unit // 20 or name == "GB":
            return f"{_cut_zeros(_rounded(size_bytes, unit, 1))} {name}"
    raise AssertionError("the last unit takes all")


def format_ago(then_ns: int | None, now_ns: int) -> str:
    """`now`, `12 s ago`, `14 m ago`, `2 h ago`, `3 d ago`, `6 mo ago`; `in 5 s` when the sender's clock is ahead."""
    if then_ns is None:
        return UNKNOWN
    seconds = (now_ns - then_ns) // S if now_ns >= then_ns else -((then_ns - now_ns) // S)
    if -5 < seconds < 5:
        return "now"
    amount = _one_unit(abs(seconds))
    return f"{amount} ago" if seconds > 0 else f"in {amount}"


def format_time(time_ns: int | None) -> str:
    """The moment in UTC to the millisecond: `2026-11-22 17:26:01.123 UTC`. Out of the calendar: the number itself."""
    if time_ns is None:
        return UNKNOWN
    try:
        moment = datetime.fromtimestamp(time_ns // S, UTC)
    except (OverflowError, ValueError, OSError):
        return f"{time_ns} ns"
    return f"{moment:%Y-%m-%d %H:%M:%S}.{time_ns % S // MS:03d} UTC"


def format_iso(time_ns: int | None) -> str:
    """The same moment for `<time datetime>`; empty when unknown or out of the calendar."""
    text = format_time(time_ns)
    return text.replace(" UTC", "Z").replace(" ", "T") if text.endswith("UTC") else ""


def short_id(text: str, head: int = 4, tail: int = 4) -> str:
    """The two ends of a long id: `3f2a…90bd`. Short ids stay whole."""
    return text if len(text) <= head + tail + 3 else f"{text[:head]}…{text[-tail:]}"


def _three_figures(value: int, unit: int, top: int) -> str:
    """The value in units with three figures; empty when that rounds up to `top` units or more."""
    for places, limit in ((2, 10), (1, 100), (0, top)):
        scale = 10**places
        scaled = (value * scale + unit // 2) // unit
        if scaled < min(limit, top) * scale:
            return _with_point(scaled, places)
    return ""


def _long_duration(seconds: int) -> str:
    if seconds < HOUR_S:
        return f"{seconds // MINUTE_S} m {seconds % MINUTE_S} s"
    if seconds < DAY_S:
        return f"{seconds // HOUR_S} h {seconds % HOUR_S // MINUTE_S:02d} m"
    return f"{seconds // DAY_S:,} d {seconds % DAY_S // HOUR_S:02d} h"


def _one_unit(seconds: int) -> str:
    if seconds < MINUTE_S:
        return f"{seconds} s"
    if seconds < HOUR_S:
        return f"{seconds // MINUTE_S} m"
    if seconds < DAY_S:
        return f"{seconds // HOUR_S} h"
    days = seconds // DAY_S
    if days < 60:
        return f"{days} d"
    return f"{days // 30} mo" if days < 2 * 365 else f"{days // 365:,} y"


def _rounded(value: int, unit: int, places: int) -> str:
    scaled: int = (value * 10**places + unit // 2) // unit
    return _with_point(scaled, places)


def _with_point(scaled: int, places: int) -> str:
    digits = str(scaled).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def _cut_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimal(value: str | Decimal | None) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
