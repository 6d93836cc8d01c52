"""The missions and spans behind numbers of metrics, looked for once: when a group begins to be beyond its threshold."""

import msgspec

from alerts.measures.asking import Asked, Measured
from alerts.records import Evidence, MissionRef
from alerts.states import MOST_REFS, Sample, label_key
from core.errors import MissionScopeError
from metrics.records import MetricQuery
from metrics.selectors import list_exemplars, list_missions_behind

MOST_LOOKED = 3
"""New groups of one window whose missions are looked for: that reads all records of the window."""
MOST_MISSIONS = 5


def add_missions(kind: str, asked: Asked, measured: Measured) -> Measured:
    """The same, and behind some of the new groups of metrics what they were measured from."""
    known = {label_key(each.labels) for each in asked.watched}
    looked, samples = 0, []
    for sample in measured.samples:
        is_new = label_key(sample.labels) not in known and bool(sample.evidence.metric)
        if is_new and looked < MOST_LOOKED and kind != "no_data":
            looked += 1
            sample = _deepen(kind, asked, sample)
        samples.append(sample)
    return measured._replace(samples=samples)


def _deepen(kind: str, asked: Asked, sample: Sample) -> Sample:
    evidence = sample.evidence
    since_ns, until_ns = int(evidence.since_ns), int(evidence.until_ns)
    wanted = [getattr(asked.condition, "filters", {}) | {name: value for name, value in sample.labels.items() if value}]
    if kind == "critical_failure":
        wanted = [{"service": sample.labels["service"], "severity": "FATAL"}]
    elif kind == "error_rate_spike":
        wanted.insert(0, wanted[0] | {"error": "true"})
    missions: list[MissionRef] = []
    spans: list[str] = []
    for labels in wanted:
        behind = list_missions_behind(asked.project_id, evidence.metric, labels, since_ns, until_ns, MOST_MISSIONS)
        missions = [MissionRef(each.id, each.name) for each in behind]
        spans = [f"{span.trace_id}/{span.span_id}" for each in behind for span in each.spans]
        if missions:
            break
    if not missions:
        spans = _find_exemplars(asked, evidence, wanted[-1])
    found = msgspec.structs.replace(evidence, missions=tuple(missions), spans=tuple(spans[:MOST_REFS]))
    return sample._replace(evidence=found)


def _find_exemplars(asked: Asked, evidence: Evidence, labels: dict[str, str]) -> list[str]:
    """Spans that the sender of a pushed metric named."""
    question = MetricQuery(
        name=evidence.metric,
        aggregation="count",
        since_ns=int(evidence.since_ns),
        until_ns=int(evidence.until_ns),
        filters=tuple(labels.items()),
    )
    try:
        return [f"{each.trace_id}/{each.span_id}" for each in list_exemplars(asked.project_id, question)[:MOST_REFS]]
    except MissionScopeError:
        return []
