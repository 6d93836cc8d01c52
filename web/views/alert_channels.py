"""Channels: who is told, tests, and the log of every message with its attempts."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.records import ProjectAccess
from alerts import channel_actions
from alerts.channel_selectors import find_channel, list_channels
from alerts.records import MESSAGE_STATES, ChannelRow
from alerts.selectors import list_messages
from core.errors import AccessDenied, Conflict, InvalidInput, MissionScopeError, NotFound, TooManyRequests
from web.door import project_page
from web.presenters.alerts.channels import (
    KINDS,
    LABELS,
    fill_channel,
    list_lengths,
    present_channel,
    read_channel_form,
)
from web.presenters.alerts.firings import MESSAGE_MARKS
from web.presenters.alerts.form_errors import name_fields
from web.presenters.alerts.history import read_key
from web.presenters.alerts.messages import MessageItem, present_message
from web.views.alerts import fresh, get_user

PAGE_MESSAGES = 30
MOST_TESTS = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@project_page()
def show_channels(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """All channels and the log; a POST makes one, and its answer is the only page that ever shows its secret."""
    error: MissionScopeError | None = None
    made: channel_actions.NewChannel | None = None
    if request.method == "POST":
        _require_owner(project)
        try:
            made = channel_actions.create_channel(
                project.project_pk, read_channel_form(request.POST), by=get_user(request)
            )
        except (InvalidInput, Conflict) as refused:
            error = refused
        else:
            if not made.secret:
                messages.success(request, "The channel is made. Send it a test.")
                return HttpResponseRedirect(request.path)
    rows = list_channels(project.project_pk)
    context = {
        "channels": [present_channel(row) for row in rows],
        "made": made,
        "made_row": next((row for row in rows if made and row.pk == made.pk), None),
        **_form_context(project, request.POST if error else fill_channel(None), error),
        **log_context(project, request.GET),
    }
    return render(request, "alerts/channels.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@project_page()
def edit_channel(request: HttpRequest, project: ProjectAccess, channel_pk: int) -> HttpResponse:
    """One channel, its form and its log."""
    row = _get(project, channel_pk)
    error: MissionScopeError | None = None
    if request.method == "POST":
        _require_owner(project)
        given = read_channel_form(request.POST, kind=row.kind)
        try:
            channel_actions.change_channel(project.project_pk, channel_pk, given, by=get_user(request))
        except (InvalidInput, Conflict) as refused:
            error = refused
        else:
            messages.success(request, "The channel is changed.")
            return HttpResponseRedirect(request.path)
    return _show_channel(request, project, row, error)


@require_POST
@never_cache
@project_page("owner")
def change_channel(request: HttpRequest, project: ProjectAccess, channel_pk: int) -> HttpResponse:
    """Turn a channel on or off, give it another secret, or remove it: `do` says which."""
    do, user = request.POST.get("do", ""), get_user(request)
    if do == "secret":
        secret = channel_actions.renew_secret(project.project_pk, channel_pk, by=user)
        return _show_channel(request, project, _get(project, channel_pk), None, secret)
    if do in ("on", "off"):
        channel_actions.change_channel(project.project_pk, channel_pk, {"is_enabled": do == "on"}, by=user)
        messages.success(request, "The channel is on." if do == "on" else "The channel is off: it is told nothing.")
    elif do == "remove":
        channel_actions.delete_channel(project.project_pk, channel_pk, by=user)
        messages.success(request, "The channel is removed, also from its rules.")
    else:
        raise InvalidInput("There is no such change.")
    return HttpResponseRedirect("/alerts/channels/")


@require_POST
@project_page("member")
def test_channel(request: HttpRequest, project: ProjectAccess, channel_pk: int) -> HttpResponse:
    """Send a test; for htmx the answer follows it until it ends, else the log does."""
    refusals: list[str] = []
    made: list[int] = []
    try:
        made.append(channel_actions.send_test(project.project_pk, channel_pk, by=get_user(request)))
    except (TooManyRequests, Conflict) as refused:
        refusals.append(refused.detail)
    if "HX-Request" not in request.headers:
        for refusal in refusals:
            messages.error(request, refusal)
        return HttpResponseRedirect(f"/alerts/channels/{channel_pk}/")
    return answer_tests(request, message_context(project, made) | {"refusals": refusals})


@require_safe
@project_page()
def show_tests(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """What became of some messages."""
    pks = [pk for pk in map(read_key, request.GET.getlist("message")[:MOST_TESTS]) if pk is not None]
    return answer_tests(request, message_context(project, pks))


@require_safe
@project_page()
def show_messages(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The log by itself, or its next rows, for the pages that hold it."""
    context = log_context(project, request.GET)
    template = "alerts/_log_rows.html" if "before" in request.GET else "alerts/_log.html"
    return fresh(render(request, template, context))


