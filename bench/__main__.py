"""`python -m bench`: how much MissionScope takes in, how soon it shows it, how much room it takes."""

import argparse
import asyncio
import json
import os
import shutil
import sys
import time
from pathlib import Path

from bench import harness

harness.register()

from bench.session import BenchSession, Scale  # noqa: E402
from bench.table import make_table  # noqa: E402

WORK = Path(__file__).resolve().parent / "work"


def main() -> None:
    """Measure on each database in turn; write JSON and tables."""
    chosen = read_arguments()
    scale = Scale(quick=chosen.quick)
    spans = min(chosen.spans, 5_000) if chosen.quick else chosen.spans
    corpus = harness.make_corpus(WORK, spans, seed=7)
    extra = harness.make_corpus(WORK, scale.extra_spans, seed=9)
    out = Path(chosen.out or WORK / time.strftime("%Y%m%d-%H%M%S"))
    out.mkdir(parents=True, exist_ok=True)
    tables = []
    for database in chosen.databases.split(","):
        peers = [peer.partition(":") for peer in chosen.beside]
        arguments = harness.make_arguments(
            corpus=str(corpus),
            target=[f"missionscope:{database}", *(f"{name}:{database}" for name, _, _ in peers)],
            bin=[f"{name}={folder}" for name, _, folder in peers],
            out=str(out / database),
            work=str(WORK / f"run-{os.getpid()}"),
            reps=scale.reps,
            freshness=5 if chosen.quick else 15,
            restarts=1 if chosen.quick else 2,
            nice=chosen.nice,
            keep=chosen.keep,
        )
        session = BenchSession(arguments, extra, scale)
        shutil.rmtree(session.work, ignore_errors=True)
        session.work.mkdir(parents=True)
        asyncio.run(session.go())
        tables.append(make_table(json.loads((out / f"{database}.json").read_text()), database))
        (out / "table.md").write_text("\n".join(tables))
    print("\n".join(tables))
    print(f"\nEverything: {out}", file=sys.stderr)


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--spans", type=int, default=30_000, help="size of the corpus (default 30000)")
    parser.add_argument("--databases", default="sqlite,postgres", help="default sqlite,postgres")
    parser.add_argument("--quick", action="store_true", help="few spans, few repetitions: does it run?")
    parser.add_argument("--with", dest="beside", action="append", default=[], metavar="NAME:BIN",
                        help="another system beside it in the same run, e.g. phoenix:/path/to/venv/bin")  # fmt: skip
    parser.add_argument("--nice", type=int, default=0, help="niceness of servers and exporters (negative: root)")
    parser.add_argument("--out", help="folder for the results (default bench/work/TIME)")
    parser.add_argument("--keep", action="store_true", help="keep the servers' data")
    return parser.parse_args()


if __name__ == "__main__":
    main()
