"""What the program counts of itself while it runs, for `/metrics`: of this process, or of several that share a folder.

Several web processes write to files in the folder of PROMETHEUS_MULTIPROC_DIR, which must be set before this module is
loaded; whichever is asked adds them up. Numbers that live in the database are not counted here but read there.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

# When a counter began would be a series more for each; Prometheus sees a restart by itself.
disable_created_metrics()  # type: ignore[no-untyped-call]
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
registry = CollectorRegistry()
"""Of this process alone."""

DOOR_REQUESTS = Counter(
    "missionscope_door_requests", "Requests to the doors for machines.", ("door", "status"), registry=registry
)
DOOR_BYTES = Counter(
    "missionscope_door_bytes", "Bytes of requests to the doors, decompressed.", ("door",), registry=registry
)
RECORDS_ACCEPTED = Counter(
    "missionscope_records_accepted",
    "Records that were stored, repeated ones too.",
    ("door", "kind"),
    registry=registry,
)
RECORDS_REJECTED = Counter(
    "missionscope_records_rejected", "Records that were refused.", ("door", "reason"), registry=registry
)
COMMIT_SECONDS = Histogram(
    "missionscope_commit_seconds",
    "How long transactions of ingest took.",
    registry=registry,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
COMMIT_FAILURES = Counter("missionscope_commit_failures", "Transactions that failed.", registry=registry)
COMMIT_BEGUN = Gauge(
    "missionscope_commit_begun_timestamp_seconds",
    "When the transaction that is being written began; 0 when none is.",
    registry=registry,
    multiprocess_mode="liveall",
)
WAITING_BYTES = Gauge(
    "missionscope_ingest_waiting_bytes",
    "Bytes of requests that are being read or wait to be stored.",
    registry=registry,
    multiprocess_mode="livesum",
)
SOCKETS = Gauge("missionscope_websockets", "Open WebSockets.", registry=registry, multiprocess_mode="livesum")
HTTP_SECONDS = Histogram(
    "missionscope_http_request_seconds",
    "How long requests took that are not to a door.",
    ("kind", "status"),
    registry=registry,
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def open_folder(folder: Path) -> None:
    """Have the processes that are started from now on count in one folder, from zero."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink(missing_ok=True)
    os.environ[FOLDER_VARIABLE] = str(folder)


def collect() -> Iterable[Metric]:
    """What has been counted: by all living and ended processes of the folder, or by this one."""
    folder = os.environ.get(FOLDER_VARIABLE, "")
    if not folder or not Path(folder).is_dir():
        return registry.collect()
    _forget_ended(Path(folder))
    return MultiProcessCollector(None, folder).collect()  # type: ignore[no-untyped-call, no-any-return]


def _forget_ended(folder: Path) -> None:
    """What a process holds at a time ends with it; what it has counted stays."""
    for file in folder.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            with suppress(FileNotFoundError):
                mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:
            continue
