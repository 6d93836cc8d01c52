"""`manage.py tap`: stands in front of stage7's services and records what passes. Opens no database."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from tap.cli import HELP, add_arguments, run_with


class Command(BaseCommand):
    """Taps until SIGTERM or SIGINT."""

    help = HELP
    requires_system_checks: list[str] = []  # noqa: RUF012 — Django's own declaration

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The same as of `python -m tap`."""
        add_arguments(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        """Run it."""
        run_with(options["tap"])
