"""Made-up secrets and personal data, each one of its kind only once, and the bytes by which a leak is known."""

import base64
import json
import random
import string
from collections.abc import Callable
from typing import NamedTuple

_LETTERS = string.ascii_letters + string.digits
_LEAST_TELLING = 9
EACH_TIME = 5
"""Kinds in a text, of the 23: over all places each is tried some thirty times."""


class Planted(NamedTuple):
    """One secret, where it was put, and what must be found nowhere."""

    place: str
    kind: str
    needles: tuple[bytes, ...]
    """In lower case."""


class Planter:
    """Makes texts full of secrets and remembers every one."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self.planted: list[Planted] = []
        self.marked: set[str] = set()
        """Places whose text names them."""

    def text(self, place: str, *kinds: str) -> str:
        """A text with a secret of each kind (of EACH_TIME others, unless some are named), which names its place."""
        chosen = list(kinds or self._random.sample(sorted(KINDS), EACH_TIME))
        self._random.shuffle(chosen)
        self.marked.add(place)
        return f"{marker(place)} " + " \n".join(self.one(place, kind) for kind in chosen)

    def one(self, place: str, kind: str) -> str:
        """One secret in words of its kind."""
        text, secrets = KINDS[kind](self._random)
        needles = {needle for secret in secrets for needle in _needles(secret)}
        self.planted.append(Planted(place, kind, tuple(sorted(needles))))
        return text


def marker(place: str) -> str:
    """A word that is no secret: where it is found, the text of the place was kept."""
    return "kept" + "".join(letter for letter in place if letter.isalnum()).lower()


def _needles(secret: str) -> list[bytes]:
    lowered = secret.lower()
    packed = "".join(letter for letter in lowered if letter.isalnum())
    runs = "".join(letter if letter.isalnum() else " " for letter in lowered).split()
    words = [run[:40] for run in runs if len(run) >= _LEAST_TELLING] or [lowered]
    needles = [text.encode() for text in {*words, *([packed] if len(packed) > _LEAST_TELLING else [])}]
    if packed.isdigit() and len(packed) > _LEAST_TELLING:
        needles.append(int(packed).to_bytes(8, "big").lower())
    return needles


Made = tuple[str, list[str]]
"""The words, and the secrets in them."""


def _letters(source: random.Random, count: int, alphabet: str = _LETTERS) -> str:
    """Random letters with every class of the alphabet among them."""
    made = [source.choice(alphabet) for _ in range(count)]
    for at, kind in enumerate((string.ascii_lowercase, string.ascii_uppercase, string.digits)):
        if set(kind) & set(alphabet):
            made[at * 2] = source.choice(sorted(set(kind) & set(alphabet)))
    return "".join(made)


def _key(before: str, count: int, alphabet: str = _LETTERS, after: str = "") -> Callable[[random.Random], Made]:
    def make(source: random.Random) -> Made:
        key = before + _letters(source, count, alphabet) + after
        return f"use {key} here", [key]

    return make


def _openai(source: random.Random) -> Made:
    key = f"sk-proj-{_letters(source, 20)}T3BlbkFJ{_letters(source, 20)}"
    return f"key {key}", [key, *key.removeprefix("sk-proj-").split("T3BlbkFJ")]


def _jwt(source: random.Random) -> Made:
    claims = {"sub": _letters(source, 14), "exp": source.randrange(10**9, 2 * 10**9)}
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "HS256", "typ": "JWT"}, claims)
    ]
    signature = _letters(source, 43)
    return f"jwt {'.'.join(parts)}.{signature}", [f"{parts[1]}.{signature}", signature]


def _private_key(source: random.Random) -> Made:
    lines = [_letters(source, 64) for _ in range(4)]
    body = "\n".join(lines)
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----", lines


def _authorization(source: random.Random) -> Made:
    token = _letters(source, 32)
    return f"Authorization: Bearer {token}", [token]


def _basic(source: random.Random) -> Made:
    password = _letters(source, 15)
    encoded = base64.b64encode(f"svc:{password}".encode()).decode()
    return f"Authorization: Basic {encoded}", [encoded, password]


def _url_token(source: random.Random) -> Made:
    token = _letters(source, 24)
    return f"GET https://api.example.com/cb?state=1&access_token={token}&page=2", [token]


def _url_password(source: random.Random) -> Made:
    password = _letters(source, 18)
    return f"postgres://svc:{password}@db.example.com:5432/app", [password]


def _cookie(source: random.Random) -> Made:
    token = _letters(source, 26)
    return f"Cookie: sid={token}", [token]


def _password(source: random.Random) -> Made:
    password = _letters(source, 14)
    return f'{{"db_password": "{password}"}}', [password]


def _email(source: random.Random) -> Made:
    name = _letters(source, 12, string.ascii_lowercase)
    return f"mail {name}@example.com", [f"{name}@example.com", name]


def _card(source: random.Random) -> Made:
    digits = f"4{source.randrange(10**14):014d}"
    total = sum(sum(divmod(int(digit) * (2 if at % 2 == 0 else 1), 10)) for at, digit in enumerate(digits))
    digits += str(-total % 10)
    groups = " ".join(digits[at : at + 4] for at in range(0, 16, 4))
    return f"card {groups}", [groups]


def _iban(source: random.Random) -> Made:
    account = f"37040044{source.randrange(10**10):010d}"
    check = 98 - int(f"{account}131400") % 97
    written = f"DE{check:02d}{account}"
    groups = " ".join(written[at : at + 4] for at in range(0, 22, 4))
    return f"iban {groups}", [groups]


def _ssn(source: random.Random) -> Made:
    number = f"{source.randrange(100, 600)}-{source.randrange(10, 99)}-{source.randrange(1000, 9999)}"
    return f"ssn {number}", [number]


def _phone(source: random.Random) -> Made:
    number = f"+49 30 {source.randrange(2 * 10**7, 9 * 10**7)}"
    return f"call {number}", [number]


def _ip(source: random.Random) -> Made:
    address = f"10.{source.randrange(100, 250)}.{source.randrange(100, 250)}.{source.randrange(100, 250)}"
    return f"from {address} in", [address]


KINDS: dict[str, Callable[[random.Random], Made]] = {
    "anthropic": _key("sk-ant-api03-", 93, after="AA"),
    "openai": _openai,
    "aws": _key("AKIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "github": _key("ghp_", 36),
    "gitlab": _key("glpat-", 20),
    "slack": _key("xoxb-123456789012-1234567890123-", 24),
    "google": _key("AIzaSy", 33),
    "stripe": _key("sk_live_", 24),
    "hugging face": _key("hf_", 34, string.ascii_letters),
    "jwt": _jwt,
    "private key": _private_key,
    "authorization": _authorization,
    "basic": _basic,
    "url token": _url_token,
    "url password": _url_password,
    "cookie": _cookie,
    "password": _password,
    "email": _email,
    "card": _card,
    "iban": _iban,
    "ssn": _ssn,
    "phone": _phone,
    "ip": _ip,
}
"""Kind to what makes one."""
