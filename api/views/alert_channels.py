"""Channels: owners make and change them, for they hold secrets and addresses outside; every reader sees them."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alerts import channel_actions
from alerts.channel_selectors import find_channel, list_channels
from alerts.wire import channel_json
from api.alert_fields import (
    ChannelFormSerializer,
    ChannelSerializer,
    NewChannelSerializer,
    SecretSerializer,
    SentSerializer,
)
from api.authentication import get_project_id
from api.changing import found, writes
from api.fields import describe
from api.paging import answer_slice
from api.writers import get_fields, get_writer

ROLE, TEST_ROLE = "owner", "member"


class ChannelList(APIView):
    """Channels."""

    @describe(ChannelSerializer, many=True, name="AlertChannel")
    def get(self, request: Request) -> Response:
        """A page of channels, by name."""
        page = answer_slice(request, list_channels(get_project_id(request)))
        return page.answer([channel_json(row) for row in page.rows])

    @writes(ChannelFormSerializer, NewChannelSerializer, 201)
    def post(self, request: Request) -> Response:
        """Make a channel. The secret of a webhook is answered once, here."""
        writer = get_writer(request, ROLE)
        made = channel_actions.create_channel(writer.project_id, request.data, by=writer.user)
        row = found(find_channel(writer.project_id, made.pk), "channel")
        return Response(channel_json(row) | {"secret": made.secret}, status=201)


class ChannelDetail(APIView):
    """One channel."""

    @describe(ChannelSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The channel."""
        return Response(channel_json(found(find_channel(get_project_id(request), pk), "channel")))

    @writes(ChannelFormSerializer(partial=True), ChannelSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change some fields of it."""
        writer = get_writer(request, ROLE)
        channel_actions.change_channel(writer.project_id, pk, get_fields(request), by=writer.user)
        return Response(channel_json(found(find_channel(writer.project_id, pk), "channel")))

    @writes(None, None, 204)
    def delete(self, request: Request, pk: int) -> Response:
        """Remove it; messages on their way to it are given up."""
        writer = get_writer(request, ROLE)
        channel_actions.delete_channel(writer.project_id, pk, by=writer.user)
        return Response(status=204)


class ChannelTest(APIView):
    """Does a channel work?"""

    @writes(None, SentSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Put a test message on its way; what becomes of it is under /api/v1/alert-messages/."""
        writer = get_writer(request, TEST_ROLE)
        message_pk = channel_actions.send_test(writer.project_id, pk, by=writer.user)
        return Response({"message_id": str(message_pk)})


class ChannelSecret(APIView):
    """The secret of a webhook."""

    @writes(None, SecretSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Make another secret; the old one signs nothing from now on."""
        writer = get_writer(request, ROLE)
        return Response({"secret": channel_actions.renew_secret(writer.project_id, pk, by=writer.user)})
