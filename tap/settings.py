"""What a tap is told: its routes on the command line, everything else by the environment. docs/tap.md lists all."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import SplitResult, urlsplit

from tap.routes import ROUTES

_TAP = re.compile(r"(?P<kind>[a-z]+):(?:(?P<host>\[[0-9a-f:.]+\]|[\w.-]+):)?(?P<port>\d{1,5})=(?P<url>.+)")
FORM = "KIND:[HOST:]PORT=http://HOST:PORT"


@dataclass(frozen=True)
class Tapped:
    """One service and the address at which the tap stands in for it."""

    kind: str
    host: str
    port: int
    """0: any that is free."""
    service_host: str
    service_port: int


@dataclass(frozen=True)
class Settings:
    """Of one process."""

    tapped: tuple[Tapped, ...]
    url: SplitResult
    """MissionScope; without a slash at its end."""
    key: str = field(repr=False)
    max_body_bytes: int
    max_waiting_bytes: int
    post_timeout_s: int
    connect_timeout_s: int
    drain_s: int


def read_settings(taps: Sequence[str], environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings; ends the program with one sentence when something makes no sense."""
    host = environment.get("MISSIONSCOPE_TAP_HOST", "").strip() or "127.0.0.1"

    def number(name: str, default: int, *, least: int, most: int) -> int:
        return _read_number(f"MISSIONSCOPE_TAP_{name}", environment, default, least, most)

    if not taps:
        refuse("--tap", f"must be given at least once, as {FORM}.")
    return Settings(
        tapped=tuple(_read_tap(tap, host) for tap in taps),
        url=_read_url(environment.get("MISSIONSCOPE_URL", "").strip().rstrip("/")),
        key=_read_key(environment.get("MISSIONSCOPE_KEY", "").strip()),
        max_body_bytes=number("MAX_BODY_BYTES", 10 << 20, least=1 << 10, most=48 << 20),
        max_waiting_bytes=number("MAX_WAITING_BYTES", 64 << 20, least=1 << 20, most=8 << 30),
        post_timeout_s=number("POST_TIMEOUT_S", 30, least=1, most=600),
        connect_timeout_s=number("CONNECT_TIMEOUT_S", 30, least=1, most=600),
        drain_s=number("DRAIN_S", 8, least=0, most=3600),
    )


def refuse(what: str, sentence: str) -> NoReturn:
    """End the program; never shows a value that may hold a secret."""
    raise SystemExit(f"The tap cannot start: {what} {sentence}")


def _read_tap(text: str, default_host: str) -> Tapped:
    matched = _TAP.fullmatch(text)
    if matched is None:
        refuse("--tap", f"must be {FORM}, such as librarian:5041=http://librarian:5040.")
    if matched["kind"] not in ROUTES:
        refuse("--tap", f"knows {', '.join(ROUTES)}, not {matched['kind'][:40]!r}.")
    service = _split(matched["url"])
    if service is None or service.scheme != "http" or service.path not in ("", "/") or service.username:
        refuse("--tap", "must lead to an address such as http://librarian:5040: http, without path or login.")
    if int(matched["port"]) > 65535:
        refuse("--tap", "must name a port up to 65535.")
    host = (matched["host"] or default_host).strip("[]")
    return Tapped(matched["kind"], host, int(matched["port"]), service.hostname or "", service.port or 80)


def _read_url(url: str) -> SplitResult:
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https") or parts.username or parts.query or parts.fragment:
        refuse("MISSIONSCOPE_URL", "must be MissionScope's address, such as http://missionscope:8700.")
    return parts


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        is_usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_usable else None


def _read_key(key: str) -> str:
    if not re.fullmatch(r"[!-~]{8,200}", key):
        refuse("MISSIONSCOPE_KEY", "must be an API key of MissionScope with the scope ingest.")
    return key


def _read_number(variable: str, environment: Mapping[str, str], default: int, least: int, most: int) -> int:
    text = environment.get(variable, "").strip() or str(default)
    if not re.fullmatch(r"\d{1,18}", text) or not least <= int(text) <= most:
        refuse(variable, f"must be a whole number from {least} to {most}, not {text[:40]!r}.")
    return int(text)
