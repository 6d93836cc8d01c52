"""As much of a channel's target as may be shown: the path of a webhook's URL is often all that protects it. Pure."""

from urllib.parse import urlsplit


def show_target(kind: str, target: str) -> str:
    """Mail addresses as they are; of a URL scheme, host and port."""
    if kind == "email":
        return ", ".join(target.split())
    parts = urlsplit(target)
    return f"{parts.scheme}://{parts.netloc}/…"
