"""The same on uvicorn: answers what it was asked, in several pieces."""

import base64
import gzip
import json
from typing import Any


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An ASGI application."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    said = json.dumps(
        {
            "method": scope["method"],
            "url": scope["path"],
            "rawHeaders": [part.decode("latin-1") for header in scope["headers"] for part in header],
            "body": base64.b64encode(body).decode(),
        }
    ).encode()
    headers = [(b"X-Odd-CASE", b"kept"), (b"content-type", b"application/json")]
    if scope["path"] == "/generate":
        said, headers = gzip.compress(said, mtime=0), [*headers, (b"content-encoding", b"gzip")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": said[:10], "more_body": True})
    await send({"type": "http.response.body", "body": said[10:]})
