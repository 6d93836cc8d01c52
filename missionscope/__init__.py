"""MissionScope's entrances, settings and processes."""

from core.memory import collect_seldom

collect_seldom()
