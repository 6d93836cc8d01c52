"""What people do to rules, silences and inhibitions. Each change is one transaction with its audit event."""

from collections.abc import Iterable
from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from accounts.actions import record_event
from accounts.models import Project, User
from alerts.conditions import KINDS
from alerts.firings import CHANGED, DELETED, DISABLED, end_firings
from alerts.forms import InhibitionForm, RuleForm, SilenceForm, read_inhibition, read_rule, read_silence
from alerts.models import Channel, Evaluation, Inhibition, Rule, Silence
from alerts.muting import refresh_quiet
from alerts.presets import get_preset, match_presets
from alerts.rule_selectors import list_rules
from alerts.telling import tell_project
from alerts.timekeeping import read_now
from core.errors import Conflict, FieldError, InvalidInput, NotFound
from core.nanotime import now_ns
from faults.news import get_newest_group
from live.feeds import get_list_cursor

MOST_RULES, MOST_SILENCES, MOST_INHIBITIONS = 200, 1_000, 100


def create_rule(project_id: int, given: Any, *, by: User | None = None) -> int:
    """A rule from its form; gives its key. InvalidInput, or Conflict for a name that is taken."""
    form = read_rule(given)
    time_ns = now_ns()
    try:
        with transaction.atomic():
            project = _hold(project_id)
            if Rule.objects.filter(project_id=project_id).count() >= MOST_RULES:
                raise Conflict(f"A project can have {MOST_RULES} rules.")
            _check_channels(project_id, form.channels)
            rule = Rule.objects.create(
                project_id=project_id,
                created_ns=time_ns,
                created_by=None if by is None else by.pk,
                updated_ns=time_ns,
                seen_seq=_look_from_now(project_id, form.kind),
                **_columns(form),
            )
            _record("alert_rule.created", project, by, form.name)
    except IntegrityError:
        raise _taken("rule") from None
    return rule.id


def add_presets(
    project_id: int, slugs: Iterable[str], *, channels: tuple[int, ...] = (), by: User | None = None
) -> list[int]:
    """The usual rules of these names that the project does not have yet, told to these channels; gives their keys."""
    chosen = [get_preset(slug) for slug in dict.fromkeys(slugs)]
    with transaction.atomic():
        _hold(project_id)
        has = match_presets(list_rules(project_id))
        missing = [preset for preset in chosen if preset.slug not in has]
        return [create_rule(project_id, {**preset.rule, "channels": channels}, by=by) for preset in missing]


def change_rule(project_id: int, pk: int, given: dict[str, Any], *, by: User | None = None) -> None:
    """Change some fields of a rule; the others stay. What it has open ends when it now means something else."""
    try:
        with transaction.atomic():
            project = _hold(project_id)
            rule = _find(Rule, project_id, pk)
            form = read_rule({**rule_form(rule), **given})
            _check_channels(project_id, form.channels)
            columns = _columns(form)
            is_other = any(getattr(rule, name) != columns[name] for name in ("kind", "condition", "group_by"))
            is_off = rule.is_enabled and not form.is_enabled
            for name, value in columns.items():
                setattr(rule, name, value)
            rule.version += 1
            rule.updated_ns = now_ns()
            if is_other or is_off:
                end_firings(project_id, pk, read_now(), DISABLED if is_off else CHANGED)
                rule.seen_seq, rule.trouble = _look_from_now(project_id, form.kind), ""
            rule.save()
            _record("alert_rule.changed", project, by, form.name)
    except IntegrityError:
        raise _taken("rule") from None
    tell_project(project_id)


def delete_rule(project_id: int, pk: int, *, by: User | None = None) -> None:
    """Remove a rule. What it has open ends; its history stays."""
    with transaction.atomic():
        project = _hold(project_id)
        rule = _find(Rule, project_id, pk)
        end_firings(project_id, pk, read_now(), DELETED)
        Evaluation.objects.filter(rule_id=pk).delete()
        rule.delete()
        _record("alert_rule.deleted", project, by, rule.name)
    tell_project(project_id)


