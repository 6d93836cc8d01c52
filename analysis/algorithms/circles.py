"""Circles in a graph given by what each node points to. Pure, linear, without recursion."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence


def find_circles(points_to: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """Every set of nodes that reach each other, and every node that points to itself; in order of their first node.

    Nodes of a circle are in increasing order.
    """
    numbers: dict[int, int] = {}
    lowest: dict[int, int] = {}
    path: list[int] = []
    on_path: set[int] = set()
    found: list[list[int]] = []
    for first in points_to:
        work = [(first, 0)] if first not in numbers else []
        while work:
            node, place = work.pop()
            if place == 0:
                numbers[node] = lowest[node] = len(numbers)
                path.append(node)
                on_path.add(node)
            targets = points_to.get(node, ())
            if place < len(targets):
                work.append((node, place + 1))
                target = targets[place]
                if target not in numbers:
                    work.append((target, 0))
                elif target in on_path:
                    lowest[node] = min(lowest[node], numbers[target])
                continue
            if work:
                above = work[-1][0]
                lowest[above] = min(lowest[above], lowest[node])
            if lowest[node] == numbers[node]:
                circle = _take(path, on_path, node)
                if len(circle) > 1 or node in targets:
                    found.append(sorted(circle))
    return sorted(found)


def number_circles(count: int, arcs: Iterable[tuple[int, int]]) -> list[int]:
    """By node: the first node of the circle it lies on, or -1."""
    points_to: dict[int, list[int]] = defaultdict(list)
    for source, target in arcs:
        points_to[source].append(target)
    numbers = [-1] * count
    for circle in find_circles(points_to):
        for node in circle:
            numbers[node] = circle[0]
    return numbers


def _take(path: list[int], on_path: set[int], node: int) -> list[int]:
    taken: list[int] = []
    while True:
        taken.append(path.pop())
        on_path.discard(taken[-1])
        if taken[-1] == node:
            return taken
