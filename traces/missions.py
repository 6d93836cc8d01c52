"""Reads missions: one, a page of them, what changed since a cursor."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from django.db.models import BigIntegerField, Case, ExpressionWrapper, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Length, StrIndex
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThanOrEqual

from core.cursors import decode_cursor, encode_cursor
from core.errors import FieldError, InvalidInput
from core.hashing import digest16
from telemetry.meaning import NONE
from traces.membership import Binding, Word, choose_mission
from traces.models import Mission, TraceBinding
from traces.records import MissionRow

OPEN_STATUSES = ("waiting", "active")
STATUSES = ("waiting", "active", "ok", "failed", "gone")
SORTS = {
    "last_activity": "last_activity_ns",
    "start": "start_ns",
    "duration": "duration",
    "cost": "cost",
    "tokens": "tokens",
    "errors": "error_count",
    "spans": "span_count",
    "llm_calls": "llm_call_count",
    "steps": "step_count",
    "name": "name",
}
DEFAULT_SORT = "-last_activity"
_ABANDONED = Q(span_count=0, log_count=0, computed_seq__gte=0)
"""A mission whose records have all left it, because their trace named another one later."""
_LOG_TRACE = Q(is_inferred=True, span_count=0, step_count=0, key_length=32, computed_seq__gte=0)
"""`is_log_trace`, once it was computed; what waits under another key names itself."""
MOST_LOG_TRACES = 1_000
BIG: Any = BigIntegerField()
_TEXT_SORTS = {"name"}
_NAME_LISTS = ("agents", "services", "model_names", "tool_names")
_TRACE_DIGITS = 32
OTHER_NAMES = {".": "~2e", "..": "~2e2e", "summary": "~summary"}
"""Ids that no address can hold, or that mean something else in one, and what stands for them there."""
_IDS = {name: key for key, name in OTHER_NAMES.items()}


class MissionFilter(NamedTuple):
    """Which missions; empty fields do not restrict."""

    text: str = ""
    """Part of the name or id, whatever its case."""
    also: frozenset[int] = frozenset()
    """With `text`: missions found by other means, such as full text."""
    statuses: tuple[str, ...] = ()
    agent: str = ""
    service: str = ""
    has_error: bool | None = None
    has_verdict: bool | None = None
    since_ns: int | None = None
    """Last activity at or after."""
    until_ns: int | None = None
    """Started before."""
    model: str = ""
    """Asked for or answered by, in one of its model calls."""
    tool: str = ""
    """That was run."""
    min_duration_ns: int | None = None
    max_duration_ns: int | None = None
    """Both of missions whose duration is known: those that have ended."""
    min_cost_usd: Decimal | None = None
    hides_log_traces: bool = False
    """Leave out what `is_log_trace` tells: a page that reports an error makes one with each load."""
    user_id: str | None = None
    """Only this user's. A right, not a wish: None is for who may see all."""


class MissionPage(NamedTuple):
    """A page of missions."""

    rows: list[MissionRow]
    next_cursor: str | None


class Tally(NamedTuple):
    """How many missions of each status match."""

    counts: dict[str, int]
    total: int


def find_mission(project_id: int, key: str, user_id: str | None = None) -> MissionRow | None:
    """The mission with the sender's key, white space at its ends or not; a trace id finds the mission of its trace.

    With `user_id` only when it is that user's.
    """
    key = _IDS.get(key, key).strip()
    row = _missions(project_id, user_id).filter(key_hash=digest16(key.encode(errors="surrogatepass"))).first()
    if len(key) == _TRACE_DIGITS and (row is None or row.span_count == 0):
        row = _mission_of_trace(project_id, key.lower(), user_id) or row
    return None if row is None else mission_row(row)


def _missions(project_id: int, user_id: str | None) -> QuerySet[Mission]:
    """The project's, or one user's of them, without what is long in them."""
    missions = Mission.objects.filter(project_id=project_id).defer("analysis")
    return missions if user_id is None else missions.filter(user_id=user_id)


def _mission_of_trace(project_id: int, trace_id: str, user_id: str | None) -> Mission | None:
    try:
        raw = bytes.fromhex(trace_id)
    except ValueError:
        return None
    found = TraceBinding.objects.filter(project_id=project_id, trace_id=raw).first()
    if found is None:
        return None
    binding = Binding(
        found.pk,
        _word(found.strong_start_ns, found.strong_key),
        _word(found.weak_start_ns, found.weak_key),
        found.delivered_key,
    )
    home = choose_mission(None, NONE, raw, binding)
    return _missions(project_id, user_id).filter(key_hash=digest16(home.key.encode())).first()


def _word(start_ns: int | None, key: str | None) -> Word | None:
    return None if start_ns is None or key is None else Word(start_ns, key)


