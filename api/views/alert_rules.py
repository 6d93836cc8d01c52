"""Rules: members make and change them, every reader sees them, tries them out and is offered the usual ones."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alerts import actions
from alerts.presets import PRESETS, match_presets
from alerts.preview import Preview, preview_rule
from alerts.rule_selectors import find_rule, list_evaluations, list_rules
from alerts.wire import evaluation_json, preset_json, rule_json
from api.alert_fields import (
    EvaluationSerializer,
    PresetSerializer,
    PreviewSerializer,
    RuleFormSerializer,
    RuleSerializer,
)
from api.authentication import get_project_id
from api.changing import found, writes
from api.fields import describe
from api.paging import answer_slice
from api.writers import get_fields, get_writer
from traces.wire import mission_url, number

ROLE = "member"


def _answer(project_id: int, pk: int, status: int = 200) -> Response:
    return Response(rule_json(found(find_rule(project_id, pk), "rule")), status=status)


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
        return _answer(writer.project_id, pk, 201)


class RuleDetail(APIView):
    """One rule."""

    @describe(RuleSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The rule and how it stands."""
        return _answer(get_project_id(request), pk)

    @writes(RuleFormSerializer(partial=True), RuleSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change some fields of it; what it has open ends when it then means something else."""
        writer = get_writer(request, ROLE)
        actions.change_rule(writer.project_id, pk, get_fields(request), by=writer.user)
        return _answer(writer.project_id, pk)

    @writes(None, None, 204)
    def delete(self, request: Request, pk: int) -> Response:
        """Remove it; its history stays."""
        writer = get_writer(request, ROLE)
        actions.delete_rule(writer.project_id, pk, by=writer.user)
        return Response(status=204)


class PresetList(APIView):
    """The usual rules."""

    @describe(PresetSerializer, many=True, name="AlertRulePreset")
    def get(self, request: Request) -> Response:
        """The usual rules, each as the form that makes it, and whether the project has it already."""
        has = match_presets(list_rules(get_project_id(request)))
        page = answer_slice(request, PRESETS)
        return page.answer([preset_json(preset, has.get(preset.slug)) for preset in page.rows])


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
