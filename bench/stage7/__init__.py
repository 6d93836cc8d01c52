"""stage7's doors under load: `python -m bench.stage7 --help`, docs/benchmarks.md."""
