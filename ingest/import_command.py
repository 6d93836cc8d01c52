"""What the commands that import files have in common: their arguments, progress and report."""

import argparse
import re
from abc import abstractmethod
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.selectors import find_tenant
from core.jobs import wake
from ingest.importing import Importer, Progress, Report, encode_report
from ingest.redactors import get_redactor
from telemetry.redaction import Redactor

MOST_SHOWN = 20
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


class ImportCommand(BaseCommand):
    """Imports files; the same file again changes nothing."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files, or folders of them")
        parser.add_argument("--project", default="default", help="the project's short name (default: %(default)s)")
        parser.add_argument("--offset", default="+00:00", help="what times without a zone are ahead of UTC, as +02:00")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    @abstractmethod
    def make_importer(
        self, project_id: int, redactor: Redactor, progress: Progress, offset_ns: int, options: dict[str, Any]
    ) -> Importer:
        """What imports the files."""

    def handle(self, *args: Any, **options: Any) -> None:
        project = find_tenant(options["project"])
        if project is None:
            raise CommandError(f"There is no project {options['project']!r}.")
        progress = self._show_progress if options["verbosity"] and not options["json"] else _be_quiet
        redactor = get_redactor(project.redaction_key)
        importer = self.make_importer(project.pk, redactor, progress, _read_offset(options["offset"]), options)
        for path in _list_files(options["paths"]):
            try:
                importer.add_file(path)
            except OSError as error:
                raise CommandError(f"{path}: {error.strerror or type(error).__name__}") from None
        for job in ("analysis.attribute", "analysis.recompute", "search.index"):
            wake(job)
        self._show(importer.report, as_json=options["json"])

    def _show_progress(self, path: str, report: Report) -> None:
        self.stderr.write(f"\r{path}: {report.documents} read, {report.records} records", ending="")

    def _show(self, report: Report, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(encode_report(report).decode())
            return
        self.stderr.write("")
        new = report.records - report.known
        self.stdout.write(f"{report.documents} documents and lines: {new} new records, {report.known} known before.")
        for kind, count in report.kinds.most_common():
            self.stdout.write(f"  {count:>8}  {kind}")
        if report.not_understood:
            self.stdout.write(f"{len(report.not_understood)} were not understood:")
        for each in report.not_understood[:MOST_SHOWN]:
            self.stdout.write(f"  {each.path}:{each.line}: {each.reason} {each.excerpt}")
        if len(report.not_understood) > MOST_SHOWN:
            self.stdout.write(f"  and {len(report.not_understood) - MOST_SHOWN} more (--json shows all).")


def _be_quiet(path: str, report: Report) -> None:
    """No progress is shown."""


def _list_files(paths: list[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise CommandError(f"{path}: there is no such file.")
        files += sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    return files


def _read_offset(text: str) -> int:
    match = _OFFSET.fullmatch(text)
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        raise CommandError(f"--offset {text!r}: write it as +02:00 or -05:00.")
    minutes = int(match[2]) * 60 + int(match[3])
    return minutes * 60_000_000_000 * (1 if match[1] == "+" else -1)
