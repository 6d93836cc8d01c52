"""`manage.py import_stage7`: exports of stage7's database and logs of its containers."""

import argparse
from typing import Any

from ingest.import_command import ImportCommand
from ingest.importing import Importer, Progress
from ingest.importing_stage7 import Stage7Importer
from telemetry.redaction import Redactor


class Command(ImportCommand):
    """Imports files; the same file again changes nothing."""

    help = "Import exports of stage7's collections (JSON, NDJSON, the shell's syntax) and logs of its containers."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--kind", choices=("auto", "export", "log"), default="auto", help="what the files are")
        parser.add_argument("--collection", default="", help="of the exports (default: by the name)")

    def make_importer(
        self, project_id: int, redactor: Redactor, progress: Progress, offset_ns: int, options: dict[str, Any]
    ) -> Importer:
        """What imports the files."""
        return Stage7Importer(
            project_id,
            redactor,
            progress,
            kind=options["kind"],
            collection=options["collection"],
            offset_ns=offset_ns,
        )
