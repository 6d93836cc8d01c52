"""WebSocket paths."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.urls import path, re_path

from live.consumers import ErrorsConsumer, ListConsumer, LogsConsumer, MissionConsumer


async def refuse(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    """There is nothing to watch at this path."""
    await receive()
    await send({"type": "websocket.close"})


websocket_urlpatterns = [
    path("ws/missions/", ListConsumer.as_asgi()),
    path("ws/errors/", ErrorsConsumer.as_asgi()),
    path("ws/logs/", LogsConsumer.as_asgi()),
    re_path(r"^ws/missions/(?s:.+)$", MissionConsumer.as_asgi()),
    re_path(r"", refuse),  # type: ignore[arg-type]
]
