"""`manage.py send_demo`: sample missions, posted to a running server over OTLP/HTTP."""

import argparse
import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo.door import Door, DoorClosed
from demo.samples import SCENARIOS, play_live, send_told


class Command(BaseCommand):
    """Sends sample missions; each run makes new ones unless `--seed` repeats an earlier run."""

    help = "Send sample missions to a running server through its OTLP/HTTP door."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        host = os.environ.get("MISSIONSCOPE_HOST", "127.0.0.1")
        port = os.environ.get("MISSIONSCOPE_PORT", "8700")
        parser.add_argument("--url", default=f"http://{host}:{port}", help="the server (default: %(default)s)")
        parser.add_argument(
            "--key", default=os.environ.get("MISSIONSCOPE_BOOTSTRAP_KEY", ""), help="an API key of the project"
        )
        parser.add_argument(
            "--scenario", action="append", choices=sorted(SCENARIOS), help="only this one; may be repeated"
        )
        parser.add_argument("--live", action="store_true", help="post record by record, as if it happened now")
        parser.add_argument(
            "--seed", type=int, help="the same seed gives the same mission ids (default: from the clock)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["key"]:
            raise CommandError("no API key: give --key or set MISSIONSCOPE_BOOTSTRAP_KEY")
        door = Door(options["url"], options["key"])
        seed = time.time_ns() if options["seed"] is None else options["seed"]
        for slug in options["scenario"] or self._default(options["live"]):
            send = play_live if options["live"] else send_told
            try:
                mission_id = send(SCENARIOS[slug], door, seed=seed)
            except DoorClosed as closed:
                raise CommandError(str(closed)) from closed
            self.stdout.write(f"{slug}: {mission_id}")

    def _default(self, live: bool) -> list[str]:
        return [slug for slug, scenario in SCENARIOS.items() if scenario.is_live or not live]
