"""`python -m tap`: the tap alone, for a small container; needs no settings of MissionScope's own."""

import argparse
import sys

import structlog

from tap.cli import HELP, add_arguments, run_with


def main() -> None:
    """Run with logs as JSON lines on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    parser = argparse.ArgumentParser(prog="python -m tap", description=HELP)
    add_arguments(parser)
    run_with(parser.parse_args().tap)


if __name__ == "__main__":
    main()
