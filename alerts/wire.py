"""Records of alerts as JSON that leaves the program: REST and the live feed."""

from typing import Any

import msgspec

from alerts.presets import Preset
from alerts.records import (
    ChannelRow,
    EvaluationRow,
    FiringRow,
    InhibitionRow,
    Matcher,
    MessageRow,
    RuleRow,
    SilenceRow,
)
from traces.wire import mission_url, number


def firing_json(row: FiringRow) -> dict[str, Any]:
    """A firing with what it rests on."""
    evidence = row.evidence
    return {
        "id": str(row.pk),
        "rule_id": str(row.rule_pk),
        "rule": row.rule_name,
        "kind": row.kind,
        "labels": row.labels,
        "state": row.state,
        "severity": row.severity,
        "title": row.title,
        "value": row.value,
        "threshold": row.threshold,
        "since_ns": str(row.since_ns),
        "seen_ns": str(row.seen_ns),
        "fired_ns": number(row.fired_ns),
        "ended_ns": number(row.ended_ns),
        "ended_why": row.ended_why,
        "silence_id": number(row.silence_pk),
        "inhibited_by": number(row.inhibited_by),
        "missions": [{"id": ref.id, "name": ref.name, "url": mission_url(ref.id)} for ref in evidence.missions],
        "spans": list(evidence.spans),
        "errors": [{"id": ref.id, "title": ref.title} for ref in evidence.errors],
        "detail": evidence.detail,
        "metric": evidence.metric,
        "window_since_ns": evidence.since_ns or None,
        "window_until_ns": evidence.until_ns or None,
        "change_seq": str(row.change_seq),
        "url": f"/alerts/{row.pk}/",
    }


def rule_json(row: RuleRow) -> dict[str, Any]:
    """A rule and how it stands."""
    return {
        "id": str(row.pk),
        "name": row.name,
        "kind": row.kind,
        "condition": row.condition,
        "group_by": list(row.group_by),
        "severity": row.severity,
        "for_s": row.for_s,
        "channels": list(row.channel_pks),
        "repeat_interval_s": row.repeat_interval_s,
        "note": row.note,
        "is_enabled": row.is_enabled,
        "evaluated_ns": number(row.evaluated_ns),
        "trouble": row.trouble,
        "created_ns": str(row.created_ns),
        "created_by": row.created_by,
        "updated_ns": str(row.updated_ns),
        "firing_count": row.firing_count,
        "pending_count": row.pending_count,
    }


def preset_json(preset: Preset, rule_pk: int | None) -> dict[str, Any]:
    """A usual rule, and the project's own that is the same."""
    return {"id": preset.slug, "words": preset.words, "rule": preset.rule, "rule_id": number(rule_pk)}


def silence_json(row: SilenceRow) -> dict[str, Any]:
    """A silence."""
    return {
        "id": str(row.pk),
        "matchers": _matchers(row.matchers),
        "starts_ns": str(row.starts_ns),
        "ends_ns": str(row.ends_ns),
        "comment": row.comment,
        "state": row.state,
        "firing_count": row.firing_count,
        "created_ns": str(row.created_ns),
        "created_by": row.created_by,
    }


def inhibition_json(row: InhibitionRow) -> dict[str, Any]:
    """An inhibition."""
    return {
        "id": str(row.pk),
        "name": row.name,
        "source": _matchers(row.source),
        "target": _matchers(row.target),
        "equal": list(row.equal),
        "created_ns": str(row.created_ns),
        "created_by": row.created_by,
    }


def channel_json(row: ChannelRow) -> dict[str, Any]:
    """A channel without its secrets."""
    return {
        "id": str(row.pk),
        "name": row.name,
        "kind": row.kind,
        "target": row.shown_target,
        "has_secret": row.has_secret,
        "is_enabled": row.is_enabled,
        "group_by": list(row.group_by),
        "group_wait_s": row.group_wait_s,
        "group_interval_s": row.group_interval_s,
        "repeat_interval_s": row.repeat_interval_s,
        "send_resolved": row.send_resolved,
        "waiting_count": row.waiting_count,
        "failed_count": row.failed_count,
        "created_ns": str(row.created_ns),
        "created_by": row.created_by,
        "updated_ns": str(row.updated_ns),
    }


def message_json(row: MessageRow) -> dict[str, Any]:
    """A message and every attempt to deliver it."""
    return {
        "id": str(row.pk),
        "channel_id": str(row.channel_pk),
        "channel": row.channel_name,
        "key": row.key,
        "subject": row.subject,
        "firings": [str(pk) for pk in row.firing_pks],
        "state": row.state,
        "created_ns": str(row.created_ns),
        "due_ns": str(row.due_ns),
        "ended_ns": number(row.ended_ns),
        "attempts": [
            {
                "attempt": each.attempt,
                "started_ns": str(each.started_ns),
                "ended_ns": number(each.ended_ns),
                "outcome": each.outcome,
                "detail": each.detail,
            }
            for each in row.attempts
        ],
    }


def evaluation_json(row: EvaluationRow) -> dict[str, Any]:
    """A window that was evaluated."""
    return {"window_end_ns": str(row.window_end_ns), "true_count": row.true_count, "trouble": row.trouble}


def _matchers(given: tuple[Matcher, ...]) -> list[dict[str, str]]:
    return [msgspec.structs.asdict(matcher) for matcher in given]
