"""Source maps: uploaded for a release or by debug id, applied to the frames of minified JavaScript."""

from faults.sourcemaps.resolving import resolve

__all__ = ["resolve"]
