"""The address a request came from, believing only the configured number of proxies."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 — stands for no address, nothing is bound to it


def get_client_address(request: HttpRequest) -> str:
    """The client's address for lockouts and limits; always one that a database takes as an address."""
    peer = str(request.META.get("REMOTE_ADDR") or UNKNOWN)
    return believe_proxies(peer, str(request.META.get("HTTP_X_FORWARDED_FOR") or ""))


def believe_proxies(peer: str, forwarded_for: str) -> str:
    """The address that the outermost trusted proxy saw; the peer's own when no proxy is trusted.

    `forwarded_for` is X-Forwarded-For: each proxy adds the address it saw at the right end, some with its port.
    """
    count: int = settings.MISSIONSCOPE_PROXY_COUNT
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()] if count else []
    seen = hops[max(0, len(hops) - count)] if hops else ""
    return find_address(seen) or find_address(peer) or UNKNOWN


def find_address(text: str) -> str | None:
    """The IP address in the text, in its usual form, without port and zone; None when it holds no such thing."""
    without_port = text.rpartition(":")[0] if text.count(":") == 1 or text.startswith("[") else text
    for candidate in (text, without_port):
        try:
            return str(ip_address(candidate.removeprefix("[").removesuffix("]").partition("%")[0]))
        except ValueError:
            continue
    return None
