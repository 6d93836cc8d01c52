"""Files into the store: their records go the way that requests go."""

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar, NamedTuple

import msgspec

from ingest.commit import store_prepared
from ingest.prepare import prepare_decoded
from telemetry.decode.refusal import Refusal
from telemetry.records import Converted, Decoded, LogRecord, RefusedRecord, SpanRecord
from telemetry.redaction import Redactor
from traces.counts import count_known_logs

BATCH_RECORDS = 500
BATCH_BYTES = 8 << 20
SHOWN = 160


class NotUnderstood(NamedTuple):
    """Something of a file that was not read as what it looks like."""

    path: str
    line: int
    reason: str
    excerpt: str
    """Redacted."""


class Report:
    """What an import did."""

    def __init__(self) -> None:
        self.documents = 0
        self.records = 0
        self.known = 0
        """Records that were there already."""
        self.kinds: Counter[str] = Counter()
        self.not_understood: list[NotUnderstood] = []


Progress = Callable[[str, Report], None]


class Found(NamedTuple):
    """What one piece of a file became."""

    line: int
    converted: Converted | None
    excerpt: str
    refusal: Refusal | None
    """Why it became nothing; beside `converted`: what is to be said of it."""
    size: int
    kind: str = ""
    """As counted in the report."""


class Importer(ABC):
    """Imports files into one project."""

    door: ClassVar[str]
    """Names the import in rejections."""

    def __init__(self, project_id: int, redactor: Redactor, progress: Progress) -> None:
        self.project_id, self.redactor, self.progress = project_id, redactor, progress
        self.report = Report()

    @abstractmethod
    def add_file(self, path: Path) -> None:
        """Import one file. Raises OSError."""

    def number_repeats(self, logs: list[LogRecord]) -> list[LogRecord]:
        """Equal records told apart, where they are not the same one twice. Of redacted records."""
        return logs

    def store(self, path: Path, found: Iterable[Found]) -> None:
        """Store what a file became, in batches."""
        batch: list[Found] = []
        size = 0
        for each in found:
            batch.append(each)
            size += each.size
            if len(batch) >= BATCH_RECORDS or size >= BATCH_BYTES:
                self._store(path, batch)
                batch, size = [], 0
        self._store(path, batch)

    def _store(self, path: Path, batch: list[Found]) -> None:
        if not batch:
            return
        spans: list[SpanRecord] = []
        logs: list[LogRecord] = []
        told = [found for found in batch if found.refusal is not None]
        for found in batch:
            self.report.documents += 1
            if found.converted is not None:
                spans += found.converted.spans
                logs += found.converted.logs
        redacted = self.redactor.redact(Decoded(spans, logs, [_refused(found) for found in told]))
        lost = [record for record, found in zip(redacted.refused, told, strict=True) if found.converted is None]
        decoded = msgspec.structs.replace(redacted, logs=self.number_repeats(redacted.logs), refused=lost)
        prepared = prepare_decoded(self.project_id, self.door, decoded, time.time_ns())
        self.report.known += count_known_logs(self.project_id, [log.content_hash for log in prepared.logs])
        store_prepared([prepared])
        self.report.records += len(decoded.spans) + len(decoded.logs)
        kinds = [found.kind for found in batch if found.kind]
        self.report.kinds.update(kinds or [log.event_name for log in decoded.logs])
        for found, record in zip(told, redacted.refused, strict=True):
            self.report.not_understood.append(NotUnderstood(str(path), found.line, record.detail, record.excerpt))
        self.progress(str(path), self.report)


def _refused(found: Found) -> RefusedRecord:
    reason, detail = (found.refusal.reason, found.refusal.detail) if found.refusal is not None else ("", "")
    return RefusedRecord(reason, detail, found.excerpt)


def encode_report(report: Report) -> bytes:
    """The report as JSON."""
    return msgspec.json.encode(
        {
            "documents": report.documents,
            "records": report.records,
            "known": report.known,
            "kinds": dict(report.kinds.most_common()),
            "not_understood": [each._asdict() for each in report.not_understood],
        }
    )
