"""`manage.py seed`: the sample missions in a running MissionScope, and how to get in."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.actions import create_api_key
from accounts.bootstrap import FIRST_PROJECT
from accounts.models import Membership, Project
from demo.door import Door, DoorClosed
from demo.samples import SCENARIOS, send_past
from missionscope.server import local_url


class Command(BaseCommand):
    """Makes a key of the project `default`, sends the sample missions with it, prints address, login and key."""

    help = "Send the sample missions to the running server; print its address, who can log in, and a new key."

    def handle(self, *_: Any, **__: Any) -> None:
        project = Project.objects.filter(slug=FIRST_PROJECT).first()
        if project is None:
            raise CommandError("There are no accounts yet: start MissionScope first (make run).")
        key = create_api_key(project, "seed", ("ingest", "read")).key
        self._send(Door(local_url(), key))
        owners = Membership.objects.filter(project=project, role="owner").values_list("user__username", flat=True)
        self.stdout.write(f"URL    {settings.MISSIONSCOPE_URL or local_url()}/")
        self.stdout.write(f"login  {', '.join(owners)}  (a new password: manage.py changepassword NAME)")
        self.stdout.write(f"key    {key}")

    def _send(self, door: Door) -> None:
        try:
            send_past(door, SCENARIOS.values(), seed=time.time_ns(), project=FIRST_PROJECT)
        except DoorClosed as error:
            raise CommandError(f"The server did not take them: {error}") from error
