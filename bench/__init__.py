"""Measures of MissionScope: `python -m bench --help`, docs/benchmarks.md."""
