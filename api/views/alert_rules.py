"""Rules, silences and inhibitions: members make and change them, every reader sees them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alerts import actions
from alerts.preview import Preview, preview_rule
from alerts.selectors import (
    find_inhibition,
    find_rule,
    find_silence,
    list_evaluations,
    list_inhibitions,
    list_rules,
    list_silences,
)
from alerts.timekeeping import read_now
from alerts.wire import evaluation_json, inhibition_json, rule_json, silence_json
from api.alert_fields import (
    EvaluationSerializer,
    InhibitionFormSerializer,
    InhibitionSerializer,
    PreviewSerializer,
    RuleFormSerializer,
    RuleSerializer,
    SilenceFormSerializer,
    SilenceSerializer,
)
from api.authentication import get_project_id
from api.fields import ERRORS, describe
from api.paging import answer_slice
from api.parameters import PROJECT_PARAMETER, flag_parameter, get_flag
from api.writers import get_fields, get_writer
from core.errors import NotFound
from traces.wire import mission_url, number

ROLE = "member"


def writes(form: Any, answer: Any, status: int = 200) -> Any:
    """The schema of a request that changes something."""
    return extend_schema(request=form, responses={status: answer, **ERRORS}, parameters=[PROJECT_PARAMETER])


def found(row: Any, what: str) -> Any:
    """The row; NotFound when there is none."""
    if row is None:
        raise NotFound(f"There is no such {what} in this project.")
    return row


class RuleList(APIView):
    """Rules."""

    @describe(RuleSerializer, many=True, name="AlertRule")
    def get(self, request: Request) -> Response:
        """A page of rules and how they stand, by name."""
        page = answer_slice(request, list_rules(get_project_id(request)))
        return page.answer([rule_json(row) for row in page.rows])

    @writes(RuleFormSerializer, RuleSerializer, 201)
    def post(self, request: Request) -> Response:
        """Make a rule."""
        writer = get_writer(request, ROLE)
        pk = actions.create_rule(writer.project_id, request.data, by=writer.user)
        return Response(rule_json(found(find_rule(writer.project_id, pk), "rule")), status=201)


class RuleDetail(APIView):
    """One rule."""

    @describe(RuleSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The rule and how it stands."""
        return Response(rule_json(found(find_rule(get_project_id(request), pk), "rule")))

    @writes(RuleFormSerializer(partial=True), RuleSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change some fields of it; what it has open ends when it then means something else."""
        writer = get_writer(request, ROLE)
        actions.change_rule(writer.project_id, pk, get_fields(request), by=writer.user)
        return Response(rule_json(found(find_rule(writer.project_id, pk), "rule")))

    @writes(None, None, 204)
    def delete(self, request: Request, pk: int) -> Response:
        """Remove it; its history stays."""
        writer = get_writer(request, ROLE)
        actions.delete_rule(writer.project_id, pk, by=writer.user)
        return Response(status=204)


class RuleEvaluations(APIView):
    """The windows of a rule."""

    @describe(EvaluationSerializer, many=True, name="AlertEvaluation")
    def get(self, request: Request, pk: int) -> Response:
        """The windows of the last hours, newest first."""
        project_id = get_project_id(request)
        found(find_rule(project_id, pk), "rule")
        page = answer_slice(request, list_evaluations(project_id, pk, limit=1_000))
        return page.answer([evaluation_json(row) for row in page.rows])


class RulePreview(APIView):
    """A rule before it is saved."""

    @writes(RuleFormSerializer, PreviewSerializer)
    def post(self, request: Request) -> Response:
        """What the rule would have done in the last 24 hours. Nothing is stored; who may read may ask."""
        return Response(_preview_json(preview_rule(get_project_id(request), request.data)))


def _preview_json(preview: Preview) -> dict[str, Any]:
    return {
        "since_ns": str(preview.since_ns),
        "until_ns": str(preview.until_ns),
        "step_s": preview.step_s,
        "threshold": preview.threshold,
        "lines": [
            {"labels": line.labels, "points": [[str(end_ns), value] for end_ns, value in line.points]}
            for line in preview.lines
        ],
        "firings": [
            {
                "labels": each.labels,
                "title": each.title,
                "fired_ns": str(each.fired_ns),
                "ended_ns": number(each.ended_ns),
                "missions": [
                    {"id": ref.id, "name": ref.name, "url": mission_url(ref.id)} for ref in each.evidence.missions
                ],
            }
            for each in preview.firings
        ],
        "firing_count": preview.firing_count,
    }


class SilenceList(APIView):
    """Silences."""

    @describe(
        SilenceSerializer,
        many=True,
        name="AlertSilence",
        parameters=[flag_parameter("expired", "Also those that have ended.")],
    )
    def get(self, request: Request) -> Response:
        """A page of silences, those that end last first."""
        with_expired = get_flag(request, "expired") is True
        rows = list_silences(get_project_id(request), read_now(), with_expired=with_expired)
        page = answer_slice(request, rows)
        return page.answer([silence_json(row) for row in page.rows])

    @writes(SilenceFormSerializer, SilenceSerializer, 201)
    def post(self, request: Request) -> Response:
        """Make a silence; what matches and is open is quiet at once."""
        writer = get_writer(request, ROLE)
        pk = actions.create_silence(writer.project_id, request.data, by=writer.user)
        return Response(silence_json(found(find_silence(writer.project_id, pk, read_now()), "silence")), status=201)


class SilenceDetail(APIView):
    """One silence."""

    @describe(SilenceSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The silence."""
        return Response(silence_json(found(find_silence(get_project_id(request), pk, read_now()), "silence")))

    @writes(None, None, 204)
    def delete(self, request: Request, pk: int) -> Response:
        """End it now."""
        writer = get_writer(request, ROLE)
        actions.end_silence(writer.project_id, pk, by=writer.user)
        return Response(status=204)


class InhibitionList(APIView):
    """Inhibitions."""

    @describe(InhibitionSerializer, many=True, name="AlertInhibition")
    def get(self, request: Request) -> Response:
        """A page of inhibitions, by name."""
        page = answer_slice(request, list_inhibitions(get_project_id(request)))
        return page.answer([inhibition_json(row) for row in page.rows])

    @writes(InhibitionFormSerializer, InhibitionSerializer, 201)
    def post(self, request: Request) -> Response:
        """Make an inhibition."""
        writer = get_writer(request, ROLE)
        pk = actions.create_inhibition(writer.project_id, request.data, by=writer.user)
        return Response(inhibition_json(found(find_inhibition(writer.project_id, pk), "inhibition")), status=201)


class InhibitionDetail(APIView):
    """One inhibition."""

    @describe(InhibitionSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The inhibition."""
        return Response(inhibition_json(found(find_inhibition(get_project_id(request), pk), "inhibition")))

    @writes(None, None, 204)
    def delete(self, request: Request, pk: int) -> Response:
        """Remove it."""
        writer = get_writer(request, ROLE)
        actions.delete_inhibition(writer.project_id, pk, by=writer.user)
        return Response(status=204)
