"""What dashboards show, from their address and the answers to their queries."""

import pytest

from core.errors import InvalidInput
from metrics.dashboards import DASHBOARDS
from metrics.dashboards.panels import AGGREGATIONS, SHAPES, UNITS, Panel, PanelQuery, Tile
from metrics.derive.catalogue import BY_NAME
from metrics.records import MetricAnswer, MetricSeries
from web.presenters.dashboards.empty import present_empty
from web.presenters.dashboards.page import spell_period
from web.presenters.dashboards.panels import present_panel
from web.presenters.dashboards.period import CHOICES, MOST_POINTS, S, choose_step, read_period, spell_seconds
from web.presenters.dashboards.spark import draw_spark
from web.presenters.dashboards.tiles import NOTHING, Measured, present_tile
from web.presenters.dashboards.values import format_change, format_value

OWN = {"missionscope.ingest.records", "missionscope.ingest.duration", "missionscope.ingest.lag"}
NOW_NS = 1_795_000_123 * S
COST = PanelQuery("cost", "sum", filters=(("agent", "writer"),))
PERIOD = read_period({"last": "1h"}, NOW_NS)


def answer(*series: tuple[dict[str, str], list[tuple[int, float | None]]], other_count: int = 0) -> MetricAnswer:
    return MetricAnswer([MetricSeries("cost", labels, "", points) for labels, points in series], other_count, 60)


@pytest.mark.parametrize("last", CHOICES)
def test_a_period_that_moves_holds_now_and_few_points(last: str):
    period = read_period({"last": last}, NOW_NS)
    assert period.since_ns < NOW_NS <= period.until_ns
    assert period.seconds == CHOICES[last]
    assert period.since_ns % (period.step_s * S) == 0
    assert period.seconds / period.step_s <= MOST_POINTS
    assert period.before().until_ns == period.since_ns
    assert period.before().seconds == period.seconds


def test_a_period_that_was_chosen_is_widened_to_whole_steps():
    period = read_period({"since_ns": str(90 * S), "until_ns": str(3_700 * S)}, NOW_NS)
    assert (period.since_ns, period.until_ns, period.step_s, period.last) == (60 * S, 3_720 * S, 60, "")


@pytest.mark.parametrize(
    "asked",
    [
        {"last": "1y"},
        {"since_ns": "1"},
        {"since_ns": "x", "until_ns": "y"},
        {"since_ns": str(100 * S), "until_ns": str(90 * S)},
        {"since_ns": "0", "until_ns": str(500 * 86_400 * S)},
        {"since_ns": "0", "until_ns": "9" * 19},
        {"since_ns": "\N{FULLWIDTH DIGIT ONE}", "until_ns": str(S)},
    ],
)
def test_a_period_that_is_none_is_refused(asked: dict[str, str]):
    with pytest.raises(InvalidInput):
        read_period(asked, NOW_NS)


def test_times_are_spelled_in_their_largest_unit():
    assert [spell_seconds(each) for each in (300, 5_400, 3_600, 86_400, 604_800)] == [
        "5 min", "90 min", "1 h", "24 h", "7 days",
    ]  # fmt: skip
    assert choose_step(3_600) == 60


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, "s", "–"), (0.0142, "s", "14.2 ms"), (0.62, "USD", "$0.62"), (0.0042, "ratio", "0.42 %"),
        (0.031, "ratio", "3.1 %"), (0.57, "ratio", "57 %"), (0.0, "ratio", "0 %"), (12_400, "tokens", "12.4k"),
        (4_200_000, "bytes", "4.2 MB"), (1234.0, "", "1,234"), (0.4217, "", "0.422"), (2_000_000.0, "", "2M"),
        (12_345.6, "", "12,346"),
    ],
)  # fmt: skip
def test_values_read_by_their_unit(value: float | None, unit: str, words: str):
    assert format_value(value, unit) == words