def answer_tests(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """What became of tests so far; the log on the page is drawn anew."""
    response = fresh(render(request, "alerts/_tests.html", context))
    response["HX-Trigger"] = "messages-changed"
    return response


def message_context(project: ProjectAccess, pks: list[int]) -> dict[str, Any]:
    """Context of alerts/_tests.html."""
    items = [item for item in (_find_message(project, pk) for pk in pks) if item is not None]
    query = "&".join(f"message={item.row.pk}" for item in items)
    is_waiting = any(item.is_on_its_way and len(item.attempts) < 2 for item in items)
    return {"items": items, "tests_path": f"/alerts/messages/tests?{query}" if is_waiting else ""}


def log_context(project: ProjectAccess, asked: QueryDict, channel_pk: int | None = None) -> dict[str, Any]:
    """Context of alerts/_log.html."""
    state = asked.get("state", "") if asked.get("state") in MESSAGE_STATES else ""
    channel_pk = channel_pk if channel_pk is not None else read_key(asked.get("channel", ""))
    rows = list_messages(
        project.project_pk,
        channel_pk=channel_pk,
        states=(state,) if state else (),
        before_pk=read_key(asked.get("before", "")),
        limit=PAGE_MESSAGES,
    )
    query = "".join((f"&state={state}" if state else "", "" if channel_pk is None else f"&channel={channel_pk}"))
    return {
        "log": [present_message(row) for row in rows],
        "log_path": f"/alerts/messages/?{query.lstrip('&')}",
        "log_next": f"/alerts/messages/?before={rows[-1].pk}{query}" if len(rows) == PAGE_MESSAGES else "",
        "log_state": state,
        "log_channel": channel_pk,
        "message_states": list(MESSAGE_MARKS.items()),
    }


def _find_message(project: ProjectAccess, pk: int) -> MessageItem | None:
    rows = list_messages(project.project_pk, before_pk=pk + 1, limit=1)
    return present_message(rows[0]) if rows and rows[0].pk == pk else None


def _show_channel(
    request: HttpRequest, project: ProjectAccess, row: ChannelRow, error: MissionScopeError | None, secret: str = ""
) -> HttpResponse:
    context = {
        "channel": present_channel(row),
        "secret": secret,
        **_form_context(project, request.POST if error else fill_channel(row), error),
        **log_context(project, request.GET, row.pk),
    }
    return render(request, "alerts/channel.html", context, status=error.status if error else 200)


def _form_context(project: ProjectAccess, sent: QueryDict, error: MissionScopeError | None) -> dict[str, Any]:
    return {
        "tab": "channels",
        "form": sent,
        "lengths": list_lengths(sent),
        "kinds": KINDS,
        "has_mail": bool(settings.MISSIONSCOPE_SMTP_HOST),
        "error": name_fields(error, LABELS),
        "can_change": project.allows("owner"),
        "can_test": project.allows("member"),
    }


def _get(project: ProjectAccess, pk: int) -> ChannelRow:
    row = find_channel(project.project_pk, pk)
    if row is None:
        raise NotFound("There is no such channel in this project.")
    return row


def _require_owner(project: ProjectAccess) -> None:
    if not project.allows("owner"):
        raise AccessDenied("Only a project's owner may do this.")
