"""Posts to addresses that people choose: every hop is checked, and the connection goes to the checked address.

The name of a host is looked up once for each hop; all its addresses must be public, and one of those very addresses
is connected to. So what a name resolves to later changes nothing.
"""

import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from functools import cache
from ipaddress import ip_address
from socket import IPPROTO_TCP, gaierror, getaddrinfo
from typing import Any, NamedTuple
from urllib.parse import urljoin

import certifi
import httpcore

from alerts.outgoing.addresses import Address, Refused, Target, check_address, check_url

WHOLE_S, LOOKUP_S = 10.0, 5.0
MOST_HOPS = 5
"""Redirects that are followed."""
LARGEST_ANSWER = 64 << 10
"""Bytes of an answer that are read; then the connection is cut."""
AGENT = "MissionScope"
FOLLOWED = (301, 302, 307, 308)
"""The same request again at another address. 303 would be another request."""


class Unanswered(Exception):
    """No usable answer came; the text may be shown."""


class Answer(NamedTuple):
    """What the receiver said."""

    status: int
    excerpt: str
    """The first characters of its answer, in one line."""


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, allowed: Iterable[str] = (), whole_s: float = WHOLE_S
) -> Answer:
    """The answer to a POST, after at most MOST_HOPS redirects and `whole_s` seconds. Raises Refused or Unanswered."""
    exceptions = tuple(allowed)
    deadline_s = time.monotonic() + whole_s
    target = check_url(url, exceptions)
    for _ in range(MOST_HOPS + 1):
        answer, place = _ask(target, body, headers, exceptions, deadline_s)
        if answer.status not in FOLLOWED or not place:
            return answer
        before, target = target, check_url(urljoin(target.text, place), exceptions)
        if before.scheme == "https" and target.scheme == "http":
            raise Refused("The address redirects from https to http.")
    raise Unanswered(f"The address redirects more than {MOST_HOPS} times.")


def _ask(
    target: Target, body: bytes, headers: Mapping[str, str], allowed: tuple[str, ...], deadline_s: float
) -> tuple[Answer, str]:
    addresses = resolve(target, allowed, deadline_s)
    backend = _Pinned(addresses, deadline_s)
    sent = [("User-Agent", AGENT), ("Accept", "*/*"), ("Connection", "close"), *headers.items()]
    timeout = dict.fromkeys(("connect", "read", "write", "pool"), WHOLE_S)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend, max_connections=1) as pool,
            pool.stream("POST", target.text, headers=sent, content=body, extensions={"timeout": timeout}) as response,
        ):
            place = next((value for name, value in response.headers if name.lower() == b"location"), b"")
            return Answer(response.status, _read(response)), place.decode("latin-1")
    except (httpcore.TimeoutException, TimeoutError):
        raise Unanswered("No answer came in time.") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
        raise Unanswered(f"The receiver could not be asked: {str(error)[:200] or type(error).__name__}") from None


def _read(response: Any) -> str:
    """The begin of the answer. Its status has come: that the rest does not is no failure."""
    parts: list[bytes] = []
    try:
        for part in response.iter_stream():
            parts.append(part)
            if sum(map(len, parts)) >= LARGEST_ANSWER:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError):
        pass
    text = b"".join(parts)[:2_000].decode(errors="replace")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def resolve(target: Target, allowed: tuple[str, ...], deadline_s: float) -> list[Address]:
    """The addresses of the host, all of them checked. Raises Refused or Unanswered."""
    found = _look_up(target.host, target.port, min(LOOKUP_S, deadline_s - time.monotonic()))
    if not found:
        raise Unanswered("The name of the host is not known.")
    for address in found:
        check_address(address, target.host, target.port, allowed)
    return found


def _look_up(host: str, port: int, patience_s: float) -> list[Address]:
    """In a thread: the system's look-up knows no time limit of ours."""
    found: list[Address] = []

    def look_up() -> None:
        try:
            found.extend(ip_address(info[4][0]) for info in getaddrinfo(host, port, proto=IPPROTO_TCP))
        except (gaierror, ValueError, UnicodeError):
            pass

    thread = threading.Thread(target=look_up, name="missionscope-lookup", daemon=True)
    thread.start()
    thread.join(max(0.0, patience_s))
    return [] if thread.is_alive() else list(dict.fromkeys(found))


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context


class _Pinned(httpcore.NetworkBackend):
    """Connects to these addresses, whatever the host is called."""

    def __init__(self, addresses: list[Address], deadline_s: float) -> None:
        self._addresses, self._deadline_s = addresses, deadline_s
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """The first of the addresses that takes the connection."""
        failure: Exception = httpcore.ConnectError("There is no address.")
        for at, address in enumerate(self._addresses):
            try:
                share_s = _left(self._deadline_s) / (len(self._addresses) - at)
                stream = self._inner.connect_tcp(str(address), port, share_s, local_address, socket_options)
                return _Limited(stream, self._deadline_s)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _Limited(httpcore.NetworkStream):
    """A stream that ends at a time, however slowly it is fed."""

    def __init__(self, stream: httpcore.NetworkStream, deadline_s: float) -> None:
        self._stream, self._deadline_s = stream, deadline_s

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As the stream's."""
        return self._stream.read(max_bytes, _left(self._deadline_s))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """As the stream's."""
        self._stream.write(buffer, _left(self._deadline_s))

    def close(self) -> None:
        """As the stream's."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The stream inside TLS, ending at the same time."""
        inner = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline_s))
        return _Limited(inner, self._deadline_s)

    def get_extra_info(self, info: str) -> Any:
        """As the stream's."""
        return self._stream.get_extra_info(info)


def _left(deadline_s: float) -> float:
    left_s = deadline_s - time.monotonic()
    if left_s <= 0:
        raise httpcore.ReadTimeout("The time is over.")
    return left_s