def list_missions(
    project_id: int, chosen: MissionFilter, *, sort: str = DEFAULT_SORT, cursor: str = "", limit: int = 50
) -> MissionPage:
    """A page in the order of `sort` (a name of SORTS, with `-` for descending). Raises InvalidInput."""
    descending = sort.startswith("-")
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise InvalidInput(errors=(FieldError("sort", f"must be one of {', '.join(SORTS)}, with - for descending"),))
    query, column = _ordered_by(select_missions(project_id, chosen), name)
    if cursor:
        value, pk = decode_cursor(cursor, str if name in _TEXT_SORTS else (int | float), int)
        way = "lt" if descending else "gt"
        query = query.filter(Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"id__{way}": pk}))
    order = (F(column).desc(), F("id").desc()) if descending else (F(column).asc(), F("id").asc())
    found = list(query.order_by(*order)[: limit + 1])
    rows = found[:limit]
    more = encode_cursor(getattr(rows[-1], column), rows[-1].id) if len(found) > limit else None
    return MissionPage([mission_row(row) for row in rows], more)


def _ordered_by(query: QuerySet[Mission], name: str) -> tuple[QuerySet[Mission], str]:
    """The query with a column that is never null to order by."""
    if name == "duration":
        return query.annotate(duration=Coalesce(_duration(), 0, output_field=BIG)), "duration"
    if name == "cost":
        return query.annotate(cost=Coalesce(Cast("cost_usd", FloatField()), 0.0)), "cost"
    if name == "tokens":
        known = Coalesce(F("input_tokens"), 0, output_field=BIG) + Coalesce(F("output_tokens"), 0, output_field=BIG)
        return query.annotate(tokens=ExpressionWrapper(known, output_field=BIG)), "tokens"
    if name == "start":
        return query.annotate(started=Coalesce(F("start_ns"), 0, output_field=BIG)), "started"
    if name == "name":
        return query.annotate(shown_name=Case(When(name="", then=F("title")), default=F("name"))), "shown_name"
    if name == "last_activity":
        return query.exclude(last_activity_ns=None), "last_activity_ns"
    return query, SORTS[name]


def list_newest_missions(project_id: int, pks: Any, user_id: str | None, limit: int) -> list[MissionRow]:
    """Those of the missions with these keys (values or a query) that may be seen, the latest at work first."""
    latest = (F("last_activity_ns").desc(nulls_first=True), F("id").desc())
    return [mission_row(row) for row in _missions(project_id, user_id).filter(id__in=pks).order_by(*latest)[:limit]]


def find_user_id(project_id: int, mission_pk: int) -> str | None:
    """Whose mission it is, as its records say."""
    return Mission.objects.filter(project_id=project_id, id=mission_pk).values_list("user_id", flat=True).first()


def select_missions(project_id: int, chosen: MissionFilter) -> QuerySet[Mission]:
    """The rows a filter leaves, for the reads of this package."""
    query = _missions(project_id, chosen.user_id).exclude(_ABANDONED)
    if chosen.hides_log_traces:
        query = query.alias(key_length=Length("key")).exclude(_LOG_TRACE)
    if chosen.text:
        query = query.filter(
            Q(name__icontains=chosen.text)
            | Q(title__icontains=chosen.text)
            | Q(key__icontains=chosen.text)
            | Q(id__in=chosen.also)
        )
    if chosen.statuses:
        query = query.filter(status__in=chosen.statuses)
    for column, name in zip(_NAME_LISTS, (chosen.agent, chosen.service, chosen.model, chosen.tool), strict=True):
        if name:
            query = query.filter(_listed(column, name))
    if chosen.has_error is not None:
        query = query.filter(error_count__gt=0) if chosen.has_error else query.filter(error_count=0)
    if chosen.has_verdict is not None:
        query = query.exclude(verdict="") if chosen.has_verdict else query.filter(verdict="")
    if chosen.since_ns is not None:
        query = query.filter(last_activity_ns__gte=chosen.since_ns)
    if chosen.until_ns is not None:
        query = query.filter(start_ns__lt=chosen.until_ns)
    return _within_amounts(query, chosen)


def count_log_traces(project_id: int, chosen: MissionFilter) -> int:
    """How many of those that `is_log_trace` tells a filter would leave, at most MOST_LOG_TRACES."""
    query = select_missions(project_id, chosen._replace(hides_log_traces=False)).alias(key_length=Length("key"))
    return query.filter(_LOG_TRACE)[:MOST_LOG_TRACES].count()


def is_log_trace(row: MissionRow) -> bool:
    """A trace that names no mission, and of which log records alone are known: when spans come it is one as any."""
    return row.is_inferred and not row.span_count and not row.step_count and len(row.id) == _TRACE_DIGITS


