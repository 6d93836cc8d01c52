"""The environment, read with suspicion: what is odd is refused in one sentence that names the variable."""

import os
import re
import secrets
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult, urlsplit

import environ

ENV = environ.Env()
USUAL_PORTS = {"http": ":80", "https": ":443"}


def refuse(variable: str, sentence: str) -> NoReturn:
    """End the program; never shows the value of a variable that may hold a secret."""
    raise SystemExit(f"MissionScope cannot start: {variable} {sentence}")


def get_text(variable: str, default: str = "") -> str:
    """The trimmed value, or the default when unset or empty."""
    return str(ENV.str(variable, default="")).strip() or default


def get_flag(variable: str, *, default: bool) -> bool:
    """1, true, yes, on or 0, false, no, off."""
    text = get_text(variable, "1" if default else "0").lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    refuse(variable, f"must be 1 or 0, not {text[:40]!r}.")


def get_number(variable: str, default: int, *, least: int, most: int) -> int:
    """A whole number within its bounds."""
    text = get_text(variable, str(default))
    try:
        number = int(text)
    except ValueError:
        refuse(variable, f"must be a whole number, not {text[:40]!r}.")
    if not least <= number <= most:
        refuse(variable, f"must be from {least} to {most}, not {number}.")
    return number


def get_list(variable: str, default: tuple[str, ...] = ()) -> list[str]:
    """Comma-separated values, without empty ones."""
    text = get_text(variable)
    return [part.strip() for part in text.split(",") if part.strip()] if text else list(default)


def split_url(variable: str, url: str) -> SplitResult:
    """The parts of an address; one that is none, or whose port is none, is refused without being shown."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 — raises for what is no port
    except ValueError:
        refuse(variable, "is no address. Characters such as / : @ # [ in a password must be percent-encoded.")
    return parts


def get_origins(variable: str) -> list[str]:
    """Comma-separated origins, as browsers write them: scheme, host, and the port when it is not the usual one."""
    origins = get_list(variable)
    for origin in origins:
        parts = split_url(variable, origin)
        if (
            parts.scheme not in USUAL_PORTS
            or origin.lower() != f"{parts.scheme}://{parts.netloc}".lower()
            or not parts.hostname
            or "@" in parts.netloc
            or "*" in parts.netloc
        ):
            refuse(variable, f"must list origins such as https://react.example.org, not {origin[:80]!r}.")
    return list(dict.fromkeys(_write_origin(urlsplit(origin)) for origin in origins))


def _write_origin(parts: SplitResult) -> str:
    netloc = parts.netloc.lower()
    return f"{parts.scheme}://{netloc.removesuffix(USUAL_PORTS[parts.scheme])}"


def get_public_url(variable: str) -> str:
    """The address people use, without a slash at its end; empty when unset."""
    url = get_text(variable).rstrip("/")
    if not url:
        return ""
    parts = split_url(variable, url)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username
        or parts.path
        or parts.query
        or parts.fragment
    ):
        refuse(variable, "must be an address such as https://missionscope.example.org, without path or login.")
    return url


def get_exporter_url(variable: str) -> str:
    """Where our own traces go; empty when unset. The paths of signals are put behind it."""
    url = get_text(variable)
    if not url:
        return ""
    parts = split_url(variable, url)
    if parts.scheme not in USUAL_PORTS or not parts.hostname or parts.username or parts.query or parts.fragment:
        refuse(variable, "must be an address such as http://127.0.0.1:4318, without login.")
    return url


def get_debugger_port(variable: str) -> int:
    """The port of the loopback interface where a debugger may attach; 0 when unset."""
    if not get_text(variable):
        return 0
    port = get_number(variable, 0, least=1024, most=65534)
    if find_spec("debugpy") is None:
        refuse(variable, "needs the package debugpy, which is not installed (make install-dev).")
    return port


def get_key_url(variable: str) -> str:
    """The address of a public key, for programs alone; empty when unset."""
    url = get_text(variable)
    if not url:
        return ""
    parts = split_url(variable, url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.fragment:
        refuse(variable, "must be an address such as http://securitymanager:5010/public-key, without login.")
    return url


def get_key_file(variable: str) -> str:
    """The path of a file that holds a public key now; empty when unset."""
    text = get_text(variable)
    if not text:
        return ""
    from accounts.public_keys import LARGEST_PEM, read_public_key

    path = Path(text).expanduser().resolve()
    try:
        with path.open("rb") as file:
            read_public_key(file.read(LARGEST_PEM + 1))
    except OSError as error:
        refuse(variable, f"names {path}, which cannot be read: {error.strerror}.")
    except ValueError as error:
        refuse(variable, f"names {path}, which {error}.")
    return str(path)


def get_mail_address(variable: str, default: str) -> str:
    """One mail address."""
    text = get_text(variable, default)
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}", text, re.ASCII):
        refuse(variable, "must be an address such as alerts@example.org.")
    return text


def get_inner_hosts(variable: str) -> list[str]:
    """Comma-separated hosts, hosts with a port, and networks such as 10.1.0.0/16."""
    found = [text.lower() for text in get_list(variable)]
    for text in found:
        if not re.fullmatch(r"([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", text, re.ASCII) and not _is_network(text):
            refuse(
                variable, f"must list hosts such as hooks.lan:8080 or networks such as 10.1.0.0/16, not {text[:80]!r}."
            )
    return found


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return "/" in text


def get_pair(variable: str, default: str) -> tuple[str, str]:
    """Two words separated by white space."""
    words = get_text(variable, default).split()
    if len(words) != 2:
        refuse(variable, f"must be two words such as {default!r}.")
    return words[0], words[1]


def get_data_directory(variable: str, default: Path) -> Path:
    """An existing, writable directory; made (for its owner alone) when missing."""
    path = Path(get_text(variable, str(default))).expanduser().resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        refuse(variable, f"names {path}, which cannot be made: {error.strerror}.")
    if not os.access(path, os.W_OK | os.X_OK):
        refuse(variable, f"names {path}, which cannot be written to.")
    return path


def get_secret(variable: str, path: Path) -> str:
    """The value of the variable, else what the file holds; a missing file is made, for its owner alone."""
    text = get_text(variable)
    if text:
        if len(text) < 50 or len(set(text)) < 5:
            refuse(variable, "must have at least 50 characters; unset it to have one generated in the data directory.")
        return text
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_secret(variable, path)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))
    return _read_secret(variable, path)


def _read_secret(variable: str, path: Path) -> str:
    text = path.read_text().strip()
    if len(text) < 50:
        refuse(variable, f"is unset and {path} holds no usable secret; remove that file to have a new one generated.")
    return text
