"""`python -m bench.metrics.filling`: thirty days of a derived metric, beside the server whose database it is."""

import os
import random
import time
from itertools import pairwise
from typing import Any

DAYS, SPANS = 30, 1_000_000
MODELS, AGENTS = 6, 5
NAME = "missionscope.llm.duration"
VALUES = 3
"""Calls in a minute that has any."""


def main() -> None:
    """Every series, one transaction each."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "missionscope.settings"
    import django

    django.setup()
    from django.db import transaction

    from metrics.levels import MINUTE_NS

    chance = random.Random(5)
    until_ns = time.time_ns() // MINUTE_NS * MINUTE_NS
    labels = [
        {"model": f"model-{model}", "agent": f"agent-{agent}", "error": error}
        for model in range(MODELS)
        for agent in range(AGENTS)
        for error in ("false", "true")
    ]
    for told in labels:
        with transaction.atomic():
            fill(told, chance.sample(range(DAYS * 1440), SPANS // len(labels) // VALUES), until_ns, chance)


def fill(labels: dict[str, str], minutes: list[int], until_ns: int, chance: Any) -> None:
    """One series with calls in these minutes, and all longer buckets."""
    from django.db import connection

    from accounts.models import Project
    from metrics.incoming import derived_series
    from metrics.levels import LEVELS_S, MINUTE_NS, MINUTE_S, floor_ns
    from metrics.rollups import RollupRow, compute_merged, write_changes, write_rollups
    from metrics.series import ensure_series, extend_series
    from metrics.sketches.codec import encode_sketch
    from metrics.sketches.sketch import sketch_values

    project_id = Project.objects.get(slug="default").pk
    series_hash, series = derived_series(NAME, "histogram", "s", "", "brain", labels)
    with connection.cursor() as cursor:
        key = ensure_series(cursor, project_id, {series_hash: series}, until_ns)[series_hash]
        rows = []
        for place in minutes:
            values = [chance.lognormvariate(0.5, 1.0) for _ in range(VALUES)]
            spread = (len(values), sum(values), min(values), max(values), values[-1])
            sketch = encode_sketch(sketch_values(values))
            rows.append(RollupRow(key, MINUTE_S, until_ns - place * MINUTE_NS, project_id, *spread, None, sketch))
        write_rollups(cursor, rows)
        for levels in pairwise(LEVELS_S):
            pairs = {(key, floor_ns(row.bucket_ns, levels[1])) for row in rows}
            write_changes(cursor, levels[1], compute_merged(cursor, project_id, levels, pairs))
        extend_series(cursor, [(key, until_ns - DAYS * 1440 * MINUTE_NS, until_ns)])


if __name__ == "__main__":
    main()
