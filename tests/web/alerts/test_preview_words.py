"""What the editor says of the last day."""

import pytest

from alerts.preview import Preview, WouldFire
from alerts.records import Evidence
from web.presenters.alerts.chart import describe

MINUTE_NS = 60 * 10**9


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([(0, 9)], "once in the last 24 hours; the longest lasted 9 m 0 s."),
        ([(0, 2), (13, None)], "twice in the last 24 hours, 1 of them still; the longest has lasted 47 m 0 s."),
        ([(0, 59), (50, None)], "twice in the last 24 hours, 1 of them still; the longest lasted 59 m 0 s."),
    ],
)
def test_what_still_would_fire_counts_among_the_longest(spans, words):
    firings = [
        WouldFire(
            labels={}, title="t", evidence=Evidence(), fired_ns=since * MINUTE_NS,
            ended_ns=None if until is None else until * MINUTE_NS,
        )
        for since, until in spans
    ]  # fmt: skip
    preview = Preview(0, 60 * MINUTE_NS, 60, None, [], firings, len(firings))
    assert describe(preview) == f"It would have fired {words}"
