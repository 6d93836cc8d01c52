"""`manage.py derive_metrics`: metrics of missions that were stored before, or under another version."""

import argparse
import re
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models import Q

from analysis.recompute import BATCH, recompute_missions
from core.bulk import chunked
from core.nanotime import NS_PER_SECOND, parse_iso
from metrics.derive.job import derive_marked
from metrics.derive.marks import mark_range
from traces.models import Mission

UNITS_S = {"m": 60, "h": 3600, "d": 86_400}
_AGO = re.compile(r"(\d{1,6})([mhd])")


class Command(BaseCommand):
    """Computes all derived metrics since a moment again; what is right already is not written."""

    help = "Compute the derived metrics again, from the missions that are stored."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--since", default="30d", help="30d, 12h, 90m or a time in ISO 8601 (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        now_ns = time.time_ns()
        since_ns = _read_since(options["since"], now_ns)
        chosen = Mission.objects.filter(Q(last_activity_ns__gte=since_ns) | Q(last_activity_ns=None)).order_by("id")
        missions = list(chosen.values_list("id", "project_id"))
        for part in chunked(missions, BATCH):
            recompute_missions([pk for pk, _ in part])
        with connection.cursor() as cursor:
            for project_id in sorted({project_id for _, project_id in missions}):
                mark_range(cursor, project_id, since_ns, now_ns)
        units = derive_marked()
        self.stdout.write(f"{len(missions)} missions, {units} pieces of time.")


def _read_since(text: str, now_ns: int) -> int:
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return now_ns - int(ago[1]) * UNITS_S[ago[2]] * NS_PER_SECOND
    since_ns = parse_iso(text)
    if since_ns is None:
        raise CommandError(f"{text!r} is neither a length of time, as 30d, nor a time, as 2026-01-31T12:00:00Z.")
    return since_ns
