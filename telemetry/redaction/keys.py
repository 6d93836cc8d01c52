"""What the name of a value says about the value: `api_key` yes, `max_tokens` no."""

import re
from enum import IntEnum
from functools import lru_cache


class Secrecy(IntEnum):
    """How sure a name makes it that its value is secret."""

    NONE = 0
    WEAK = 1
    """Only a value that looks random is (`key`, `foo_key`)."""
    TEXT = 2
    """Every text is, a number is not (`token`: a number is a count)."""
    ANY = 3
    """Every text and number is (`password`)."""


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_MAX_NAME = 128

_ANY = {
    "password", "passwords", "passwd", "passwort", "pwd", "passphrase", "passcode", "cvv", "cvc", "otp",
    "secret", "secrets", "privatekey", "userpassword", "dbpassword", "mysqlpwd",
}  # fmt: skip
_TEXT = {
    "credential", "credentials", "creds", "auth", "authorization", "bearer", "cookie", "cookies", "apikey", "apikeys",
    "token", "accesskey", "secretkey", "clientsecret", "authtoken", "accesstoken", "refreshtoken", "idtoken", "jwt",
    "accountkey", "signingkey", "encryptionkey", "connectionstring", "xapikey", "apitoken", "sessiontoken",
    "setcookie", "sharedaccesssignature", "masterkey", "pass", "pw",
}  # fmt: skip
_KEY_OF = {
    "api", "private", "secret", "access", "signing", "encryption", "master", "account", "auth", "ssh", "consumer",
    "subscription", "admin", "service", "shared", "license", "deploy", "webhook", "publishable", "app", "application",
}  # fmt: skip
_NOT_KEY_OF = {
    "cache", "primary", "foreign", "partition", "sort", "public", "idempotency", "object", "row", "hash", "map", "dict",
    "issue", "message", "event", "span", "trace", "group", "routing", "dedup", "index", "lookup", "natural", "pub",
    "hot", "schema", "sequence", "bucket", "s3", "storage", "translation", "i18n", "locale", "registry", "unique",
    "mission", "thread", "session", "arrow", "up", "down", "left", "right", "answer", "state", "node", "data", "column",
}  # fmt: skip
_NOT_TOKEN_OF = {
    "input", "output", "prompt", "completion", "total", "max", "min", "num", "per", "first", "last", "next", "page",
    "previous", "prev", "continuation", "cursor", "sync", "stop", "start", "end", "eos", "bos", "pad", "mask", "unk",
    "special", "reasoning", "cached", "each", "new", "time", "cost", "price", "by", "usd", "image", "text", "audio",
    "accepted", "rejected", "thinking", "top", "current", "usage",
}  # fmt: skip
_ABOUT = {
    "id", "ids", "name", "names", "type", "types", "count", "counts", "length", "len", "size", "url", "uri", "path",
    "file", "filename", "limit", "limits", "usage", "expiry", "expires", "expiration", "ttl", "required", "enabled",
    "policy", "hint", "field", "fields", "status", "ref", "version", "scope", "scopes", "endpoint", "provider",
    "method", "methods", "mode", "valid", "reset", "changed", "age", "budget", "rate", "price", "cost", "index", "used",
    "remaining", "needed", "usd", "format", "prefix", "strategy", "rotation", "updated", "created", "set", "present",
    "details", "schema", "description", "per", "level", "flow", "server", "domain", "is", "algorithm", "bytes",
    "chars", "text", "position", "offset", "probability", "logprob", "logprobs", "str", "strength", "error", "errors",
}  # fmt: skip
_ASKS = {"has", "is", "needs", "requires", "num", "use", "uses", "show", "max", "min", "total", "with", "without", "no"}

_ENVIRONMENT_PREFIX = "S7_"
"""stage7's own environment, all of which is handed to plugins: client secrets, tokens, keys."""

CONTEXTUAL = re.compile(
    r"(?i)phone|mobile|fax|\btel\b|_tel\b|whatsapp|\bcell|ssn|social|card|\biban\b|credit|contact|caller|\bcc\b"
)
"""Names that make a bare number in their value a phone, card or social security number."""


@lru_cache(maxsize=8192)
def secrecy(name: str) -> Secrecy:
    """How secret the value under this name is. Reads snake_case, camelCase, dotted and dashed names."""
    if name.startswith(_ENVIRONMENT_PREFIX):
        return Secrecy.TEXT
    words = [word.lower() for word in _WORD.findall(name[-_MAX_NAME:])]
    while words and words[-1].isdigit():
        words.pop()
    if not words or words[0] in _ASKS or words[-1] in _ABOUT:
        return Secrecy.NONE
    return _secrecy_of(words)


def _secrecy_of(words: list[str]) -> Secrecy:
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _ANY:
        return Secrecy.ANY
    if last == "token":
        return Secrecy.NONE if before in _NOT_TOKEN_OF else Secrecy.TEXT
    if last in _TEXT:
        return Secrecy.TEXT
    if last in ("key", "keys"):
        return _secrecy_of_key(last, before)
    if last in ("value", "val", "plain", "raw", "plaintext", "hash", "header", "string", "live", "test", "prod", "dev"):
        return _secrecy_of(words[:-1]) if (before and before != "token") or len(words) > 2 else Secrecy.NONE
    if any(word in ("apikey", "password", "passwd", "secret") for word in words):
        return Secrecy.WEAK
    if before + last in ("connectionstring", "accesssignature"):
        return Secrecy.TEXT
    if last in ("tokens", "access", "api") and before not in _NOT_TOKEN_OF | {""}:
        return Secrecy.WEAK
    return Secrecy.NONE


def _secrecy_of_key(last: str, before: str) -> Secrecy:
    if before == "private":
        return Secrecy.ANY
    if before in _KEY_OF:
        return Secrecy.TEXT
    if last == "keys" or before in _NOT_KEY_OF:
        return Secrecy.NONE
    return Secrecy.WEAK
