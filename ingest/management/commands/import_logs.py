"""`manage.py import_logs`: log files of containers and programs."""

import argparse
from typing import Any

from ingest.import_command import ImportCommand
from ingest.importing import Importer, Progress
from ingest.importing_logs import LogImporter
from telemetry.redaction import Redactor


class Command(ImportCommand):
    """Imports files; the same file again, also grown, adds what is new and changes nothing else."""

    help = "Import log files of containers (Docker, Kubernetes, compose) and programs, plain or compressed by gzip."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--service", default="", help="of lines that name none (default: by the file's name)")

    def make_importer(
        self, project_id: int, redactor: Redactor, progress: Progress, offset_ns: int, options: dict[str, Any]
    ) -> Importer:
        """What imports the files."""
        return LogImporter(project_id, redactor, progress, service=options["service"], offset_ns=offset_ns)
