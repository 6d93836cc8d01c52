"""What missions did, as metric families: the derived metrics of the last five whole minutes, and missions by status."""

import time
from collections.abc import Iterator, Mapping, Sequence

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from metrics.derive.catalogue import GAUGE, HISTOGRAM
from metrics.derive.catalogue import Metric as Derived
from metrics.recent import RecentValue, get_groups, list_recent
from traces.counts import count_by_status

UNITS = {"s": "_seconds", "USD": "_usd"}


def collect_derived(projects: Mapping[int, str]) -> Iterator[Metric]:
    """The families of these projects, by key to short name."""
    pks = sorted(projects, key=lambda pk: projects[pk])
    missions = GaugeMetricFamily("missionscope_missions", "Missions by status.", labels=["project", "status"])
    for (pk, status), count in sorted(count_by_status(pks).items()):
        missions.add_metric([projects[pk], status], count)
    yield missions
    by_metric: dict[Derived, list[RecentValue]] = {}
    for value in list_recent(pks, time.time_ns()):
        by_metric.setdefault(value.metric, []).append(value)
    for metric, values in sorted(by_metric.items()):
        yield from _families(metric, values, projects)


def _families(metric: Derived, values: Sequence[RecentValue], projects: Mapping[int, str]) -> Iterator[Metric]:
    name = "missionscope_recent_" + metric.name.removeprefix("missionscope.").replace(".", "_")
    labels = ["project", *get_groups(metric)]
    if metric.kind == HISTOGRAM:
        spread = GaugeMetricFamily(
            name + UNITS[metric.unit], _tell(metric, "percentiles"), labels=[*labels, "percentile"]
        )
        errors = GaugeMetricFamily(name + "_error_ratio", _tell(metric, "share that failed"), labels=labels)
        for value in values:
            own = [projects[value.project_id], *value.labels.values()]
            for q, found in value.quantiles.items():
                spread.add_metric([*own, f"{q * 100:g}"], found)
            if value.error_share is not None:
                errors.add_metric(own, value.error_share)
        yield from (spread, errors)
    what, suffix = ("newest minute", "") if metric.kind == GAUGE else ("each second", "_per_second")
    unit = "" if metric.kind == HISTOGRAM else UNITS.get(metric.unit, "")
    rate = GaugeMetricFamily(name + unit + suffix, _tell(metric, what), labels=labels)
    for value in values:
        rate.add_metric([projects[value.project_id], *value.labels.values()], value.per_s)
    yield rate


def _tell(metric: Derived, what: str) -> str:
    return f"{metric.description.removesuffix('.')}; {what}, of the last five whole minutes."