def create_silence(project_id: int, given: Any, *, by: User | None = None) -> int:
    """A silence from its form; gives its key. What matches and is open is quiet at once."""
    form: SilenceForm = read_silence(given, read_now())
    with transaction.atomic():
        project = _hold(project_id)
        if Silence.objects.filter(project_id=project_id, ends_ns__gt=read_now()).count() >= MOST_SILENCES:
            raise Conflict(f"A project can have {MOST_SILENCES} silences.")
        row = Silence.objects.create(
            project_id=project_id,
            matchers=_text(form.matchers),
            starts_ns=int(form.starts_ns),
            ends_ns=int(form.ends_ns),
            comment=form.comment,
            created_ns=now_ns(),
            created_by=None if by is None else by.pk,
        )
        refresh_quiet(project_id, read_now())
        _record("alert_silence.created", project, by, form.comment)
    tell_project(project_id)
    return row.id


def end_silence(project_id: int, pk: int, *, by: User | None = None) -> None:
    """End a silence now; Conflict when it has ended."""
    with transaction.atomic():
        project = _hold(project_id)
        row = _find(Silence, project_id, pk)
        time_ns = read_now()
        if row.ends_ns <= time_ns:
            raise Conflict("This silence has ended.")
        row.starts_ns, row.ends_ns = min(row.starts_ns, time_ns), time_ns
        row.save()
        refresh_quiet(project_id, time_ns)
        _record("alert_silence.ended", project, by, row.comment)
    tell_project(project_id)


def create_inhibition(project_id: int, given: Any, *, by: User | None = None) -> int:
    """An inhibition from its form; gives its key."""
    form: InhibitionForm = read_inhibition(given)
    with transaction.atomic():
        project = _hold(project_id)
        if Inhibition.objects.filter(project_id=project_id).count() >= MOST_INHIBITIONS:
            raise Conflict(f"A project can have {MOST_INHIBITIONS} inhibitions.")
        row = Inhibition.objects.create(
            project_id=project_id,
            name=form.name,
            source=_text(form.source),
            target=_text(form.target),
            equal=_text(form.equal),
            created_ns=now_ns(),
            created_by=None if by is None else by.pk,
        )
        refresh_quiet(project_id, read_now())
        _record("alert_inhibition.created", project, by, form.name)
    tell_project(project_id)
    return row.id


def delete_inhibition(project_id: int, pk: int, *, by: User | None = None) -> None:
    """Remove an inhibition."""
    with transaction.atomic():
        project = _hold(project_id)
        row = _find(Inhibition, project_id, pk)
        row.delete()
        refresh_quiet(project_id, read_now())
        _record("alert_inhibition.deleted", project, by, row.name)
    tell_project(project_id)


def rule_form(rule: Rule) -> dict[str, Any]:
    """A rule as the form that makes it."""
    return {
        "name": rule.name,
        "kind": rule.kind,
        "condition": msgspec.json.decode(rule.condition),
        "group_by": msgspec.json.decode(rule.group_by),
        "severity": rule.severity,
        "for_s": rule.for_s,
        "channels": msgspec.json.decode(rule.channels),
        "repeat_interval_s": rule.repeat_interval_s,
        "note": rule.note,
        "is_enabled": rule.is_enabled,
    }


def _columns(form: RuleForm) -> dict[str, Any]:
    assert form.kind in KINDS
    return {
        "name": form.name,
        "kind": form.kind,
        "condition": _text(form.condition),
        "group_by": _text(form.group_by),
        "severity": form.severity,
        "for_s": form.for_s,
        "channels": _text(sorted(set(form.channels))),
        "repeat_interval_s": form.repeat_interval_s,
        "note": form.note,
        "is_enabled": form.is_enabled,
    }


def _look_from_now(project_id: int, kind: str) -> int:
    """What there is already is not told: `Asked.seen` of a rule that begins."""
    return get_newest_group(project_id) if kind == "critical_failure" else get_list_cursor(project_id)


def _check_channels(project_id: int, pks: tuple[int, ...]) -> None:
    known = set(Channel.objects.filter(project_id=project_id, id__in=pks).values_list("id", flat=True))
    if set(pks) - known:
        raise InvalidInput(errors=(FieldError("channels", "must be channels of this project"),))


def _hold(project_id: int) -> Project:
    """Changes of one project's alerting come one after another."""
    return Project.objects.select_for_update().get(pk=project_id)


def _find(model: Any, project_id: int, pk: int) -> Any:
    row = model.objects.select_for_update().filter(project_id=project_id, id=pk).first()
    if row is None:
        raise NotFound
    return row


def _record(action: str, project: Project, by: User | None, name: str) -> None:
    record_event(action, project=project, user=by, detail={"name": name[:200]})


def _taken(what: str) -> Conflict:
    return Conflict(f"There is a {what} of this name.")


def _text(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
