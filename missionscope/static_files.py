"""The files that pages load, answered before Django: its middleware would cost more than the file.

Collected (MISSIONSCOPE_STATIC_COLLECTED=1): found once at the start, compressed, named by content, kept for ever by
browsers. Not collected: looked up at each request in the folders of the project and its packages, revalidated by ETag.
"""

import re
from asyncio import to_thread
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from whitenoise import WhiteNoise
from whitenoise.responders import Response

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PART_BYTES = 256 << 10
_NAMED_BY_CONTENT = re.compile(r"\.[0-9a-f]{12}\.[^/]+$")
_ASKED = {
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"range": "HTTP_RANGE",
}


class StaticFiles:
    """An ASGI callable for the paths under STATIC_URL."""

    def __init__(self) -> None:
        self.files = WhiteNoise(
            None,
            autorefresh=not settings.IS_STATIC_COLLECTED,
            max_age=3600 if settings.IS_STATIC_COLLECTED else 0,
            allow_all_origins=False,
            add_headers_function=_add_headers,
            immutable_file_test=lambda _path, url: bool(_NAMED_BY_CONTENT.search(url)),
        )
        for folder in _list_folders():
            self.files.add_files(folder, settings.STATIC_URL)

    async def __call__(self, scope: Mapping[str, Any], _receive: object, send: Send) -> None:
        asked = {_ASKED[name]: value.decode("latin-1") for name, value in scope["headers"] if name in _ASKED}
        await _answer(await to_thread(self.find, scope["method"], scope["path"], asked), send)

    def find(self, method: str, path: str, asked: Mapping[str, str]) -> Response | None:
        """The answer to one request; None when there is no such file. It may hold an open file."""
        file = self.files.find_file(path) if self.files.autorefresh else self.files.files.get(path)
        return None if file is None else file.get_response(method, asked)


def _list_folders() -> list[str]:
    if settings.IS_STATIC_COLLECTED:
        return [str(settings.STATIC_ROOT)]
    folders = [str(folder) for folder in settings.STATICFILES_DIRS]
    for finder in get_finders():
        storages = getattr(finder, "storages", {})
        folders += [storage.location for storage in storages.values() if storage.location not in folders]
    # Of two files with the same name the one added last is served; Django's finders give the first.
    return folders[::-1]


def _add_headers(headers: Headers, _path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if url.endswith((".svg", ".html")):
        # Opened by itself such a file is a page; it may draw and do nothing else.
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


async def _answer(response: Response | None, send: Send) -> None:
    if response is None:
        response = Response(404, [("Content-Type", "text/plain")], None)
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    await send({"type": "http.response.start", "status": int(response.status), "headers": headers})
    file = response.file
    if file is not None:
        try:
            while part := await to_thread(file.read, PART_BYTES):
                await send({"type": "http.response.body", "body": part, "more_body": True})
        finally:
            file.close()
    await send({"type": "http.response.body", "body": b""})
