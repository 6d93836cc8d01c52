"""Which nodes of a directed graph lie on a cycle."""

from collections.abc import Iterable


def find_cycles(count: int, arcs: Iterable[tuple[int, int]]) -> list[int]:
    """By node: the number of the cycle it lies on (nodes that reach one another have the same), or -1. Linear."""
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in arcs:
        after[source].append(target)
    return _Components(after).find()


class _Components:
    """Strongly connected components by Tarjan's algorithm, with a stack of its own: chains are long."""

    def __init__(self, after: list[list[int]]) -> None:
        self.after = after
        self.order = [-1] * len(after)
        self.low = [0] * len(after)
        self.cycles = [-1] * len(after)
        self.open: list[int] = []
        self.is_open = bytearray(len(after))
        self.seen = 0

    def find(self) -> list[int]:
        for first in range(len(self.after)):
            if self.order[first] < 0 and self.after[first]:
                self._walk(first)
        return self.cycles

    def _walk(self, first: int) -> None:
        self._enter(first)
        path = [(first, iter(self.after[first]))]
        while path:
            at, rest = path[-1]
            following = next(rest, None)
            if following is None:
                path.pop()
                if path:
                    self.low[path[-1][0]] = min(self.low[path[-1][0]], self.low[at])
                self._leave(at)
            elif self.order[following] < 0:
                self._enter(following)
                path.append((following, iter(self.after[following])))
            elif self.is_open[following]:
                self.low[at] = min(self.low[at], self.order[following])

    def _enter(self, at: int) -> None:
        self.order[at] = self.low[at] = self.seen
        self.seen += 1
        self.open.append(at)
        self.is_open[at] = True

    def _leave(self, at: int) -> None:
        if self.low[at] != self.order[at]:
            return
        component: list[int] = []
        while not component or component[-1] != at:
            component.append(self.open.pop())
            self.is_open[component[-1]] = False
        if len(component) > 1 or at in self.after[at]:
            for each in component:
                self.cycles[each] = self.order[at]
