"""A small line of a tile. Pure."""

from collections.abc import Sequence

WIDTH, HEIGHT = 120, 28


def draw_spark(points: Sequence[tuple[int, float | None]]) -> list[str]:
    """Polylines (`x,y x,y`) in a box of WIDTH × HEIGHT, one for each stretch without a gap."""
    known = [value for _, value in points if value is not None]
    if len(points) < 2 or not known:
        return []
    top = max(known) or 1.0
    lines: list[list[str]] = [[]]
    for index, (_, value) in enumerate(points):
        if value is None:
            lines.append([])
            continue
        x = index * WIDTH / (len(points) - 1)
        y = (HEIGHT - 2) - value / top * (HEIGHT - 4)
        lines[-1].append(f"{x:.1f},{y:.1f}")
    return [" ".join(_widened(line)) for line in lines if line]


def _widened(line: list[str]) -> list[str]:
    """A lone point becomes a short stroke, or nothing would be drawn."""
    if len(line) > 1:
        return line
    x, _, y = line[0].partition(",")
    return [line[0], f"{float(x) + 1:.1f},{y}"]
