"""Exports of stage7's database and logs of its containers into the store."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ingest.importing import SHOWN, Found, Importer, Progress
from telemetry import stage7
from telemetry.decode.plain import clean_item
from telemetry.decode.refusal import Refusal
from telemetry.records import Converted
from telemetry.redaction import Redactor
from telemetry.stage7.container_logs import LoggedEvent, Unread, read_log_lines
from telemetry.stage7.exports import split_documents
from telemetry.stage7.shell_syntax import read_document

CHUNK_CHARACTERS = 1 << 20
EVENTS, AGENTS, MISSIONS = "events", "agents", "missions"


class Stage7Importer(Importer):
    """Imports files of one kind: `export` or `log`, or `auto`."""

    door = "import_stage7"

    def __init__(
        self,
        project_id: int,
        redactor: Redactor,
        progress: Progress,
        *,
        kind: str = "auto",
        collection: str = "",
        offset_ns: int = 0,
    ) -> None:
        super().__init__(project_id, redactor, progress)
        self.kind, self.collection, self.offset_ns = kind, collection, offset_ns

    def add_file(self, path: Path) -> None:
        """Import one file. Raises OSError."""
        kind = guess_kind(path) if self.kind == "auto" else self.kind
        with path.open(encoding="utf-8", errors="replace") as file:
            self.store(path, self._read_log(path, file) if kind == "log" else self._read_export(path, file))

    def _read_export(self, path: Path, file: Any) -> Iterator[Found]:
        collection = self.collection or guess_collection(path)
        for piece in split_documents(iter(lambda: file.read(CHUNK_CHARACTERS), "")):
            try:
                document = read_document(piece.text)
                converted = self._convert(as_stored(document, collection))
            except Refusal as refusal:
                yield Found(piece.line, None, piece.text[:SHOWN], refusal, len(piece.text))
            else:
                yield Found(piece.line, converted, "", None, len(piece.text))

    def _read_log(self, path: Path, lines: Iterable[str]) -> Iterator[Found]:
        service = path.stem.split(".")[0]
        for each in read_log_lines(lines, service=service, offset_ns=self.offset_ns):
            if isinstance(each, LoggedEvent):
                try:
                    converted = self._convert({"data": each.document, "storageType": "mongo", "collection": EVENTS})
                except Refusal as refusal:
                    yield Found(each.line, None, "", refusal, 0)
                else:
                    yield Found(each.line, converted, "", None, 2_000)
            elif isinstance(each, Unread):
                broken = Refusal("event_not_read", "The line shows an event that is not whole.")
                yield Found(each.line, None, each.text[:SHOWN], broken, 0)
            else:
                yield Found(each.line, Converted(logs=(each.record,)), "", None, 500)

    def _convert(self, item: Any) -> Converted:
        value, _ = clean_item(item)
        return stage7.convert("storeData", value, time.time_ns())


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
