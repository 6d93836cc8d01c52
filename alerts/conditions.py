"""What can be watched: the form of each kind of rule, checked. Pure.

A form is what a rule's `condition` holds as JSON, what REST takes and what the editor shows.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from alerts.reading import AMOUNT, read_form
from core.errors import FieldError, InvalidInput

Aggregation = Literal[
    "sum", "rate", "count", "avg", "min", "max", "last", "p50", "p90", "p95", "p99", "error_rate"
]  # fmt: skip
Comparison = Literal[">", ">=", "<", "<="]
Window = Literal[60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400]
"""Seconds: lengths that metrics can be asked by."""
Seconds = Annotated[int, msgspec.Meta(ge=1, le=7 * 86_400)]
Number = Annotated[float, msgspec.Meta(ge=-1e18, le=1e18)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
Metric = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Name = Annotated[str, msgspec.Meta(max_length=200)]
Filters = Annotated[dict[Annotated[str, msgspec.Meta(min_length=1, max_length=200)], Name], msgspec.Meta(max_length=20)]
Signs = Annotated[tuple[Literal["critical_log", "new_error", "regressed_error"], ...], msgspec.Meta(min_length=1)]
Amount = Annotated[str, msgspec.Meta(pattern=AMOUNT)]
REQUESTS = "missionscope.request.duration"


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition."""


class MetricCondition(_Form, frozen=True, kw_only=True):
    """A number of a metric over a window, compared with a threshold."""

    metric: Metric
    aggregation: Aggregation
    comparison: Comparison = ">"
    threshold: Number
    window_s: Window = 300
    filters: Filters = {}
    least_count: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] = 0
    """With fewer measurements in the window the number means nothing."""


class ErrorRateSpike(_Form, frozen=True, kw_only=True):
    """The share of errors in a window, compared with the window before it."""

    metric: Metric = REQUESTS
    filters: Filters = {}
    window_s: Window = 300
    factor: Annotated[float, msgspec.Meta(ge=1, le=1_000)] = 2.0
    """So many times the share of the window before."""
    least_rate: Share = 0.05
    least_errors: Count = 5


class CriticalFailure(_Form, frozen=True, kw_only=True):
    """A service writes CRITICAL, or an error that is new or came back."""

    service: Name = ""
    """Only of this service; empty: of any."""
    window_s: Window = 300
    signs: Annotated[
        tuple[Literal["critical_log", "new_error", "regressed_error"], ...], msgspec.Meta(min_length=1)
    ] = (
        "critical_log",
        "new_error",
        "regressed_error",
    )


class HumanPending(_Form, frozen=True, kw_only=True):
    """A question to a person waits."""

    after_s: Seconds = 600


class HumanTimeout(_Form, frozen=True, kw_only=True):
    """A question to a person went unanswered for too long, or its mission went on or ended without the answer."""


class StalledMission(_Form, frozen=True, kw_only=True):
    """A mission is not over, and nothing happens."""

    after_s: Seconds = 900
    include_waiting: bool = False
    """Also those that wait for a person."""


class Budget(_Form, frozen=True, kw_only=True):
    """Money or tokens spent, by one mission or by all in a window."""

    measure: Literal["cost_usd", "tokens"]
    per: Literal["mission", "window"] = "mission"
    threshold: Amount
    window_s: Window = 3600
    """Of `window`."""
    filters: Filters = {}
    """Of `window`: labels of `missionscope.llm.cost` or `missionscope.llm.tokens`."""


class FindingCondition(_Form, frozen=True, kw_only=True):
    """A detector finds something in a mission."""

    detectors: Annotated[tuple[Name, ...], msgspec.Meta(max_length=100)] = ()
    """Any of these; empty: any."""
    least_severity: Literal["error", "warning", "info"] = "error"
    roots_only: bool = True
    """Not what another finding explains."""


class NoData(_Form, frozen=True, kw_only=True):
    """Nothing is measured any more where something was."""

    metric: Metric = REQUESTS
    filters: Filters = {}
    window_s: Window = 600
    expected_s: Window = 86_400
    """With `group_by`: groups that were measured in this time are expected."""


Condition = (
    MetricCondition
    | ErrorRateSpike
    | CriticalFailure
    | HumanPending
    | HumanTimeout
    | StalledMission
    | Budget
    | FindingCondition
    | NoData
)


class Kind(NamedTuple):
    """A kind of rule."""

    form: type[_Form]
    group_by: tuple[str, ...] = ()
    """What a rule of this kind groups by when it does not say."""
    labels: tuple[str, ...] | None = None
    """What it can group by; None: any label of its metric."""
    required: tuple[str, ...] = ()
    """What it must group by."""


_OF_MISSIONS = ("mission",)
_OF_FINDINGS = ("mission", "finding")
_OF_FAILURES = ("service", "sign", "error")
KINDS: dict[str, Kind] = {
    "metric": Kind(MetricCondition),
    "error_rate_spike": Kind(ErrorRateSpike),
    "critical_failure": Kind(CriticalFailure, _OF_FAILURES, _OF_FAILURES, _OF_FAILURES),
    "human_pending": Kind(HumanPending, _OF_FINDINGS, _OF_FINDINGS, _OF_MISSIONS),
    "human_timeout": Kind(HumanTimeout, _OF_FINDINGS, _OF_FINDINGS, _OF_MISSIONS),
    "stalled_mission": Kind(StalledMission, _OF_MISSIONS, _OF_MISSIONS, _OF_MISSIONS),
    "budget": Kind(Budget),
    "finding": Kind(FindingCondition, ("mission", "detector"), ("mission", "detector", "finding"), _OF_MISSIONS),
    "no_data": Kind(NoData),
}
MOST_LABELS = 5


def read_condition(kind: str, given: Any) -> Condition:
    """The condition in the form of its kind. Raises InvalidInput that names the field."""
    known = KINDS.get(kind)
    if known is None:
        raise InvalidInput(errors=(FieldError("kind", f"must be one of {', '.join(KINDS)}"),))
    condition: Condition = read_form(known.form, given, "condition")
    if isinstance(condition, NoData) and condition.expected_s <= condition.window_s:
        raise InvalidInput(
            errors=(FieldError("condition.expected_s", "must be longer than the time in which nothing is measured"),)
        )
    if isinstance(condition, Budget) and not Decimal(condition.threshold):
        raise InvalidInput(errors=(FieldError("condition.threshold", "must be above 0"),))
    return condition


def check_group_by(kind: str, condition: Condition, given: tuple[str, ...] | None) -> tuple[str, ...]:
    """The labels to group by, the kind's own when none were given. Raises InvalidInput."""
    known = KINDS[kind]
    if isinstance(condition, Budget) and condition.per == "mission":
        known = known._replace(group_by=_OF_MISSIONS, labels=_OF_MISSIONS, required=_OF_MISSIONS)
    labels = known.group_by if given is None else tuple(dict.fromkeys(given))
    if known.labels is not None and not set(labels) <= set(known.labels):
        raise _invalid_group(f"must be some of {', '.join(known.labels)}")
    if not set(known.required) <= set(labels):
        raise _invalid_group(f"must hold {', '.join(known.required)}")
    if len(labels) > MOST_LABELS or any(not 0 < len(label) <= 200 for label in labels):
        raise _invalid_group(f"must have at most {MOST_LABELS} labels of 1 to 200 characters")
    return labels


def _invalid_group(message: str) -> InvalidInput:
    return InvalidInput(errors=(FieldError("group_by", message),))
