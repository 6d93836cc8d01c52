"""Which service a failed step of a plan belongs to: what tells of steps often names none, their log lines do."""

from collections.abc import Iterable

from django.db.models import Min

from core.bulk import chunked
from faults.models import Event
from faults.rows import SHOWN
from traces.models import Log

KEYS_OF_A_QUERY = 500


def read_step_services(project_id: int, mission_pk: int, step_ids: Iterable[str]) -> dict[str, str]:
    """By step: the service that the mission's first log record names that names both."""
    wanted = sorted({step_id[:SHOWN] for step_id in step_ids} - {""})
    firsts: dict[str, tuple[int, str]] = {}
    for part in chunked(wanted, KEYS_OF_A_QUERY):
        logs = Log.objects.filter(project_id=project_id, mission_id=mission_pk, step_id__in=part)
        told = logs.exclude(service_name="").order_by().values_list("step_id", "service_name")
        for step_id, service, first_ns in told.annotate(first_ns=Min("time_ns")):
            firsts[step_id] = min(firsts.get(step_id, (first_ns, service)), (first_ns, service))
    return {step_id: service for step_id, (_, service) in firsts.items()}


def list_missions_with_news(project_id: int, mission_pks: Iterable[int]) -> list[int]:
    """Missions of which a failed step has another service than when it was last looked at."""
    steps = Event.objects.filter(project_id=project_id, source="step", mission_id__in=list(mission_pks))
    known: dict[int, dict[str, str]] = {}
    for mission_pk, step_id, service in steps.values_list("mission_id", "step_id", "service_name"):
        if mission_pk is not None:
            known.setdefault(mission_pk, {})[step_id] = service
    return [pk for pk, services in known.items() if _differ(services, read_step_services(project_id, pk, services))]


def _differ(known: dict[str, str], now: dict[str, str]) -> bool:
    return any(now.get(step_id, "") != service for step_id, service in known.items())
