"""What a list of missions is asked for, from its query string and back: `?status=failed&agent=planner&since=24h`."""

from collections.abc import Container
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from web.presenters.formats import S
from web.presenters.marks import STATUSES

HOUR_NS = 3_600 * S
MOST_TEXT = 400
VERDICTS = ("yes", "no")


class Range(NamedTuple):
    """One choice of how far back to look."""

    value: str
    label: str
    span_ns: int | None
    """None: all time."""


RANGES = (
    Range("1h", "Last hour", HOUR_NS),
    Range("24h", "Last 24 h", 24 * HOUR_NS),
    Range("7d", "Last 7 days", 7 * 24 * HOUR_NS),
    Range("30d", "Last 30 days", 30 * 24 * HOUR_NS),
    Range("all", "All time", None),
)
DEFAULT_RANGE = RANGES[4]


class Least(NamedTuple):
    """One choice of how long a mission took at least."""

    value: str
    label: str
    duration_ns: int


LEASTS = (
    Least("1s", "1 s", S),
    Least("10s", "10 s", 10 * S),
    Least("1m", "1 min", 60 * S),
    Least("10m", "10 min", 600 * S),
    Least("1h", "1 h", HOUR_NS),
)


class MissionQuery(NamedTuple):
    """A question to the list, cleaned: what is unknown was dropped."""

    text: str = ""
    statuses: tuple[str, ...] = ()
    agent: str = ""
    service: str = ""
    model: str = ""
    longer: Least | None = None
    verdict: str = ""
    """`yes`: missions that something is to be said of; `no`: the others."""
    has_error: bool = False
    has_log_traces: bool = False
    """Traces of log records alone, too."""
    range: Range = DEFAULT_RANGE
    sort: str = ""
    """Empty: the latest activity first."""

    @property
    def is_filtered(self) -> bool:
        """Could the list hold more without the filters?"""
        return self != MissionQuery(sort=self.sort)

    def since_ns(self, now_ns: int) -> int | None:
        """Start of the range."""
        return None if self.range.span_ns is None else now_ns - self.range.span_ns

    def parameters(self, *, cursor: str = "", **changes: object) -> str:
        """The query string of this question, with some fields changed; defaults are left out."""
        asked = self._replace(**changes)  # type: ignore[arg-type]
        pairs = [("q", asked.text), *(("status", status) for status in asked.statuses)]
        pairs += [("agent", asked.agent), ("service", asked.service), ("has_error", "1" if asked.has_error else "")]
        pairs.append(("log_traces", "1" if asked.has_log_traces else ""))
        pairs += [("model", asked.model), ("longer", asked.longer.value if asked.longer else "")]
        pairs.append(("verdict", asked.verdict))
        pairs += [("since", asked.range.value if asked.range != DEFAULT_RANGE else ""), ("sort", asked.sort)]
        pairs.append(("cursor", cursor))
        return urlencode([(key, value) for key, value in pairs if value])

    def path(self, *, cursor: str = "", **changes: object) -> str:
        """The address of the list that answers this question."""
        parameters = self.parameters(cursor=cursor, **changes)
        return f"/missions/?{parameters}" if parameters else "/missions/"


def read_query(data: QueryDict, sorts: Container[str]) -> MissionQuery:
    """The question in a query string; `sorts` holds the known orders."""
    wanted = set(data.getlist("status"))
    return MissionQuery(
        text=data.get("q", "").strip()[:MOST_TEXT],
        statuses=tuple(status for status in STATUSES if status in wanted),
        verdict=data.get("verdict", "") if data.get("verdict") in VERDICTS else "",
        agent=data.get("agent", "")[:MOST_TEXT],
        service=data.get("service", "")[:MOST_TEXT],
        model=data.get("model", "")[:MOST_TEXT],
        longer=next((choice for choice in LEASTS if choice.value == data.get("longer")), None),
        has_error=data.get("has_error", "") in ("1", "true", "on"),
        has_log_traces=data.get("log_traces", "") in ("1", "true", "on"),
        range=next((choice for choice in RANGES if choice.value == data.get("since")), DEFAULT_RANGE),
        sort=data.get("sort", "") if data.get("sort", "") in sorts else "",
    )
