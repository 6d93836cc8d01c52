"""Electronic addresses: e-mail, the credentials in a URL, IPv4 and IPv6."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from telemetry.redaction.hits import Hit, Reading
from telemetry.redaction.pseudonyms import is_token
from telemetry.redaction.randomness import is_placeholder

_LOCAL_REACH = 64
_LOCAL = re.compile(r"[\w.!#$%&*+/=?^{|}~'-]{1,64}")
_DOMAIN = re.compile(
    r"(?:[^\W_](?:[^\W_]|-){0,62}\.){1,8}(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})(?![^\W_])", re.IGNORECASE
)
_FILE_ENDINGS = frozenset(
    "png jpg jpeg gif svg webp ico bmp css scss tsx jsx json yaml yml html xml txt csv lock".split()
)
_NOT_FIRST = ".!#$%&*+/=?^{|}~'-"
_ROBOTS = frozenset({"git", "hg", "svn"})

_URL_REACH = 512
_SLASHES = ("//", r"\/")
_SCHEMES = ("://", r":\/\/", r":\\/\\/")
_NOT_GIVEN = re.compile(r"[\s/?#<>\"'`]")
_HOST = re.compile(r"[\w.\[-]")
_KEY_USER = re.compile(r"(?=[^\d]*\d)[A-Za-z0-9_-]{16,256}")

_IP4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_VERSION_BEFORE = re.compile(
    r"(?i)(?:[a-z_)][/@]|[=~<>^]=?\s{0,2}[\"']?|\bv|version\S{0,3}\s{0,2}[\"']?|\bver\.?\s?|release\s|oid\W{1,2})\Z"
)
_NEVER_VERSION = ("://", ", ", ": ", '"', "[", "|", "\n")
_IP_GIVEN = re.compile(
    r"(?i)(?:ip|addr|address|host|server|client|peer|remote|from|forwarded-for)[\w.-]{0,16}[\"'\\]{0,4}\s{0,2}[:=]\s{0,2}[\"'\\]{0,4}\Z"
)
_MULTICAST = 224
_PRIVATE = 10
_IP6_REACH = 48
_IP6 = re.compile(r"[0-9A-Fa-f:]{2,39}(?:\.\d{1,3}){0,3}")


def find_at_sign(reading: Reading, at: int) -> tuple[Hit, ...]:
    """The e-mail address, or the password in a URL, around the `@` just before this offset's character."""
    sign = at - 2
    text = reading.text
    if "//" not in reading.reached:
        reading.reached["//"] = max(text.find(slashes) for slashes in _SLASHES)
    if reading.reached["//"] >= 0:
        return _url_credentials(text, sign) or _email(text, sign)
    return _email(text, sign)


def _email(text: str, sign: int) -> tuple[Hit, ...]:
    domain = _DOMAIN.match(text, sign + 1)
    if domain is None or domain.group().rpartition(".")[2].lower() in _FILE_ENDINGS:
        return ()
    local = _LOCAL.match(text[max(0, sign - _LOCAL_REACH) : sign][::-1])
    name = local.group()[::-1].lstrip(_NOT_FIRST) if local else ""
    for divider in "=/?&|{":
        name = name.rpartition(divider)[2].lstrip(_NOT_FIRST)
    if not name or name.endswith(".") or name.lower() in _ROBOTS:
        return ()
    start = sign - len(name)
    return (Hit(start, domain.end(), "email", text[start : domain.end()].lower()),)


def _url_credentials(text: str, sign: int) -> tuple[Hit, ...]:
    left = text[max(0, sign - _URL_REACH) : sign]
    place, size = left.rfind("://"), len("://")
    if "\\" in left:
        place, size = max((left.rfind(scheme), len(scheme)) for scheme in _SCHEMES)
    if place < 0 or _HOST.match(text, sign + 1) is None:
        return ()
    given = left[place + size :]
    if _NOT_GIVEN.search(given) is not None:
        return ()
    user, colon, password = given.partition(":")
    start = sign - len(password)
    if colon and password:
        return () if is_token(password) or is_placeholder(password) else (Hit(start, sign, "url_password"),)
    if not colon and _KEY_USER.fullmatch(user) is not None:
        return (Hit(sign - len(user), sign, "url_password"),)
    return ()


def find_ip4(reading: Reading, at: int) -> tuple[Hit, ...]:
    """The IPv4 address whose first digit of the last part is just before this offset."""
    text = reading.text
    left = text[max(0, at - 13) : at - 1]
    start = at - 1 - (len(left) - len(left.rstrip("0123456789.")))
    found = _IP4.match(text, start)
    if found is None or found.end() < at:
        return ()
    if (text[start - 1 : start].isalnum() or text[start - 1 : start] == "_") if start else False:
        return ()
    after = text[found.end() : found.end() + 2]
    if after[:1].isalnum() or after[:1] == "_" or (after[:1] == "." and after[1:].isdigit()):
        return ()
    return _ip4_hit(text, found)


def _ip4_hit(text: str, found: re.Match[str]) -> tuple[Hit, ...]:
    before = text[max(0, found.start() - 32) : found.start()]
    if any(len(part) > 1 and part[0] == "0" for part in found.group().split(".")):
        return ()
    try:
        address = IPv4Address(found.group())
    except AddressValueError:
        return ()
    if _is_harmless(address) or _is_version(before):
        return ()
    return (Hit(found.start(), found.end(), "ip", found.group()),)


def _is_version(before: str) -> bool:
    if before.endswith(_NEVER_VERSION):
        return False
    return _VERSION_BEFORE.search(before[-14:]) is not None and _IP_GIVEN.search(before) is None


def _is_harmless(address: IPv4Address | IPv6Address) -> bool:
    """This host, every host, no host: an address that names nobody. What ends in `.0.0.0` is a browser's version.

    But for 10.0.0.0: as a version it is known by what stands before it, and without that it is somebody's network.
    """
    if isinstance(address, IPv4Address):
        first = int(address) >> 24
        is_round = int(address) & 0xFFFFFF == 0 and first != _PRIVATE
        return first in (0, 127) or first >= _MULTICAST or is_round
    return int(address) < 2 or address.is_multicast


def find_ip6(reading: Reading, at: int) -> tuple[Hit, ...]:
    """The IPv6 address around this offset."""
    text = reading.text
    if at <= reading.reached.get("ip6", 0):
        return ()
    left = text[max(0, at - _IP6_REACH) : at]
    start = at - (len(left) - len(left.rstrip("0123456789abcdefABCDEF:")))
    found = _IP6.match(text, start)
    if found is None:
        return ()
    end = found.start() + len(found.group().rstrip(":")) if not found.group().endswith("::") else found.end()
    reading.reached["ip6"] = end
    written = text[start:end]
    if (start and (text[start - 1].isalnum() or text[start - 1] in "_.:")) or text[end : end + 1].isalnum():
        return ()
    return _ip6_hit(start, end, written)


def _ip6_hit(start: int, end: int, written: str) -> tuple[Hit, ...]:
    try:
        address = IPv6Address(written)
    except AddressValueError:
        return ()
    groups = [group for group in written.split(":") if group]
    if _is_harmless(address) or len(groups) < 2 or not any(map(str.isdigit, written)):
        return ()
    return (Hit(start, end, "ip", address.compressed),)
