"""The time a dashboard is about, from its address. Pure."""

from typing import NamedTuple

from core.errors import FieldError, InvalidInput
from core.nanotime import MAX_NS

S = 1_000_000_000
CHOICES = {"1h": 3_600, "6h": 21_600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000}
"""Name in the address to seconds."""
DEFAULT = "24h"
STEPS_S = (60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400)
MOST_POINTS = 120
LEAST_S = 60
MOST_S = 400 * 86_400
LONGEST_NUMBER = 19


class Period(NamedTuple):
    """From `since_ns` up to `until_ns`, in steps."""

    since_ns: int
    until_ns: int
    step_s: int
    last: str
    """One of CHOICES; empty for a fixed time, which does not move on."""

    @property
    def seconds(self) -> int:
        """Its length."""
        return (self.until_ns - self.since_ns) // S

    def before(self) -> "Period":
        """The period of the same length that ends where this one begins."""
        return self._replace(since_ns=2 * self.since_ns - self.until_ns, until_ns=self.since_ns)

    @property
    def words(self) -> str:
        """`the 24 h before`"""
        return f"the {spell_seconds(self.seconds)} before"


def read_period(asked: dict[str, str], now_ns: int) -> Period:
    """`since_ns` and `until_ns` when both are given, else `last`. Raises InvalidInput."""
    since, until = asked.get("since_ns", ""), asked.get("until_ns", "")
    if since or until:
        return _fixed(_nanoseconds("since_ns", since), _nanoseconds("until_ns", until))
    last = asked.get("last", "") or DEFAULT
    if last not in CHOICES:
        raise InvalidInput(errors=(FieldError("last", f"must be one of {', '.join(CHOICES)}"),))
    step_s = choose_step(CHOICES[last])
    until_ns = -(-now_ns // (step_s * S)) * step_s * S
    return Period(until_ns - CHOICES[last] * S, until_ns, step_s, last)


def choose_step(seconds: int) -> int:
    """The finest step that gives at most MOST_POINTS points."""
    return next((step for step in STEPS_S if seconds <= step * MOST_POINTS), STEPS_S[-1])


def spell_seconds(seconds: int) -> str:
    """In the largest unit that is whole: `90 min`, `24 h`, `7 days`."""
    for size, word in ((86_400, "days"), (3_600, "h")):
        if seconds % size == 0 and seconds >= (2 * size if word == "days" else size):
            return f"{seconds // size} {word}"
    return f"{seconds // 60} min"


def _fixed(since_ns: int, until_ns: int) -> Period:
    seconds = (until_ns - since_ns) // S
    if not LEAST_S <= seconds <= MOST_S:
        raise InvalidInput(errors=(FieldError("until_ns", "must be a minute to 400 days after since_ns"),))
    step_ns = choose_step(seconds) * S
    since_ns, until_ns = since_ns // step_ns * step_ns, -(-until_ns // step_ns) * step_ns
    return Period(since_ns, until_ns, step_ns // S, "")


def _nanoseconds(field: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise InvalidInput(errors=(FieldError(field, "must be nanoseconds since 1970"),))
    value = int(text)
    if value > MAX_NS:
        raise InvalidInput(errors=(FieldError(field, "must be nanoseconds since 1970"),))
    return value
