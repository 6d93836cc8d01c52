"""Source maps made ready for looking up, kept because that takes far longer than a look."""

from collections import OrderedDict
from threading import Lock

import zstandard
from symbolic.exceptions import SymbolicError
from symbolic.sourcemapcache import SourceMapCache, SourceMapCacheToken

from faults.sourcemaps.models import SourceMap

KEPT_BYTES = 64 << 20
"""Of maps as they were uploaded; at least one is kept."""
CONTEXT_LINES = 5


class _Ready:
    def __init__(self, cache: SourceMapCache, size_bytes: int) -> None:
        self.cache, self.size_bytes = cache, size_bytes


_ready: OrderedDict[tuple[int, bytes], _Ready] = OrderedDict()
"""By project and digest."""
_lock = Lock()


def look_up(project_id: int, pk: int, digest: bytes, *, line: int, column: int) -> SourceMapCacheToken | None:
    """Where a place of the minified file was written, counted from 1; None when the map says nothing of it."""
    place = (project_id, digest)
    with _lock:
        ready = _ready.get(place)
        if ready is None:
            ready = _make(project_id, pk)
            if ready is None:
                return None
            _keep(place, ready)
        _ready.move_to_end(place)
        try:
            return ready.cache.lookup(line, column, CONTEXT_LINES)
        except SymbolicError:
            return None


def _make(project_id: int, pk: int) -> _Ready | None:
    row = SourceMap.objects.filter(project_id=project_id, pk=pk).only("source_map", "minified", "size_bytes").first()
    if row is None:
        return None
    minified = b"" if row.minified is None else zstandard.decompress(bytes(row.minified))
    try:
        cache = SourceMapCache.from_bytes(minified, zstandard.decompress(bytes(row.source_map)))
    except SymbolicError:
        return None
    return _Ready(cache, row.size_bytes)


def _keep(place: tuple[int, bytes], ready: _Ready) -> None:
    _ready[place] = ready
    held = sum(each.size_bytes for each in _ready.values())
    while held > KEPT_BYTES and len(_ready) > 1:
        held -= _ready.popitem(last=False)[1].size_bytes
