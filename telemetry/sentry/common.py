"""What Sentry's payloads say alike: who sent it, whose it is, what is known beside."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple

from core.limits import MAX_ATTRIBUTES
from telemetry.conventions.values import read_text
from telemetry.records import AttributeValue, Repair, Resource, Scope
from telemetry.sentry.correlation import find_ids
from telemetry.sentry.values import read_mapping, read_pairs, read_time_ns, read_values

SCOPE = Scope("sentry")
PREFIX = "sentry."
"""Before the name of each field of a payload that has no name of OpenTelemetry's."""
_TOLD_ELSEWHERE = frozenset({"timestamp", "start_timestamp", "spans", "exception", "tags", "breadcrumbs", "level"})
_SERVICE_TAGS = ("service.name", "service", "service_name", "serviceName")


class Attributes(NamedTuple):
    """A record's attributes within the limit, and what the limit left out."""

    kept: dict[str, AttributeValue]
    dropped_count: int
    repairs: tuple[Repair, ...]


def within_limit(attributes: Mapping[str, AttributeValue]) -> Attributes:
    """Those that say something, the first ones where there are too many."""
    whole = {name: value for name, value in attributes.items() if value not in (None, "", [], {})}
    if len(whole) <= MAX_ATTRIBUTES:
        return Attributes(whole, 0, ())
    kept = dict(islice(whole.items(), MAX_ATTRIBUTES))
    counts = f"{len(whole)} attributes", f"{len(kept)} attributes"
    return Attributes(kept, len(whole) - len(kept), (Repair("attributes", "attributes_dropped", *counts),))


def resource_of(payload: Mapping[str, Any]) -> Resource:
    """Who sent it. Sentry knows no service: the tag that names one, else the app, else what the release begins with."""
    tags, app = read_pairs(payload.get("tags")), read_mapping(read_mapping(payload.get("contexts")).get("app"))
    sdk, release = read_mapping(payload.get("sdk")), read_text(payload.get("release")).strip()
    named = next((name for tag in _SERVICE_TAGS if (name := read_text(tags.get(tag)).strip())), "")
    told = {
        "service.name": named or read_text(app.get("app_name")).strip() or service_of(release),
        "service.version": release,
        "deployment.environment.name": read_text(payload.get("environment")),
        "host.name": read_text(payload.get("server_name")),
        "telemetry.sdk.name": read_text(sdk.get("name")),
        "telemetry.sdk.version": read_text(sdk.get("version")),
        "telemetry.sdk.language": read_text(payload.get("platform")),
    }
    return Resource({name: value for name, value in told.items() if value})


def service_of(release: str) -> str:
    """The package of a release that is written as Sentry advises, `package@version`; else empty."""
    package, at, _ = release.rpartition("@")
    return package if at else ""


def describe(payload: Mapping[str, Any]) -> dict[str, AttributeValue]:
    """All that a payload says beside its times, exceptions and spans: ids first, then its fields by their names."""
    user, request = read_mapping(payload.get("user")), read_mapping(payload.get("request"))
    tags = read_pairs(payload.get("tags"))
    fields = {PREFIX + name: value for name, value in payload.items() if name not in _TOLD_ELSEWHERE}
    return {
        **shared_ids(payload),
        **({"user.id": user_id} if (user_id := read_text(user.get("id"))) else {}),
        "url.full": read_text(request.get("url")),
        "http.request.method": read_text(request.get("method")),
        **fields,
        "sentry.tags": tags or payload.get("tags"),
        "sentry.breadcrumbs": read_values(payload.get("breadcrumbs")),
    }


def shared_ids(payload: Mapping[str, Any]) -> dict[str, AttributeValue]:
    """The ids that join records which a payload names in its tags, else its contexts, else its extra values."""
    contexts = read_mapping(payload.get("contexts"))
    inside = map(read_mapping, contexts.values())
    return find_ids((read_pairs(payload.get("tags")), contexts, *inside, read_mapping(payload.get("extra"))))


class Moment(NamedTuple):
    """A time that was told, and the repair when it is none."""

    time_ns: int | None
    repairs: tuple[Repair, ...]


def read_moment(payload: Mapping[str, Any], name: str) -> Moment:
    """The time under this name; without one the record takes that of its receipt."""
    value = payload.get(name)
    time_ns = read_time_ns(value)
    if time_ns is not None or value in (None, ""):
        return Moment(time_ns, ())
    return Moment(None, (Repair(name, "time_not_understood", f"{value!r:.80}", ""),))
