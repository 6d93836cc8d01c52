"""Frames of minified code to where they were written."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from django.db.models import Q
from symbolic.sourcemapcache import SourceMapCacheToken

from faults.sourcemaps.caches import look_up
from faults.sourcemaps.models import SourceMap
from faults.sourcemaps.uploads import list_urls, read_debug_id
from telemetry.stacktraces.frames import Frame
from telemetry.stacktraces.ownership import is_own_path

MOST_FILES = 100
"""Files of one stack that are looked for."""
_NAMELESS = ("", "<anonymous>", "<unknown>")
_BUNDLER_PREFIXES = ("webpack://", "webpack-internal:///", "turbopack://", "ng://", "rollup://", "parcel://")


class _Map(NamedTuple):
    pk: int
    digest: bytes


def resolve(
    project_id: int, frames: Sequence[Frame], release: str, debug_ids: Mapping[str, str] | None = None
) -> tuple[Frame, ...]:
    """The frames, those of a file whose source map was uploaded as they were written. Never raises.

    A file is told by its debug id (`debug_ids`: file to id), else by the release and its address.
    """
    files = list(dict.fromkeys(frame.file for frame in frames if _is_minified(frame)))[:MOST_FILES]
    maps = _find_maps(project_id, files, release, debug_ids or {}) if files else {}
    return tuple(_resolve(project_id, frame, maps) for frame in frames) if maps else tuple(frames)


def _is_minified(frame: Frame) -> bool:
    """May a map say more of it? Minified code is long lines, so a column is needed."""
    return bool(frame.file) and frame.line is not None and frame.column is not None and not frame.mapped_from


def _find_maps(project_id: int, files: Iterable[str], release: str, debug_ids: Mapping[str, str]) -> dict[str, _Map]:
    ids = {file: read_debug_id(debug_ids.get(file, "")) for file in files}
    urls = {file: list_urls(file) for file in files}
    wanted = Q(debug_id__in=[debug_id for debug_id in ids.values() if debug_id])
    if release:
        wanted |= Q(release=release, url__in=[url for several in urls.values() for url in several])
    by_id: dict[str, _Map] = {}
    by_url: dict[str, _Map] = {}
    rows = SourceMap.objects.filter(wanted, project_id=project_id).order_by("uploaded_ns", "pk")
    for pk, digest, debug_id, of_release, url in rows.values_list("pk", "digest", "debug_id", "release", "url"):
        found = _Map(pk, bytes(digest))
        if debug_id:
            by_id[debug_id] = found
        if of_release == release and url:
            by_url[url] = found
    chosen = {
        file: by_id.get(ids[file]) or next((by_url[url] for url in urls[file] if url in by_url), None) for file in files
    }
    return {file: found for file, found in chosen.items() if found is not None}


def _resolve(project_id: int, frame: Frame, maps: Mapping[str, _Map]) -> Frame:
    found = maps.get(frame.file) if _is_minified(frame) else None
    if found is None or frame.line is None or frame.column is None:
        return frame
    token = look_up(project_id, found.pk, found.digest, line=frame.line, column=frame.column)
    return frame if token is None or not token.src else _mapped(frame, token)


def _mapped(frame: Frame, token: SourceMapCacheToken) -> Frame:
    file = _plain_path(token.src or "")
    function = token.function_name or ""
    return msgspec.structs.replace(
        frame,
        file=file,
        function=frame.function if function in _NAMELESS else function,
        line=token.line,
        column=token.col,
        source=(token.context_line or "").rstrip("\r\n"),
        before=tuple(line.rstrip("\r\n") for line in token.pre_context),
        after=tuple(line.rstrip("\r\n") for line in token.post_context),
        in_app=is_own_path(file),
        mapped_from=f"{frame.file}:{frame.line}:{frame.column}",
    )


def _plain_path(source: str) -> str:
    """The path of a source as people know it: without a bundler's scheme and namespace, and steps up at its start."""
    for prefix in _BUNDLER_PREFIXES:
        if source.startswith(prefix):
            rest = source[len(prefix) :]
            source = rest.partition("/")[2] if not rest.startswith(("./", "/")) and "/" in rest else rest.lstrip("/")
    while source.startswith(("../", "./")):
        source = source.partition("/")[2]
    return source or "(unknown)"
