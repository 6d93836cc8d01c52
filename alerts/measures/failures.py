"""Critical failures of services: CRITICAL log records, errors that are new, errors that came back."""

from alerts.conditions import CriticalFailure
from alerts.measures.asking import Asked, Measured
from alerts.measures.series import MOST_GROUPS, read_range
from alerts.measures.words import show_time
from alerts.records import ErrorRef, Evidence, MissionRef
from alerts.states import Sample
from core.nanotime import NS_PER_SECOND
from faults.news import GroupNews, find_groups, list_group_missions, list_new_groups, list_returned_groups
from metrics.records import MetricQuery
from metrics.selectors import query_totals
from traces.missions import list_newest_missions

LOG_RECORDS = "missionscope.log.records"
CRITICAL = (("severity", "FATAL"), ("severity", "CRITICAL"))
"""OpenTelemetry's word, and that of many loggers."""
MOST_NEW = 200
"""Error groups that one window looks at; the next one goes on where it ended."""


def measure_critical(asked: Asked) -> Measured:
    """One group for each service and sign; each error by itself."""
    condition: CriticalFailure = asked.condition
    samples = _critical_logs(asked, condition) if "critical_log" in condition.signs else []
    new = list_new_groups(asked.project_id, asked.seen, limit=MOST_NEW)
    errors = {
        "new_error": [*new, *_still(asked, condition, "new_error")],
        "regressed_error": [*_returned(asked, condition), *_still(asked, condition, "regressed_error")],
    }
    for sign, groups in errors.items():
        if sign in condition.signs:
            found = {group.pk: group for group in groups if condition.service in ("", group.service_name)}
            samples += [error_sample(asked.project_id, sign, group) for group in found.values()]
    return Measured(samples, max([asked.seen, *(group.pk for group in new)]))


def _critical_logs(asked: Asked, condition: CriticalFailure) -> list[Sample]:
    span = read_range(asked.end_ns, condition.window_s)
    chosen = (("service", condition.service),) if condition.service else ()
    question = MetricQuery(
        name=LOG_RECORDS,
        aggregation="sum",
        since_ns=span.since_ns,
        until_ns=span.until_ns,
        group_by=("service",),
        filters=(*chosen, *CRITICAL),
        limit=MOST_GROUPS,
    )
    samples: list[Sample] = []
    for series in query_totals(asked.project_id, question, now_ns=asked.end_ns).series:
        value, service = series.points[0][1], series.labels.get("service", "")
        if value:
            records = "a CRITICAL log record" if value == 1 else f"{value:,.0f} CRITICAL log records"
            title = f"{service or 'A service without a name'} wrote {records} in {show_time(condition.window_s)}."
            evidence = Evidence(metric=LOG_RECORDS, since_ns=str(span.since_ns), until_ns=str(span.until_ns))
            labels = {"service": service, "sign": "critical_log", "error": ""}
            samples.append(Sample(labels, repr(value), "1", title, evidence))
    return samples


def _returned(asked: Asked, condition: CriticalFailure) -> list[GroupNews]:
    since_ns = asked.end_ns - condition.window_s * NS_PER_SECOND
    return list_returned_groups(asked.project_id, since_ns, asked.end_ns, limit=MOST_NEW)


def _still(asked: Asked, condition: CriticalFailure, sign: str) -> list[GroupNews]:
    """Errors that fire since less than a window."""
    since_ns = asked.end_ns - condition.window_s * NS_PER_SECOND
    keys = [
        int(each.labels["error"])
        for each in asked.watched
        if each.labels.get("sign") == sign and each.since_ns > since_ns and each.labels["error"].isdigit()
    ]
    return find_groups(asked.project_id, keys) if keys else []


def error_sample(project_id: int, sign: str, group: GroupNews) -> Sample:
    """An error group that is new, or came back."""
    service = group.service_name or "a service without a name"
    what = "A new error" if sign == "new_error" else "An error that was resolved came back"
    pks = list_group_missions(project_id, group.pk)
    missions = list_newest_missions(project_id, pks, None, len(pks)) if pks else []
    evidence = Evidence(
        missions=tuple(MissionRef(row.id, row.name) for row in missions),
        errors=(ErrorRef(str(group.pk), group.title),),
        detail=group.culprit,
    )
    labels = {"service": group.service_name, "sign": sign, "error": str(group.pk)}
    return Sample(labels, str(group.event_count), "1", f"{what} in {service}: {group.title}.", evidence)
