"""Silences and inhibitions: members make and end them, every reader sees them."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alerts import actions
from alerts.quiet_selectors import find_inhibition, find_silence, list_inhibitions, list_silences
from alerts.timekeeping import read_now
from alerts.wire import inhibition_json, silence_json
from api.alert_fields import (
    InhibitionFormSerializer,
    InhibitionSerializer,
    SilenceFormSerializer,
    SilenceSerializer,
)
from api.authentication import get_project_id
from api.changing import found, writes
from api.fields import describe
from api.paging import answer_slice
from api.parameters import flag_parameter, get_flag
from api.writers import get_writer

ROLE = "member"


def _silence(project_id: int, pk: int, status: int = 200) -> Response:
    return Response(silence_json(found(find_silence(project_id, pk, read_now()), "silence")), status=status)


def _inhibition(project_id: int, pk: int, status: int = 200) -> Response:
    return Response(inhibition_json(found(find_inhibition(project_id, pk), "inhibition")), status=status)


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
        return _silence(writer.project_id, pk, 201)


class SilenceDetail(APIView):
    """One silence."""

    @describe(SilenceSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The silence."""
        return _silence(get_project_id(request), pk)

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
        return _inhibition(writer.project_id, pk, 201)


class InhibitionDetail(APIView):
    """One inhibition."""

    @describe(InhibitionSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The inhibition."""
        return _inhibition(get_project_id(request), pk)

    @writes(None, None, 204)
    def delete(self, request: Request, pk: int) -> Response:
        """Remove it."""
        writer = get_writer(request, ROLE)
        actions.delete_inhibition(writer.project_id, pk, by=writer.user)
        return Response(status=204)
