"""Files into the store: the records of exports and container logs go the way that requests go."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ingest.commit import store_prepared
from ingest.prepare import prepare_decoded
from telemetry import stage7
from telemetry.decode.plain import clean_item
from telemetry.decode.refusal import Refusal
from telemetry.records import Converted, Decoded, LogRecord, RefusedRecord, SpanRecord
from telemetry.redaction import Redactor
from telemetry.stage7.container_logs import LoggedEvent, Unread, read_log_lines
from telemetry.stage7.exports import split_documents
from telemetry.stage7.shell_syntax import read_document
from traces.counts import count_known_logs

DOOR = "import_stage7"
BATCH_RECORDS = 500
BATCH_BYTES = 8 << 20
CHUNK_CHARACTERS = 1 << 20
SHOWN = 160
EVENTS, AGENTS, MISSIONS = "events", "agents", "missions"


class NotUnderstood(NamedTuple):
    """Something of a file that became no record."""

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


class _Found(NamedTuple):
    line: int
    converted: Converted | None
    excerpt: str
    refusal: Refusal | None
    size: int


class Importer:
    """Imports files into one project."""

    def __init__(
        self,
        project_id: int,
        redactor: Redactor,
        *,
        collection: str = "",
        offset_ns: int = 0,
        progress: Callable[[str, Report], None] = lambda path, report: None,
    ) -> None:
        self.project_id, self.redactor = project_id, redactor
        self.collection, self.offset_ns, self.progress = collection, offset_ns, progress
        self.report = Report()

    def add_file(self, path: Path, kind: str) -> None:
        """Import one file: `export` or `log`, or `auto`. Raises OSError."""
        kind = guess_kind(path) if kind == "auto" else kind
        with path.open(encoding="utf-8", errors="replace") as file:
            found = self._read_log(path, file) if kind == "log" else self._read_export(path, file)
            batch: list[_Found] = []
            size = 0
            for each in found:
                batch.append(each)
                size += each.size
                if len(batch) >= BATCH_RECORDS or size >= BATCH_BYTES:
                    self._store(path, batch)
                    batch, size = [], 0
            self._store(path, batch)

    def _read_export(self, path: Path, file: Any) -> Iterator[_Found]:
        collection = self.collection or guess_collection(path)
        for piece in split_documents(iter(lambda: file.read(CHUNK_CHARACTERS), "")):
            try:
                document = read_document(piece.text)
                converted = self._convert(as_stored(document, collection))
            except Refusal as refusal:
                yield _Found(piece.line, None, piece.text[:SHOWN], refusal, len(piece.text))
            else:
                yield _Found(piece.line, converted, "", None, len(piece.text))

    def _read_log(self, path: Path, lines: Iterable[str]) -> Iterator[_Found]:
        service = path.stem.split(".")[0]
        for each in read_log_lines(lines, service=service, offset_ns=self.offset_ns):
            if isinstance(each, LoggedEvent):
                try:
                    converted = self._convert({"data": each.document, "storageType": "mongo", "collection": EVENTS})
                except Refusal as refusal:
                    yield _Found(each.line, None, "", refusal, 0)
                else:
                    yield _Found(each.line, converted, "", None, 2_000)
            elif isinstance(each, Unread):
                broken = Refusal("event_not_read", "The line shows an event that is not whole.")
                yield _Found(each.line, None, each.text[:SHOWN], broken, 0)
            else:
                yield _Found(each.line, Converted(logs=(each.record,)), "", None, 500)

    def _convert(self, item: Any) -> Converted:
        value, _ = clean_item(item)
        return stage7.convert("storeData", value, time.time_ns())

    def _store(self, path: Path, batch: list[_Found]) -> None:
        if not batch:
            return
        spans: list[SpanRecord] = []
        logs: list[LogRecord] = []
        refused: list[RefusedRecord] = []
        for found in batch:
            self.report.documents += 1
            if found.converted is not None:
                spans += found.converted.spans
                logs += found.converted.logs
            elif found.refusal is not None:
                refused.append(RefusedRecord(found.refusal.reason, found.refusal.detail, found.excerpt))
        decoded = self.redactor.redact(Decoded(spans, logs, refused))
        prepared = prepare_decoded(self.project_id, DOOR, decoded, time.time_ns())
        self.report.known += count_known_logs(self.project_id, [log.content_hash for log in prepared.logs])
        store_prepared([prepared])
        self.report.records += len(decoded.spans) + len(decoded.logs)
        self.report.kinds.update(log.event_name for log in decoded.logs)
        lines = [found.line for found in batch if found.converted is None]
        for line, record in zip(lines, decoded.refused, strict=False):
            self.report.not_understood.append(NotUnderstood(str(path), line, record.detail, record.excerpt))
        self.progress(str(path), self.report)


def as_stored(document: Any, collection: str) -> Any:
    """A document of an export as the body that it was stored with. A file may hold such bodies themselves."""
    if not isinstance(document, dict):
        raise Refusal("not_an_object", "The document is not an object.")
    if "storageType" in document or "data" in document:
        return document
    return {"data": document, "storageType": "mongo", "collection": collection or guess_by_fields(document)}


def guess_by_fields(document: dict[str, Any]) -> str:
    """The collection that a document looks like it is from."""
    if "eventType" in document:
        return EVENTS
    if "goal" in document and "status" in document:
        return MISSIONS
    return AGENTS if "missionId" in document and "conversation" in document else "documents"


def guess_collection(path: Path) -> str:
    """The collection that a file is named after, as exports are; empty when it is named otherwise."""
    stem = path.name.split(".")[-2] if path.name.count(".") else path.name
    known = {"agents", "missions", "step-outputs", "deliverables", "mcsdata"}
    return stem if stem in known else ""


def guess_kind(path: Path) -> str:
    """Is it a container's log, or an export?"""
    if path.suffix in (".log", ".txt"):
        return "log"
    with path.open(encoding="utf-8", errors="replace") as file:
        head = file.read(4_096).lstrip("\ufeff \t\r\n")
    is_export = head[:1] in ("{", "[") or head.startswith(("/*", "//"))
    return "export" if is_export else "log"


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