def test_a_change_is_told_beside_what_it_was():
    assert [format_change(*pair) for pair in ((12.0, 10.0), (6.0, 10.0), (10.0, 10.0), (34.0, 10.0))] == [
        "+20 %", "\N{MINUS SIGN}40 %", "±0 %", "×3.4",
    ]  # fmt: skip
    assert format_change(1.0, None) == format_change(None, 1.0) == format_change(1.0, 0.0) == ""


def test_more_failures_are_bad_news_and_more_missions_are_none():
    worse = present_tile(Tile("f", "Failed", COST, "ratio"), PERIOD, Measured(0.2, 40), Measured(0.1, 30), [])
    other = present_tile(Tile("m", "Missions", COST, is_better=""), PERIOD, Measured(20, 20), Measured(10, 10), [])
    assert (worse.change, worse.change_css, worse.value) == ("×2.0", "status-failed", "20 %")
    assert (other.change, other.change_css) == ("×2.0", "")
    assert worse.change_title == "10 % in the 1 h before"


@pytest.mark.parametrize(
    ("now", "before", "change", "words"),
    [
        (Measured(398.0, 398), Measured(1.0, 1), "new", "1 in the 1 h before: too little to compare with"),
        (Measured(398.0, 398), Measured(12.0, 12), "new", "12 measured in the 1 h before: too little to compare with"),
        (Measured(3.0, 3), NOTHING, "new", "Nothing was measured in the 1 h before: too little to compare with"),
        (Measured(7.0, 360), Measured(1.0, 360), "", "1 in the 1 h before: too little to compare with"),
        (Measured(9.0, 9), Measured(4.0, 4), "", "4 in the 1 h before: too little to compare with"),
        (NOTHING, NOTHING, "", "Nothing was measured in the 1 h before: too little to compare with"),
        (Measured(0.0, 30), NOTHING, "", "Nothing was measured in the 1 h before: too little to compare with"),
        (NOTHING, Measured(400.0, 400), "", "400 in the 1 h before"),
        (Measured(398.0, 398), Measured(20.0, 20), "×19.9", "20 in the 1 h before"),
    ],
)
def test_what_had_next_to_nothing_before_is_new_and_not_many_times_as_much(
    now: Measured, before: Measured, change: str, words: str
):
    shown = present_tile(Tile("m", "Failures", COST), PERIOD, now, before, [])
    assert (shown.change, shown.change_title) == (change, words)
    assert change != "new" or shown.change_css == ""


def test_a_share_is_not_new_and_a_count_of_nothing_is_0():
    share = Tile("f", "Failed", PanelQuery("missionscope.llm.duration", "error_rate"), "ratio")
    shown = present_tile(share, PERIOD, Measured(0.2, 40), NOTHING, [])
    assert (shown.value, shown.change) == ("20 %", "")
    assert present_tile(share, PERIOD, NOTHING, NOTHING, []).value == "–"
    lost = Tile("l", "Lost", PanelQuery("missionscope.frontend.websocket", "sum", filters=(("state", "lost"),)))
    assert present_tile(lost, PERIOD, NOTHING, NOTHING, []).value == "0"
    assert present_tile(Tile("p", "Pushed", COST), PERIOD, NOTHING, NOTHING, []).value == "–"


def test_an_empty_panel_says_why_and_what_fills_it():
    cost = Panel("c", "Cost", (PanelQuery("missionscope.llm.cost", "sum"),))
    lost = Panel("l", "Lost", (PanelQuery("missionscope.frontend.websocket", "sum", filters=(("state", "lost"),)),))
    name, now = "missionscope.frontend.websocket", {"missionscope.frontend.websocket": PERIOD.until_ns}
    assert present_empty(cost, PERIOD, {}) == (
        "Not measured yet.", "Filled by model calls with a reported cost, or of a model with a known price.",
    )  # fmt: skip
    assert present_empty(Panel("p", "P", (COST,)), PERIOD, {}).fill == "Filled by the metric cost, pushed over OTLP."
    assert present_empty(lost, PERIOD, now) == ("None in this period.", "")
    assert present_empty(lost, PERIOD, {name: PERIOD.since_ns - 1}).fill.startswith("Last: ")


