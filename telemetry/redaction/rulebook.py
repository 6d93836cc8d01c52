"""Every trigger there is: which words and shapes make which detector look."""

from functools import cache

from telemetry.redaction.accounts import IBAN_SIZES, find_iban
from telemetry.redaction.addresses import find_at_sign, find_ip4, find_ip6
from telemetry.redaction.assignments import find as find_assignment
from telemetry.redaction.blocks import find_manifest, find_private_key
from telemetry.redaction.headers import find_basic, find_bearer, find_curl_user, find_pair, find_spoken
from telemetry.redaction.hits import Hit, Reading, Trigger
from telemetry.redaction.numbers import find_numbers
from telemetry.redaction.tokens import token_triggers
from telemetry.redaction.vendors import vendor_triggers

_BETWEEN_DIGITS = r"(?:[ .()/-]|\xc2\xa0|\xe2\x80[\x87\x89\x90-\x95\xaf]|\xe2\x88\x92)"
_SECRET_WORDS = (
    "password", "passwd", "passwort", "passphrase", "passcode", "pwd", "pass", "pw", "secret", "apikey", "key",
    "auth", "authorization", "credential", "creds", "bearer", "cookie", "cvv", "cvc", "otp", "jwt",
    "connectionstring", "connection_string", "accesssignature", "access", "api", "signature", "sig", "verifier",
    "x-amz-credential", "sid",
)  # fmt: skip
SEPARATOR = r"\x1e"
"""Before, between and behind the texts of one scan. A trigger that reaches across it is harmless."""

_HEADER_NAME = (
    r"(?:[\w.-]{0,40}(?:authorization|auth|cookie|key|token|secret|password|credentials?|passwd)|s7_[\w.-]{1,40})"
)
_ASSIGNED = r"[\"'`\\\]]{0,12}[ \t]{0,4}\??[:=]"
_PAIR_WORDS = ("authorization", "cookie", "key", "token", "secret", "password")


def find_disguise(_reading: Reading, _at: int) -> tuple[Hit, ...]:
    """Nothing: its trigger tells the engine to unmask the text and search once more."""
    return ()


def find_header_name(_reading: Reading, _at: int) -> tuple[Hit, ...]:
    """Nothing: its trigger tells that a whole text is the name of something secret, as in a list of headers."""
    return ()


@cache
def triggers() -> tuple[Trigger, ...]:
    """All triggers, the more particular first; a trigger's place is its number for the scanner."""
    return (
        *token_triggers(),
        *vendor_triggers(),
        Trigger(find_private_key, ("-----begin",), fold=True),
        Trigger(find_bearer, ("bearer",), tail=r"[ \t]", fold=True),
        Trigger(find_basic, ("basic",), tail=r"[ \t]", fold=True),
        Trigger(find_assignment, _SECRET_WORDS, tail=r"[\w.-]{0,20}" + _ASSIGNED, fold=True),
        Trigger(find_assignment, ("token",), tail=r"(?:[A-RT-Za-rt-z0-9_.-][\w.-]{0,20})?" + _ASSIGNED, fold=True),
        Trigger(find_assignment, ("S7_",), tail=r"[\w.-]{1,40}" + _ASSIGNED),
        Trigger(find_pair, _PAIR_WORDS, tail=r"[\"'\\]", fold=True),
        Trigger(find_spoken, ("password", "passcode", "passphrase"), fold=True),
        Trigger(find_curl_user, ("curl",), tail=r"[\s\\]", fold=True),
        Trigger(find_manifest, ("kind",), tail=r"", fold=True),
        Trigger(find_iban, (), lead=r"[^0-9A-Za-z]", tail=_iban_start(), apart=2),
        Trigger(find_numbers, (), lead=r"[^0-9]", tail=rf"(?:[0-9]{_BETWEEN_DIGITS}{{0,2}}){{6}}[0-9]", apart=1),
        Trigger(find_at_sign, ("@",), lead=r"[^\s\"'(,;:]", tail=r"[0-9A-Za-z\[\x80-\xff]"),
        Trigger(find_ip4, (), lead=r"[^0-9.]", tail=r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]", apart=1),
        Trigger(find_ip6, (), lead=r"[^0-9A-Za-z_:]", tail=r"(?:[0-9A-Fa-f]{1,4}:){1,7}:[0-9A-Fa-f]"),
        Trigger(find_ip6, (), tail=r":[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]"),
        Trigger(find_disguise, ("\\u00",), tail=r"[2-7][0-9A-Fa-f]"),
        Trigger(find_disguise, ("%40", "%3d", "%3a"), fold=True),
        Trigger(find_disguise, ("\uff20",)),
        Trigger(find_header_name, (), lead=SEPARATOR, tail=_HEADER_NAME + SEPARATOR, fold=True),
        Trigger(find_disguise, (), tail=r"\xef\xbc[\x90-\x99]"),
    )


def _iban_start() -> str:
    countries = "|".join(f"[{code[0]}{code[0].lower()}][{code[1]}{code[1].lower()}]" for code in IBAN_SIZES)
    return rf"(?:{countries})[0-9]{{2}}[ -]?[A-Za-z0-9]{{3}}"
