"""What a list of errors is asked for, from its query string and back: `?status=ignored&source=tool&since=24h`."""

from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from faults.choosing import GroupFilter
from faults.grouping.failures import SOURCES
from faults.records import STATUSES
from web.presenters.columns import ColumnHead, turn_round
from web.presenters.mission_query import DEFAULT_RANGE, MOST_TEXT, RANGES, Range

ALL = "all"
STATUS_CHOICES = (*STATUSES, ALL)
DEFAULT_STATUS = STATUSES[0]
"""What is not dealt with yet: what the list is for."""
COLUMNS = (
    ("Error", "col-error", ""),
    ("When", "col-when", ""),
    ("Events", "col-events num", "-events"),
    ("Missions", "col-missions num", "-missions"),
    ("First", "col-first num", "-first_seen"),
    ("Last", "col-last num", "-last_seen"),
    ("Assigned", "col-assigned", ""),
)
DEFAULT_SORT = "-last_seen"
SORTS = frozenset(way for _, _, sort in COLUMNS if sort for way in (sort, turn_round(sort)))


class ErrorQuery(NamedTuple):
    """A question to the list, cleaned: what is unknown was dropped."""

    text: str = ""
    status: str = DEFAULT_STATUS
    """One of STATUS_CHOICES."""
    sources: tuple[str, ...] = ()
    service: str = ""
    agent: str = ""
    tool: str = ""
    assignee: str = ""
    mission: str = ""
    range: Range = DEFAULT_RANGE
    sort: str = ""

    @property
    def is_filtered(self) -> bool:
        """Could the list hold more without the filters?"""
        return self != ErrorQuery(sort=self.sort)

    @property
    def is_narrowed(self) -> bool:
        """The same, whatever the status."""
        return self._replace(status=DEFAULT_STATUS).is_filtered

    def chosen(self, now_ns: int) -> GroupFilter:
        """The question as faults understands it."""
        return GroupFilter(
            text=self.text,
            statuses=() if self.status == ALL else (self.status,),
            sources=self.sources,
            service=self.service,
            agent=self.agent,
            tool=self.tool,
            assignee=self.assignee,
            mission=self.mission,
            since_ns=None if self.range.span_ns is None else now_ns - self.range.span_ns,
        )

    def path(self, *, cursor: str = "", **changes: object) -> str:
        """The address of the list that answers this question, with some fields changed; defaults are left out."""
        asked = self._replace(**changes)  # type: ignore[arg-type]
        pairs = [("q", asked.text), ("status", asked.status if asked.status != DEFAULT_STATUS else "")]
        pairs += [("source", source) for source in asked.sources]
        pairs += [(name, getattr(asked, name)) for name in ("service", "agent", "tool", "assignee", "mission")]
        pairs += [("since", asked.range.value if asked.range != DEFAULT_RANGE else ""), ("sort", asked.sort)]
        parameters = urlencode([(key, value) for key, value in [*pairs, ("cursor", cursor)] if value])
        return f"/errors/?{parameters}" if parameters else "/errors/"


def read_query(data: QueryDict) -> ErrorQuery:
    """The question in a query string."""

    def text(name: str) -> str:
        return data.get(name, "").strip()[:MOST_TEXT].replace("\0", "")

    wanted = set(data.getlist("source"))
    return ErrorQuery(
        text=text("q"),
        status=data.get("status", "") if data.get("status") in STATUS_CHOICES else DEFAULT_STATUS,
        sources=tuple(source for source in SOURCES if source in wanted),
        service=text("service"),
        agent=text("agent"),
        tool=text("tool"),
        assignee=text("assignee"),
        mission=text("mission"),
        range=next((choice for choice in RANGES if choice.value == data.get("since")), DEFAULT_RANGE),
        sort=data.get("sort", "") if data.get("sort", "") in SORTS else "",
    )


def present_columns(query: ErrorQuery) -> list[ColumnHead]:
    """Heads with links: the first choice of a number is its largest first, the second turns it round."""
    return [_head(label, css, sort, query) for label, css, sort in COLUMNS]


def _head(label: str, css: str, sort: str, query: ErrorQuery) -> ColumnHead:
    if not sort:
        return ColumnHead(label, css, "", "")
    chosen = query.sort or DEFAULT_SORT
    is_chosen = chosen.removeprefix("-") == sort.removeprefix("-")
    following = turn_round(chosen) if is_chosen else sort
    direction = ("descending" if chosen.startswith("-") else "ascending") if is_chosen else ""
    return ColumnHead(label, css, query.path(sort="" if following == DEFAULT_SORT else following), direction)
