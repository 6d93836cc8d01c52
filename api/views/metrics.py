"""A project's metrics: their values over time, which there are, and the traces behind them."""

import time
from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import get_project_id
from api.fields import count, describe, flag, number, text, texts
from api.paging import answer_slice
from api.parameters import (
    MOST,
    get_choice,
    get_limit,
    get_number,
    get_text,
    invalid,
    number_parameter,
    text_parameter,
)
from metrics.records import AGGREGATIONS, MetricInfo, MetricQuery
from metrics.selectors import find_usual_aggregation, list_exemplars, list_metrics, query

HOUR_NS = 3600 * 10**9
LONGEST_STEP_S = 366 * 86_400
USUAL_LINES = 20
ORIGINS = ("otlp", "derived")

POINT = serializers.ListField(
    child=serializers.JSONField(),
    min_length=2,
    max_length=2,
    help_text="Begin of the bucket, ns as text; value.",
)
MetricSeriesSerializer = inline_serializer(
    "MetricSeries",
    {
        "name": text(),
        "labels": serializers.DictField(child=text(), help_text="Of `group_by`; of what was folded `other`."),
        "unit": text(),
        "points": serializers.ListField(child=POINT, help_text="Every bucket of the range; null: nothing measured."),
    },
    many=True,
)
MetricAnswerSerializer = inline_serializer(
    "MetricAnswer",
    {
        "results": MetricSeriesSerializer,
        "next": text("Always null: there is one page.", null=True),
        "aggregation": text(),
        "step_s": count("Length of the buckets."),
        "other_count": count("Lines beyond `limit`, folded into the last."),
    },
)
MetricInfoSerializer = inline_serializer(
    "Metric",
    {
        "name": text(),
        "description": text(),
        **{name: texts() for name in ("kinds", "units", "origins", "labels", "services", "aggregations")},
        "series_count": count(),
        "has_overflow": flag("There were more series than are kept."),
        "first_ns": number(),
        "last_ns": number(),
    },
)
ExemplarSerializer = inline_serializer(
    "MetricExemplar",
    {"time_ns": number(), "value": serializers.FloatField(allow_null=True), "trace_id": text(), "span_id": text()},
)
FILTERS = [
    text_parameter("name", "Of the metric; without one the answer is empty."),
    OpenApiParameter(
        "filter",
        {"type": "array", "items": {"type": "string", "pattern": "^([^=]+=[^=]*)?$"}},
        description="`label=value`, repeated: series with all of these labels; of one label any of its values.",
    ),
    number_parameter("since_ns", "Begin of the range; an hour before its end when left out."),
    number_parameter("until_ns", "End of the range; now when left out."),
    text_parameter("origin", "Pushed or derived; either when left out.", ORIGINS),
]


class MetricView(APIView):
    """Values over time."""

    @describe(
        MetricAnswerSerializer,
        parameters=[
            *FILTERS,
            text_parameter("aggregation", "What to compute; what is usual of its kind when left out.", AGGREGATIONS),
            OpenApiParameter(
                "group_by",
                {"type": "string", "maxLength": 1000, "pattern": "^([^,]*,){0,9}[^,]*$"},
                description="Labels separated by commas: a line for each set of their values.",
            ),
            number_parameter(
                "step_s", "Length of the buckets, at least; as short as fits when left out; at most 366 days."
            ),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1}, description=f"Lines; at most {MOST}."),
        ],
    )
    def get(self, request: Request) -> Response:
        """A metric's values in buckets of time, a line for each group."""
        project_id = get_project_id(request)
        name = get_text(request, "name")
        aggregation = get_choice(request, "aggregation", AGGREGATIONS) or find_usual_aggregation(project_id, name)
        question = _read_question(request, name, aggregation)
        if not name or _is_empty(question):
            return Response(_answer([], aggregation, question.step_s, 0))
        answer = query(project_id, question)
        lines = [
            {
                "name": line.name,
                "labels": line.labels,
                "unit": line.unit,
                "points": [[str(time_ns), value] for time_ns, value in line.points],
            }
            for line in answer.series
        ]
        return Response(_answer(lines, aggregation, answer.step_s, answer.other_count))


class MetricCatalogue(APIView):
    """Which metrics there are."""

    @describe(MetricInfoSerializer, many=True, name="Metric")
    def get(self, request: Request) -> Response:
        """Metrics by name, with what can be asked of each."""
        page = answer_slice(request, list_metrics(get_project_id(request)))
        return page.answer([_info_json(info) for info in page.rows])


class ExemplarList(APIView):
    """Examples."""

    @describe(ExemplarSerializer, many=True, name="MetricExemplar", parameters=FILTERS)
    def get(self, request: Request) -> Response:
        """Traces in which values of a pushed metric were measured, newest first."""
        project_id = get_project_id(request)
        question = _read_question(request, get_text(request, "name"), "count")
        page = answer_slice(request, [] if _is_empty(question) else list_exemplars(project_id, question))
        return page.answer(
            [
                {
                    "time_ns": None if one.time_ns is None else str(one.time_ns),
                    "value": one.value,
                    "trace_id": one.trace_id,
                    "span_id": one.span_id,
                }
                for one in page.rows
            ]
        )


def _read_question(request: Request, name: str, aggregation: str) -> MetricQuery:
    until_ns = get_number(request, "until_ns")
    until_ns = time.time_ns() if until_ns is None else until_ns
    since_ns = get_number(request, "since_ns")
    since_ns = max(0, until_ns - HOUR_NS) if since_ns is None else since_ns
    return MetricQuery(
        name=name,
        aggregation=aggregation,
        since_ns=since_ns,
        until_ns=until_ns,
        group_by=tuple(label for label in get_text(request, "group_by").split(",") if label),
        filters=_read_filters(request),
        step_s=min(get_number(request, "step_s") or 0, LONGEST_STEP_S),
        origin=get_choice(request, "origin", ORIGINS) or None,
        limit=get_limit(request) if "limit" in request.query_params else USUAL_LINES,
    )


def _is_empty(question: MetricQuery) -> bool:
    """A range that ends before it begins holds nothing."""
    return question.since_ns >= question.until_ns


def _read_filters(request: Request) -> tuple[tuple[str, str], ...]:
    filters = []
    for given in request.query_params.getlist("filter"):
        label, equals, value = given.partition("=")
        if given and not (label and equals):
            raise invalid("filter", "must be label=value")
        if given:
            filters.append((label, value))
    return tuple(filters)


def _answer(lines: list[dict[str, Any]], aggregation: str, step_s: int, other_count: int) -> dict[str, Any]:
    told = {"aggregation": aggregation, "step_s": step_s, "other_count": other_count}
    return {"results": lines, "next": None, **told}


def _info_json(info: MetricInfo) -> dict[str, Any]:
    return {
        "name": info.name,
        "description": info.description,
        "kinds": info.kinds,
        "units": info.units,
        "origins": info.origins,
        "labels": info.labels,
        "services": info.services,
        "aggregations": info.aggregations,
        "series_count": info.series_count,
        "has_overflow": info.has_overflow,
        "first_ns": str(info.first_ns),
        "last_ns": str(info.last_ns),
    }
