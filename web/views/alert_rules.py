"""Rules: the list, the editor with its preview, and tests of the channels a rule would tell."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.records import ProjectAccess
from alerts import actions
from alerts.channel_actions import send_test
from alerts.channel_selectors import list_channels
from alerts.presets import BY_SLUG, get_preset
from alerts.preview import preview_rule
from alerts.rule_selectors import find_rule, list_evaluations, list_rules
from alerts.standing import list_last_fired
from analysis.detectors.registry import DETECTORS
from core.errors import AccessDenied, Conflict, InvalidInput, MissionScopeError, NotFound
from metrics.catalogue import list_metrics
from web.alert_reads import read_presets
from web.door import project_page
from web.presenters.alerts.chart import draw_preview, list_newest
from web.presenters.alerts.form_errors import present_troubles
from web.presenters.alerts.history import read_key
from web.presenters.alerts.presets import begin_form
from web.presenters.alerts.rule_form import blank_form, fill_form, present_form, read_kind, read_rule_form
from web.presenters.alerts.rules import present_rule, present_rules
from web.presenters.alerts.words import KINDS
from web.views.alert_channels import answer_tests, message_context
from web.views.alerts import fresh, get_user

MOST_EVALUATIONS = 40
UNNAMED = "preview"


@require_safe
@project_page()
def show_rules(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """All rules, and how each stands; for htmx the list alone."""
    rows = list_rules(project.project_pk)
    context = {
        "tab": "rules",
        "rules": present_rules(rows, list_channels(project.project_pk), list_last_fired(project.project_pk)),
        "presets": read_presets(project) if not rows else None,
        "can_change": project.allows("member"),
    }
    template = "alerts/_rules.html" if "HX-Request" in request.headers else "alerts/rules.html"
    return fresh(render(request, template, context))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@project_page("member")
def make_rule(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """The kinds to choose from, then the form of one."""
    asked = request.POST if request.method == "POST" else request.GET
    preset = get_preset(asked["preset"]) if request.method != "POST" and "preset" in asked else None
    if preset is None and "kind" not in asked:
        context = {"tab": "rules", "kinds": KINDS, "presets": read_presets(project), "can_change": True}
        return render(request, "alerts/kinds.html", context)
    kind = preset.rule["kind"] if preset else read_kind(asked["kind"])
    error: MissionScopeError | None = None
    if request.method == "POST":
        try:
            pk = actions.create_rule(project.project_pk, read_rule_form(request.POST, kind), by=get_user(request))
        except (InvalidInput, Conflict) as refused:
            error = refused
        else:
            messages.success(request, "The rule watches from now on.")
            return HttpResponseRedirect(f"/alerts/rules/{pk}/")
    channels = list_channels(project.project_pk)
    sent = begin_form(preset, channels) if preset else blank_form(kind, request.GET, channels)
    context = {"rule": None, "presets": read_presets(project)}
    return _show_editor(request, project, kind, request.POST if error else sent, error, context)


@require_POST
@project_page("member")
def add_presets(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """Make the usual rules that were chosen: `preset` names one, or `all`."""
    slugs = request.POST.getlist("preset")
    channels = tuple(filter(None, map(read_key, request.POST.getlist("channels"))))
    wanted = BY_SLUG if "all" in slugs else slugs
    made = actions.add_presets(project.project_pk, wanted, channels=channels, by=get_user(request))
    watching = "The rule watches" if len(made) == 1 else f"{len(made)} rules watch"
    messages.success(request, f"{watching} from now on." if made else "The project has this rule already.")
    return HttpResponseRedirect("/alerts/rules/")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@project_page()
def edit_rule(request: HttpRequest, project: ProjectAccess, rule_pk: int) -> HttpResponse:
    """A rule, how it stands, and the form to change it."""
    rule = find_rule(project.project_pk, rule_pk)
    if rule is None:
        raise NotFound("There is no such rule in this project.")
    error: MissionScopeError | None = None
    if request.method == "POST":
        _require_member(project)
        try:
            given = read_rule_form(request.POST, rule.kind)
            actions.change_rule(project.project_pk, rule_pk, given, by=get_user(request))
        except (InvalidInput, Conflict) as refused:
            error = refused
        else:
            messages.success(request, "The rule is changed.")
            return HttpResponseRedirect(request.path)
    sent = request.POST if error else fill_form(rule)
    names = {channel.pk: channel.name for channel in list_channels(project.project_pk)}
    context = {
        "rule": present_rule(rule, names, list_last_fired(project.project_pk).get(rule.pk)),
        "evaluations": list_evaluations(project.project_pk, rule_pk, limit=MOST_EVALUATIONS),
    }
    return _show_editor(request, project, rule.kind, sent, error, context)


@require_POST
@project_page("member")
def change_rule(request: HttpRequest, project: ProjectAccess, rule_pk: int) -> HttpResponse:
    """Turn a rule on or off, or remove it: `do` says which."""
    do, user = request.POST.get("do", ""), get_user(request)
    if do in ("on", "off"):
        actions.change_rule(project.project_pk, rule_pk, {"is_enabled": do == "on"}, by=user)
        messages.success(
            request, "The rule watches again." if do == "on" else "The rule is off. What it had open ended."
        )
    elif do == "remove":
        actions.delete_rule(project.project_pk, rule_pk, by=user)
        messages.success(request, "The rule is removed. Its history stays.")
    else:
        raise InvalidInput("There is no such change.")
    return HttpResponseRedirect("/alerts/rules/")


@require_POST
@project_page()
def preview(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """What the rule in the form would have done in the last 24 hours, drawn. Nothing is stored."""
    kind = read_kind(request.POST.get("kind", ""))
    try:
        given = read_rule_form(request.POST, kind)
        found = preview_rule(project.project_pk, {**given, "name": UNNAMED, "note": ""})
    except InvalidInput as refused:
        return render(request, "alerts/_preview.html", {"error": refused, "troubles": present_troubles(kind, refused)})
    context = {
        "troubles": present_troubles(kind, None),
        "preview": found,
        "chart": draw_preview(found),
        "newest": list_newest(found),
    }
    return fresh(render(request, "alerts/_preview.html", context))


@require_POST
@project_page("member")
def test_channels(request: HttpRequest, project: ProjectAccess) -> HttpResponse:
    """Send a test to each chosen channel; the answer follows each until it ends."""
    made: list[int] = []
    refusals: list[str] = []
    for pk in dict.fromkeys(filter(None, map(read_key, request.POST.getlist("channels")))):
        try:
            made.append(send_test(project.project_pk, pk, by=get_user(request)))
        except MissionScopeError as refused:
            refusals.append(refused.detail)
    context = message_context(project, made) | {"refusals": refusals, "is_none": not made and not refusals}
    return answer_tests(request, context)


def _require_member(project: ProjectAccess) -> None:
    if not project.allows("member"):
        raise AccessDenied("Only a project's member may do this.")


def _show_editor(
    request: HttpRequest,
    project: ProjectAccess,
    kind: str,
    sent: QueryDict,
    error: MissionScopeError | None,
    context: dict[str, Any],
) -> HttpResponse:
    metrics = list_metrics(project.project_pk)
    context |= {
        "tab": "rules",
        "form": present_form(kind, sent, list_channels(project.project_pk), error),
        "metrics": [(metric.name, metric.description) for metric in metrics],
        "labels": sorted({label for metric in metrics for label in metric.labels}),
        "services": sorted({service for metric in metrics for service in metric.services}),
        "detectors": sorted(name for name, _ in DETECTORS),
        "can_change": project.allows("member"),
    }
    return render(request, "alerts/rule.html", context, status=error.status if error else 200)
