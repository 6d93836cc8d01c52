"""Which addresses a request may go to. Pure: names are looked up elsewhere, and their addresses come back here.

Everything that is not plainly a public web address is refused: other ports, logins in it, numbers in odd spellings,
names of the inside. `allowed` are the exceptions of the installation: `host`, `host:port` or a network such as
`10.1.0.0/16`.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from core.errors import InvalidInput

PORTS = {"http": 80, "https": 443}
LONGEST_URL = 2_000
LONGEST_HOST = 253
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ODD = re.compile(r"[^\x21-\x7e]|[\\<>\"`{}|^]")
"""What is no character of a URL: white space, control characters, anything beyond ASCII."""
INSIDE = (
    "localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "onion",
    "arpa", "test", "invalid", "example",
)  # fmt: skip
"""Last parts of names that no public address has."""
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))
"""IPv6 addresses that stand for the IPv4 address in their last four bytes."""

Address = IPv4Address | IPv6Address


class Refused(InvalidInput):
    """A request may not go there."""

    code = "address_refused"
    sentence = "This address may not be used."


class Target(NamedTuple):
    """An address that may be asked, once its host's own addresses have been looked at."""

    scheme: str
    host: str
    """A name in lower case, or an IP address without brackets."""
    port: int
    path: str
    """With the query."""

    @property
    def text(self) -> str:
        """The URL, in its usual spelling."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def check_url(url: str, allowed: Iterable[str] = ()) -> Target:
    """The parts of a URL that may be asked. Raises Refused with a sentence that says why."""
    exceptions = tuple(allowed)
    if len(url) > LONGEST_URL or _ODD.search(url):
        raise Refused("The address holds characters that no address has, or is too long.")
    parts = _split(url)
    host, port = _read_host(parts), _read_port(parts)
    given = _is_named(host, port, exceptions)
    if port != PORTS[parts.scheme] and not given:
        raise Refused(f"Port {port} may not be used: only 80 for http and 443 for https.")
    literal = _literal(host)
    if literal is not None:
        check_address(literal, host, port, exceptions)
    elif not given:
        _check_name(host)
    return Target(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def check_address(address: Address, host: str, port: int, allowed: Iterable[str] = ()) -> None:
    """Raises Refused for an address that is not public, unless host and port, or its network, are allowed."""
    exceptions = tuple(allowed)
    if _is_named(host, port, exceptions) or _is_in_network(address, exceptions):
        return
    if not is_public(address):
        raise Refused("The address leads to the inside of a network.")


def is_public(address: Address) -> bool:
    """Is it one of the whole internet's, whatever it is wrapped in?"""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _translated(address)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address.is_site_local or address.scope_id:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _translated(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in _TRANSLATED):
        return IPv4Address(address.packed[-4:])
    return None


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise Refused("This is no address.") from None
    if parts.scheme not in PORTS:
        raise Refused("The address must begin with https:// or http://.")
    if "@" in parts.netloc:
        raise Refused("The address must hold no login.")
    if parts.fragment:
        raise Refused("The address must hold no fragment.")
    return parts


def _read_host(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    if parts.netloc.startswith("["):
        if _literal(host) is None:
            raise Refused("This is no IPv6 address.")
        return host
    host = host.removesuffix(".")
    if "%" in host or len(host) > LONGEST_HOST or not all(map(_LABEL.fullmatch, host.split("."))):
        raise Refused("The address names no host.")
    if _NUMBER.fullmatch(host.rpartition(".")[2]) and _literal(host) is None:
        raise Refused("A number may only be written as four decimal parts, such as 203.0.113.7.")
    return host


def _read_port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise Refused("The address holds no usable port.") from None
    return PORTS[parts.scheme] if port is None else port


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _check_name(host: str) -> None:
    if "." not in host or host.rpartition(".")[2] in INSIDE:
        raise Refused("The name of the host is one of the inside of a network.")


def _is_named(host: str, port: int, allowed: tuple[str, ...]) -> bool:
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port}" in allowed or (shown in allowed and port in PORTS.values())


def _is_in_network(address: Address, allowed: tuple[str, ...]) -> bool:
    return any("/" in each and address in ip_network(each) for each in allowed)
