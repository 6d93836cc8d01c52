"""docs/derived-metrics.md lists every derived metric with its labels."""

import re

import pytest

from metrics.derive.catalogue import METRICS, Metric
from tests.servers import ROOT

ROW = re.compile(r"^\| `(missionscope\.[\w.]+)` \| ([^|]*)\|", re.M)
ROWS = dict(ROW.findall((ROOT / "docs" / "derived-metrics.md").read_text()))


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_is_described_with_its_labels(metric: Metric) -> None:
    assert tuple(re.findall(r"`(\w+)`", ROWS[metric.name])) == metric.labels


def test_no_metric_is_described_that_there_is_not() -> None:
    assert set(ROWS) == {metric.name for metric in METRICS}