@pytest.mark.parametrize("name", sorted({*BY_NAME, *OWN}))
def test_every_metric_of_ours_knows_what_fills_it(name: str):
    shown = present_empty(Panel("p", "P", (PanelQuery(name, "sum"),)), PERIOD, {})
    assert shown.fill.startswith("Filled by ")
    assert name not in shown.fill


def test_a_course_is_drawn_in_stretches():
    assert len(draw_spark([(0, 1.0), (1, None), (2, 2.0), (3, 4.0)])) == 2
    assert draw_spark([(0, None), (1, None)]) == draw_spark([]) == []
    assert all("nan" not in line for line in draw_spark([(0, 0.0), (1, 0.0)]))


def test_a_panel_tells_where_its_series_lead():
    shown = present_panel(
        Panel("c", "Cost", (COST,), "USD", ("model",)),
        PERIOD,
        [
            answer(
                ({"model": "gpt-4o"}, [(60 * S, 0.5), (120 * S, None)]),
                ({"other": "true"}, [(60 * S, 1.0)]),
                other_count=3,
            )
        ],
        [answer(({"model": "gpt-4o"}, [(60 * S, 0.75)]))],
        [],
    )  # fmt: skip
    first, folded = shown["series"]
    assert first["label"] == "gpt-4o"
    assert first["labels"] == {"agent": "writer", "model": "gpt-4o"}
    assert first["points"] == [(60_000, 0.5, "$0.50"), (120_000, None, "–")]
    assert (first["summary"], folded["summary"]) == ("$0.75", "–")
    assert folded["label"] == "all others"
    assert shown["other_count"] == 3


def test_the_period_before_lies_on_this_one():
    panel = Panel("c", "Cost", (COST,), "USD", ("model",))
    now, older = (
        answer(({"model": "a"}, [(PERIOD.since_ns, 1.0)])),
        answer(({"model": "a"}, [(PERIOD.before().since_ns, 2.0)]), ({"model": "gone"}, [])),
    )
    (shown,) = present_panel(panel, PERIOD, [now], [now], [older])["series"]
    assert shown["previous"] == [(PERIOD.since_ns // 1_000_000, 2.0, "$2.00")]


def test_what_is_counted_is_zero_where_nothing_was_and_an_empty_label_is_named():
    panel = Panel("c", "Cost", (PanelQuery("cost", "count"),), "", ("model",), "bars")
    (shown,) = present_panel(panel, PERIOD, [answer(({"model": ""}, [(0, None), (60 * S, 2.0)]))], [answer()], [])[
        "series"
    ]
    assert [value for _, value, _ in shown["points"]] == [0.0, 2.0]
    assert shown["label"] == "not named"


@pytest.mark.parametrize("slug", DASHBOARDS)
def test_every_dashboard_can_be_asked(slug: str):
    dashboard = DASHBOARDS[slug]
    asked = [query for panel in dashboard.panels for query in panel.queries] + [tile.query for tile in dashboard.tiles]
    assert len({panel.key for panel in dashboard.panels}) == len(dashboard.panels)
    assert {query.aggregation for query in asked} <= set(AGGREGATIONS)
    assert {panel.unit for panel in dashboard.panels} <= set(UNITS)
    assert {panel.shape for panel in dashboard.panels} <= set(SHAPES)
    derived = {query.name for query in asked if query.name.startswith("missionscope.")} - OWN
    assert derived <= BY_NAME.keys()


def test_a_chosen_period_reads_without_what_repeats():
    day = 1_795_046_400 * S
    day -= day % (86_400 * S)
    within = PERIOD._replace(since_ns=day + 3_600 * S, until_ns=day + 7_200 * S)
    across = PERIOD._replace(since_ns=day - 3_600 * S, until_ns=day + 7_200 * S)
    assert spell_period(within).endswith(" 01:00 – 02:00 UTC")
    assert spell_period(across).count("-") == 4