def _within_amounts(query: QuerySet[Mission], chosen: MissionFilter) -> QuerySet[Mission]:
    if chosen.min_duration_ns is not None or chosen.max_duration_ns is not None:
        query = query.filter(start_ns__isnull=False, end_ns__isnull=False)
    if chosen.min_duration_ns:  # an end before its start is a duration of 0
        query = query.filter(GreaterThanOrEqual(_duration(), chosen.min_duration_ns))
    if chosen.max_duration_ns is not None:
        query = query.filter(LessThanOrEqual(_duration(), chosen.max_duration_ns))
    if chosen.min_cost_usd is not None:
        query = query.filter(GreaterThanOrEqual(Cast("cost_usd", FloatField()), float(chosen.min_cost_usd)))
    return query


def _duration() -> Any:
    # Without its type an expression passes for 32 bits, and Django answers comparisons beyond them with nothing.
    return ExpressionWrapper(F("end_ns") - F("start_ns"), output_field=BIG)


def _listed(column: str, name: str) -> Q:
    """The JSON list in the column holds the name, letter for letter: LIKE does not tell cases apart on SQLite."""
    entry = msgspec.json.encode(name).decode()
    return Q(GreaterThan(StrIndex(column, Value(f"[{entry}")), 0)) | Q(
        GreaterThan(StrIndex(column, Value(f",{entry}")), 0)
    )


def count_missions(project_id: int, chosen: MissionFilter) -> Tally:
    """How many missions match, by status; the filter's own status is left aside."""
    counts = dict.fromkeys(STATUSES, 0)
    for status in select_missions(project_id, chosen._replace(statuses=())).values_list("status", flat=True):
        counts[status] = counts.get(status, 0) + 1
    return Tally(counts, sum(counts.values()))


def list_changed_missions(
    project_id: int, after_seq: int, limit: int = 200, user_id: str | None = None
) -> list[MissionRow]:
    """Missions whose row in the list changed after the cursor, in that order; with `user_id` only that user's."""
    query = _missions(project_id, user_id).filter(list_seq__gt=after_seq).order_by("list_seq")
    return [mission_row(row) for row in query[:limit]]


def mission_row(row: Mission) -> MissionRow:
    """The frozen record of a model instance."""
    duration = None if row.start_ns is None or row.end_ns is None else max(0, row.end_ns - row.start_ns)
    return MissionRow(
        pk=row.id,
        id=row.key,
        name=row.name or row.title,
        status=row.status,
        reported_status=row.reported_status,
        is_inferred=row.is_inferred,
        start_ns=row.start_ns,
        end_ns=row.end_ns,
        last_activity_ns=row.last_activity_ns,
        duration_ns=duration,
        span_count=row.span_count,
        error_count=row.error_count,
        llm_call_count=row.llm_call_count,
        tool_call_count=row.tool_call_count,
        log_count=row.log_count,
        snapshot_count=row.snapshot_count,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost_usd=row.cost_usd,
        agents=tuple(read_names(row.agents)),
        services=tuple(read_names(row.services)),
        models=tuple(read_names(row.model_names)),
        tools=tuple(read_names(row.tool_names)),
        verdict=row.verdict,
        change_seq=row.change_seq,
        list_seq=row.list_seq,
        computed_seq=row.computed_seq,
        step_count=row.step_count,
        step_done_count=row.step_done_count,
    )


def read_names(text: str) -> list[str]:
    """The names in a mission's column of names."""
    names: list[str] = msgspec.json.decode(text, type=list[str])
    return names


def get_analysis(mission_pk: int) -> dict[str, Any]:
    """What the last recompute found: verdict with evidence, findings, completeness. Empty before the first."""
    text = Mission.objects.filter(id=mission_pk).values_list("analysis", flat=True).first() or "{}"
    found: dict[str, Any] = msgspec.json.decode(text)
    return found


def list_analyses(mission_pks: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The same of several missions, by key."""
    rows = Mission.objects.filter(id__in=list(mission_pks)).values_list("id", "analysis")
    return {pk: msgspec.json.decode(text) for pk, text in rows}


def list_still_missions(project_id: int, statuses: Sequence[str], before_ns: int, *, limit: int) -> list[MissionRow]:
    """Missions of these statuses, waiting or active, that last did something before a time: the longest still first."""
    query = _missions(project_id, None).filter(
        status__in=[status for status in statuses if status in OPEN_STATUSES], last_activity_ns__lte=before_ns
    )
    return [mission_row(row) for row in query.exclude(_ABANDONED).order_by("last_activity_ns", "id")[:limit]]


def get_live_cursor(project_id: int, mission_pk: int) -> tuple[int, int] | None:
    """(change_seq, resync_seq) of a mission, or None when it is gone."""
    return Mission.objects.filter(project_id=project_id, id=mission_pk).values_list("change_seq", "resync_seq").first()
