"""`python -m bench.stage7`: what stage7's doors take in, how soon it is shown, what it costs."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from bench.stage7.bodies import measure_calls, measure_large, measure_pushes
from bench.stage7.intake import make_missions, measure_intake
from bench.stage7.machine import Machine, started
from bench.stage7.watching import measure_live

PARTS = ("many", "one", "single", "live", "calls", "pushes", "large")


def main() -> None:
    """Each part with a server and a database of its own; a line of JSON for each."""
    chosen = read_arguments()
    parts = make_parts(chosen.events)
    for round_number in range(chosen.rounds):
        for database in chosen.databases.split(","):
            for name in chosen.parts.split(","):
                load = os.getloadavg()[0]
                with started(database) as machine:
                    found = parts[name](machine)
                loads = [round(load, 1), round(os.getloadavg()[0], 1)]
                where = {"part": name, "database": database, "round": round_number}
                print(json.dumps({**where, **found, "load_average": loads}), flush=True)


def make_parts(events: int) -> dict[str, Callable[[Machine], dict[str, Any]]]:
    """What is measured, by name. `events` of the large loads."""

    def take_in(count: int, missions: int, lines: int, senders: int) -> Callable[[Machine], dict[str, Any]]:
        made = make_missions(count, missions, run=str(os.getpid()))
        return lambda machine: measure_intake(machine, made, lines=lines, senders=senders)

    return {
        "many": take_in(events, max(1, events // 200), 500, 4),
        "one": take_in(events, 1, 500, 4),
        "single": take_in(events // 10, max(1, events // 2_000), 1, 8),
        "live": lambda machine: measure_live(machine, steps=71, seconds=70),
        "calls": lambda machine: measure_calls(machine, calls=131, seconds=30),
        "pushes": lambda machine: measure_pushes(machine, steps=100, changed=3, seconds=60),
        "large": lambda machine: measure_large(machine, (5, 20, 50, 70)),
    }


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.stage7", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000, help="of a large load (default 100000)")
    parser.add_argument("--databases", default="sqlite,postgres", help="postgres by DATABASE_URL, Redis by REDIS_URL")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"default {','.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    unknown = set(chosen.parts.split(",")) - set(PARTS)
    if unknown:
        sys.exit(f"no such part: {', '.join(sorted(unknown))}")
    return chosen


if __name__ == "__main__":
    main()
