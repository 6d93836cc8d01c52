"""The public key that tokens are signed against: read from a file or an address, and kept until a better one comes.

Plain Python. A source that cannot be read now never takes away the last good key.
"""

import http.client
import logging
import threading
import time
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, build_opener

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

LARGEST_PEM = 16 << 10
LEAST_BITS, MOST_BITS = 2048, 8192
LOOK_EVERY_S = 1.0
"""A file is looked at this often."""
PART = 4096

log = logging.getLogger(__name__)


class PublicKey(NamedTuple):
    """An RSA public key and the text it was read from."""

    pem: bytes
    rsa: RSAPublicKey


class KeySource(Protocol):
    """Where the key comes from."""

    def current(self) -> PublicKey | None:
        """The last good key; None when there never was one."""

    def newer(self, than: PublicKey) -> PublicKey | None:
        """Another key than the given one, when the source has one now or soon; for a signature that does not fit."""


def read_public_key(pem: bytes) -> PublicKey:
    """The key in the PEM. Raises ValueError, whose text shows nothing of it."""
    if len(pem) > LARGEST_PEM:
        raise ValueError("is too large for a public key")
    try:
        key = load_pem_public_key(pem.strip())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("holds no public key in PEM") from None
    if not isinstance(key, RSAPublicKey) or not LEAST_BITS <= key.key_size <= MOST_BITS:
        raise ValueError(f"holds no RSA public key of {LEAST_BITS} to {MOST_BITS} bits")
    return PublicKey(pem.strip(), key)


class FileSource:
    """A PEM file, read again when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key: PublicKey | None = None
        self._seen: tuple[int, int, int] | None = None
        self._looked_s = -float("inf")
        self._trouble = ""
        self._lock = threading.Lock()

    def current(self) -> PublicKey | None:
        """The file's key, as of a second ago at most."""
        if self._key is None or time.monotonic() - self._looked_s >= LOOK_EVERY_S:
            self._look()
        return self._key

    def newer(self, than: PublicKey) -> PublicKey | None:
        """The file's key now, when it is another one."""
        self._look()
        return self._key if self._key is not None and self._key.pem != than.pem else None

    def _look(self) -> None:
        with self._lock:
            self._looked_s = time.monotonic()
            trouble = self._trouble
            try:
                self._read_if_changed()
            except (OSError, ValueError) as error:
                self._trouble = str(error)
            if self._trouble not in ("", trouble):
                log.warning("the public key of tokens was not read from its file: %s", self._trouble)

    def _read_if_changed(self) -> None:
        found = self._path.stat()
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen == self._seen:
            return
        with self._path.open("rb") as file:
            pem = file.read(LARGEST_PEM + 1)
        self._seen = seen
        self._key = read_public_key(pem)
        self._trouble = ""


class UrlSource:
    """An address that answers a PEM. Asked in a thread, one request at a time, seldom more than once in `every_s`."""

    def __init__(self, url: str, *, timeout_s: float, every_s: float, age_s: float) -> None:
        self._url, self._timeout_s, self._every_s, self._age_s = url, timeout_s, every_s, age_s
        self._key: PublicKey | None = None
        self._good_s = self._asked_s = -float("inf")
        self._asking: threading.Event | None = None
        self._lock = threading.Lock()

    def current(self) -> PublicKey | None:
        """The last good key. An old one is asked for again without waiting; only the first is waited for."""
        if self._key is None:
            self._ask()
            if (asking := self._asking) is not None:
                asking.wait(self._timeout_s)
        elif time.monotonic() - self._good_s >= self._age_s:
            self._ask()
        return self._key

    def newer(self, than: PublicKey) -> PublicKey | None:
        """Another key, when one has come or is answered in time. Only the caller that asks waits."""
        if (asking := self._ask()) is not None:
            asking.wait(self._timeout_s)
        return self._key if self._key is not None and self._key.pem != than.pem else None

    def _ask(self) -> threading.Event | None:
        """Begin to ask; None when it is being asked, or was a moment ago."""
        with self._lock:
            if self._asking is not None or time.monotonic() - self._asked_s < self._every_s:
                return None
            self._asked_s = time.monotonic()
            self._asking = asking = threading.Event()
        threading.Thread(target=self._fetch, args=(asking,), name="token-key", daemon=True).start()
        return asking

    def _fetch(self, asking: threading.Event) -> None:
        try:
            self._key = read_public_key(download(self._url, self._timeout_s))
            self._good_s = time.monotonic()
        except (OSError, ValueError, http.client.HTTPException) as error:
            log.warning("the public key of tokens was not fetched: %s", _tell(error))
        finally:
            self._asking = None
            asking.set()


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Whoever answers at the address is trusted with who may read; nobody it points to."""
        return


def download(url: str, timeout_s: float) -> bytes:
    """The body at the address, up to a little more than LARGEST_PEM. Raises OSError or an HTTPException."""
    until_s = time.monotonic() + timeout_s
    parts: list[bytes] = []
    with build_opener(_NoRedirect, ProxyHandler({})).open(url, timeout=timeout_s) as answer:
        while sum(map(len, parts)) <= LARGEST_PEM and (part := answer.read1(PART)):
            parts.append(part)
            if time.monotonic() > until_s:
                raise TimeoutError("the answer takes too long")
    return b"".join(parts)


def _tell(error: Exception) -> str:
    return f"status {error.code}" if isinstance(error, HTTPError) else f"{type(error).__name__}: {error}"
