"""The command line, the same for `manage.py tap` and `python -m tap`."""

import argparse

from tap.running import run
from tap.settings import FORM, read_settings

HELP = "Stand in front of stage7's services, pass everything on, and send MissionScope what passes (docs/tap.md)."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be given."""
    parser.add_argument(
        "--tap",
        action="append",
        default=[],
        metavar=FORM,
        help="listen there for callers of the service at the address; KIND is librarian, brain,"
        " capabilitiesmanager or postoffice; may be repeated",
    )


def run_with(taps: list[str]) -> None:
    """Tap until the process is told to end."""
    run(read_settings(taps))
