"""Log files of containers and programs into the store."""

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from ingest.importing import SHOWN, Found, Importer, Progress
from telemetry.decode.refusal import Refusal
from telemetry.loglines import Hints, Line, Read, Repeats, read_lines
from telemetry.loglines.containers import read_container_lines
from telemetry.loglines.texts import decode_text
from telemetry.records import Converted, LogRecord
from telemetry.redaction import Redactor

LONGEST_LINE = 16 << 20
"""Bytes. The rest is a line of its own."""
_GZIP = b"\x1f\x8b"
_HEAD_BYTES = 4_096
_POD = re.compile(r"(?P<pod>[a-z0-9.-]+)_[a-z0-9-]+_(?P<container>[a-z0-9-]+)-[0-9a-f]{64}")
_DOCKER_ID = re.compile(r"[0-9a-f]{64}-json")
_SHOWN_ID = 12
_BROKEN = Refusal("not_json", "The line begins like a JSON object and is none: kept as text.")
_REASONS = {"invalid_utf8": Refusal("invalid_utf8", "Bytes of the line are no UTF-8: kept with marks in their place.")}


class LogImporter(Importer):
    """Imports log files of any shape."""

    door = "import_logs"

    def __init__(
        self, project_id: int, redactor: Redactor, progress: Progress, *, service: str = "", offset_ns: int = 0
    ) -> None:
        super().__init__(project_id, redactor, progress)
        self.service, self.offset_ns = service, offset_ns
        self._repeats = Repeats()

    def number_repeats(self, logs: list[LogRecord]) -> list[LogRecord]:
        """Equal lines of one file are several."""
        return self._repeats.number(logs)

    def add_file(self, path: Path) -> None:
        """Import one file. Raises OSError."""
        self._repeats = Repeats()
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            file.seek(0)
            if head.startswith(_GZIP):
                self.store(path, self._read(path, cast(BinaryIO, gzip.GzipFile(fileobj=file))))
            elif b"\0" in head:
                refusal = Refusal("not_text", "The file holds no text: left out.")
                self.store(path, [Found(1, None, "", refusal, 0)])
            else:
                self.store(path, self._read(path, file))

    def _read(self, path: Path, file: BinaryIO) -> Iterator[Found]:
        hints = Hints(self.service or guess_service(path), offset_ns=self.offset_ns)
        last_ns: dict[str, int] = {}
        lines = _Lines(file, hints)
        for read in read_lines(read_container_lines(lines)):
            yield _found(_timed(read, last_ns))
        if lines.failure is not None:
            yield Found(lines.number + 1, None, "", lines.failure, 0)


class _Lines:
    """The lines of a file, as far as it can be read."""

    def __init__(self, file: BinaryIO, hints: Hints) -> None:
        self._file, self._hints = file, hints
        self.number = 0
        self.failure: Refusal | None = None
        """Why what comes after the last line cannot be read."""

    def __iter__(self) -> Iterator[Line]:
        try:
            while line := self._file.readline(LONGEST_LINE):
                self.number += 1
                text, repairs = decode_text(line)
                yield Line(self.number, text, self._hints, repairs)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            self.failure = Refusal("broken_gzip", "The compressed file is broken from here on: the rest is left out.")


def guess_service(path: Path) -> str:
    """The service that a log file is named after, as Kubernetes and Docker name them, or by its stem."""
    name = path.name.removesuffix(".gz")
    stem = name.split(".log", 1)[0] if ".log" in name else name.split(".", 1)[0]
    match = _POD.fullmatch(stem)
    if match is not None:
        return match["container"]
    if _DOCKER_ID.fullmatch(stem):
        return stem[:_SHOWN_ID]
    return path.parent.name if stem.isdigit() else stem


def _timed(read: Read, last_ns: dict[str, int]) -> Read:
    """A line without a time of its own has that of the line before it."""
    record = read.record
    if record is None:
        return read
    service = str(record.resource.attributes.get("service.name", ""))
    if record.time_ns is not None:
        last_ns[service] = record.time_ns
    elif service in last_ns:
        return read._replace(record=msgspec.structs.replace(record, time_ns=last_ns[service]))
    return read


def _found(read: Read) -> Found:
    source = read.source if isinstance(read.source, str) else ""
    if read.record is None:
        return Found(read.number, None, source[:SHOWN], read.refusal, 0)
    told = next((_REASONS[repair.reason] for repair in read.record.repairs if repair.reason in _REASONS), None)
    if read.shape == "broken_json":
        told = _BROKEN
    excerpt = source[:SHOWN] if told is not None else ""
    return Found(read.number, Converted(logs=(read.record,)), excerpt, told, 500 + len(source), read.shape)
