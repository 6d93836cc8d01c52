"""`python -m bench.metrics`: metrics, logs and spans taken in at the same time, and questions over thirty days."""

import argparse
import json
import os

from bench.metrics.asking import measure_asking
from bench.metrics.sending import measure_sending
from bench.stage7.machine import started


def main() -> None:
    """Each part with a server and a database of its own; a line of JSON for each."""
    chosen = read_arguments()
    parts = {"sending": lambda machine: measure_sending(machine, chosen.seconds), "asking": measure_asking}
    for database in chosen.databases.split(","):
        for name in chosen.parts.split(","):
            load = os.getloadavg()[0]
            with started(database) as machine:
                found = parts[name](machine)
            loads = [round(load, 1), round(os.getloadavg()[0], 1)]
            print(json.dumps({"part": name, "database": database, **found, "load_average": loads}), flush=True)


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.metrics", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="of sending (default 60)")
    parser.add_argument("--databases", default="sqlite,postgres", help="postgres by DATABASE_URL, Redis by REDIS_URL")
    parser.add_argument("--parts", default="sending,asking")
    return parser.parse_args()


if __name__ == "__main__":
    main()
