"""What people do to channels. Each change is one transaction with its audit event, which holds no secret."""

import secrets
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.actions import record_event
from accounts.models import Project, User
from alerts.forms import ChannelForm, read_channel
from alerts.messages import Places, make_test
from alerts.models import Channel, NoticeGroup, OutboxMessage, Rule
from alerts.notification import put_message
from alerts.redacting import Cleaner
from alerts.telling import wake_delivery
from alerts.timekeeping import read_now
from core.errors import Conflict, FieldError, InvalidInput, NotFound, TooManyRequests
from core.nanotime import NS_PER_SECOND, now_ns

MOST_CHANNELS = 50
TESTS_A_MINUTE = 5


class NewChannel(NamedTuple):
    """A channel just made."""

    pk: int
    secret: str
    """That a webhook's messages are signed with: shown now, never again. Empty for others."""


def create_channel(project_id: int, given: Any, *, by: User | None = None) -> NewChannel:
    """A channel from its form. InvalidInput (also for an address that may not be used), Conflict for a taken name."""
    form = _read(given)
    secret = new_secret() if form.kind == "webhook" else ""
    time_ns = now_ns()
    try:
        with transaction.atomic():
            project = _hold(project_id)
            if Channel.objects.filter(project_id=project_id).count() >= MOST_CHANNELS:
                raise Conflict(f"A project can have {MOST_CHANNELS} channels.")
            row = Channel.objects.create(
                project_id=project_id,
                secret=secret,
                created_ns=time_ns,
                created_by=None if by is None else by.pk,
                updated_ns=time_ns,
                **_columns(form),
            )
            _record("alert_channel.created", project, by, row)
    except IntegrityError:
        raise Conflict("There is a channel of this name.") from None
    return NewChannel(row.id, secret)


def change_channel(project_id: int, pk: int, given: dict[str, Any], *, by: User | None = None) -> None:
    """Change some fields of a channel; the others stay, its target too when it is not given."""
    try:
        with transaction.atomic():
            project = _hold(project_id)
            row = _find(project_id, pk)
            form = _read({**_form(row), **given})
            if form.kind != row.kind:
                raise InvalidInput(errors=(FieldError("kind", "cannot change: make another channel"),))
            for name, value in _columns(form).items():
                setattr(row, name, value)
            row.updated_ns = now_ns()
            row.save()
            _record("alert_channel.changed", project, by, row)
    except IntegrityError:
        raise Conflict("There is a channel of this name.") from None


def renew_secret(project_id: int, pk: int, *, by: User | None = None) -> str:
    """Give a webhook another secret; the old one signs nothing from now on."""
    with transaction.atomic():
        project = _hold(project_id)
        row = _find(project_id, pk)
        if row.kind != "webhook":
            raise Conflict("Only webhooks have a secret.")
        row.secret, row.updated_ns = new_secret(), now_ns()
        row.save()
        _record("alert_channel.secret_renewed", project, by, row)
    return row.secret


def delete_channel(project_id: int, pk: int, *, by: User | None = None) -> None:
    """Remove a channel, also from the rules that name it. Messages on their way to it are given up."""
    with transaction.atomic():
        project = _hold(project_id)
        row = _find(project_id, pk)
        for rule in Rule.objects.select_for_update().filter(project_id=project_id).order_by("id"):
            pks = msgspec.json.decode(rule.channels, type=list[int])
            if pk in pks:
                rule.channels = msgspec.json.encode([each for each in pks if each != pk]).decode()
                rule.save(update_fields=["channels"])
        NoticeGroup.objects.filter(channel_id=pk).delete()
        OutboxMessage.objects.filter(channel_id=pk, state="waiting").update(state="failed", ended_ns=read_now())
        row.delete()
        _record("alert_channel.deleted", project, by, row)


def send_test(project_id: int, pk: int, *, by: User | None = None) -> int:
    """Put a test message into the outbox; gives its key there. TooManyRequests for one after another."""
    time_ns = read_now()
    with transaction.atomic():
        project = _hold(project_id)
        row = _find(project_id, pk)
        recent = OutboxMessage.objects.filter(channel_id=pk, created_ns__gt=time_ns - 60 * NS_PER_SECOND)
        if recent.filter(content__contains='"is_test":true').count() >= TESTS_A_MINUTE:
            raise TooManyRequests("Wait a minute before the next test.", retry_after_s=60)
        url = Places(settings.MISSIONSCOPE_URL).alerts(project.slug)
        message = make_test(secrets.token_hex(16), project.name, row.name, time_ns, url=url)
        message_pk = put_message(row, Cleaner(project).clean(message), time_ns)
        _record("alert_channel.tested", project, by, row)
        wake_delivery()
    return message_pk


def new_secret() -> str:
    """256 random bits."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def _read(given: Any) -> ChannelForm:
    form = read_channel(given, tuple(settings.MISSIONSCOPE_WEBHOOK_ALLOW))
    if form.kind == "email" and not settings.MISSIONSCOPE_SMTP_HOST:
        raise InvalidInput(errors=(FieldError("kind", "needs a mail server: MISSIONSCOPE_SMTP_HOST is not set"),))
    return form


def _form(row: Channel) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "target": row.target,
        "is_enabled": row.is_enabled,
        "group_by": msgspec.json.decode(row.group_by),
        "group_wait_s": row.group_wait_s,
        "group_interval_s": row.group_interval_s,
        "repeat_interval_s": row.repeat_interval_s,
        "send_resolved": row.send_resolved,
    }


def _columns(form: ChannelForm) -> dict[str, Any]:
    columns = msgspec.structs.asdict(form)
    return columns | {"group_by": msgspec.json.encode(form.group_by).decode()}


def _hold(project_id: int) -> Project:
    return Project.objects.select_for_update().get(pk=project_id)


def _find(project_id: int, pk: int) -> Channel:
    row = Channel.objects.select_for_update().filter(project_id=project_id, id=pk).first()
    if row is None:
        raise NotFound
    return row


def _record(action: str, project: Project, by: User | None, row: Channel) -> None:
    record_event(action, project=project, user=by, detail={"name": row.name[:200], "kind": row.kind})
