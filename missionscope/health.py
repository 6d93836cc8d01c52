"""Liveness and readiness, as JSON with reasons."""

import time
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from alerts.timekeeping import read_idle_ns

LONGEST_LAG_S = 10.0
LONGEST_IDLE_S = 30.0
"""Rules are looked at every few seconds, wherever jobs run."""
FAILED_S = 10.0
"""Not ready for so long after a transaction that failed; then a sender may try whether it works again."""


@require_safe
def show_liveness(_request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def show_readiness(_request: HttpRequest) -> JsonResponse:
    """200 when requests can be served, else 503; `checks` says which part is not ready and why."""
    checks = [check_database()]
    if checks[0]["ok"]:
        checks += [check_migrations(), check_ingest(), describe_totals(), describe_errors(), describe_search()]
        checks.append(describe_alerts())
    is_ready = all(check["ok"] for check in checks)
    return JsonResponse(
        {"status": "ok" if is_ready else "not ready", "checks": checks}, status=200 if is_ready else 503
    )


def check_database() -> dict[str, Any]:
    """Does the database answer?"""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"name": "database", "ok": False, "reason": "The database does not answer."}
    return {"name": "database", "ok": True, "reason": ""}


def check_migrations() -> dict[str, Any]:
    """Is every migration applied?"""
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    reason = f"{waiting} migrations are not applied." if waiting else ""
    return {"name": "migrations", "ok": not waiting, "reason": reason}


def check_ingest() -> dict[str, Any]:
    """Does this process store what arrives within LONGEST_LAG_S?"""
    from ingest.commit import committer

    lag_s = committer.get_lag_s()
    failed_s = committer.get_failure_age_s()
    reason = f"What arrives has waited {lag_s:.0f} s to be stored." if lag_s > LONGEST_LAG_S else ""
    if failed_s is not None and failed_s < FAILED_S:
        reason = "The database did not store what arrived last. Is its disk full?"
    return {"name": "ingest", "ok": not reason, "reason": reason, "lag_ms": round(lag_s * 1000)}


def describe_totals() -> dict[str, Any]:
    """How many missions' totals and verdicts are behind their rows. Late is not unready."""
    from traces.counts import count_waiting_missions

    return {"name": "totals", "ok": True, "reason": "", "waiting": count_waiting_missions()}


def describe_errors() -> dict[str, Any]:
    """How many records that tell of failures are not among the errors yet. Late is not unready."""
    from faults.selectors import count_waiting

    return {"name": "errors", "ok": True, "reason": "", "waiting": count_waiting()}


def describe_search() -> dict[str, Any]:
    """How long the oldest record that cannot be found yet has waited. Late is not unready."""
    from search.selectors import get_index_lag_ns

    return {"name": "search", "ok": True, "reason": "", "lag_ms": get_index_lag_ns(time.time_ns()) // 1_000_000}


def describe_alerts() -> dict[str, Any]:
    """For how long nobody has looked at the rules of alerts. Late is not unready."""
    lag_ms = read_idle_ns() // 1_000_000
    is_late = lag_ms > LONGEST_IDLE_S * 1000
    reason = (
        f"No rule has been evaluated for {lag_ms // 1000} s: does a worker run, and is Redis there?" if is_late else ""
    )
    return {"name": "alerts", "ok": True, "reason": reason, "lag_ms": lag_ms}
