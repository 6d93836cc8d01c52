"""What is found and what is left alone, kind by kind."""

import pytest

from telemetry.redaction import Redactor

REDACTOR = Redactor(b"a project's key")
RANDOM = "q7Zt2LmX9cVb4NsK8dRf1GhJ6wYp3TuE5aQo0iBx"
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA75wXlOqMZGxM\nq1ZpWx==\n-----END RSA PRIVATE KEY-----"

FOUND = [
    ("write to Ann.Lee+x@mail.example.org.", "Ann.Lee+x@mail.example.org", "email"),
    ("?to=ann@example.com&x=1", "ann@example.com", "email"),
    ("ann%40example.com", "ann%40example.com", "email"),
    ("jörg@bücher.example", "jörg@bücher.example", "email"),
    (r"line\nann@example.com", "ann@example.com", "email"),
    ("card 4111 1111 1111 1111 12/27", "4111 1111 1111 1111", "card"),
    ("4111-1111-1111-1111", "4111-1111-1111-1111", "card"),
    ("amex 3782 822463 10005", "3782 822463 10005", "card"),
    ("amex card 378282246310005", "378282246310005", "card"),
    (r"{\"card\": \"5555555555554444\"}", "5555555555554444", "card"),
    ("４１１１１１１１１１１１１１１１", "４１１１１１１１１１１１１１１１", "card"),
    ("pay to DE89 3704 0044 0532 0130 00 today", "DE89 3704 0044 0532 0130 00", "iban"),
    ("gb82west12345698765432", "gb82west12345698765432", "iban"),
    ("SSN 536-90-4399", "536-90-4399", "ssn"),
    ("social security number: 536904399", "536904399", "ssn"),
    ("from 203.0.113.7:443", "203.0.113.7", "ip"),
    ("http://198.51.100.4/x", "198.51.100.4", "ip"),
    ("route 10.0.0.0/8 via eth0", "10.0.0.0", "ip"),
    ("connect to 10.0.0.0:5432 failed", "10.0.0.0", "ip"),
    ("peer [2001:db8:85a3::8a2e:370:7334]", "2001:db8:85a3::8a2e:370:7334", "ip"),
    ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", "2001:0db8:85a3:0000:0000:8a2e:0370:7334", "ip"),
    ("call me at 555-123-2002", "555-123-2002", "phone"),
    ("(415) 555-2671 ext 12", "(415) 555-2671 ext 12", "phone"),
    (f"key {JWT}", JWT, "jwt"),
    (f"x{PEM}y".replace("x", "").replace("y", " end"), PEM, "private_key"),
    (PEM.replace("\n", r"\n"), "MIIEowIBAAKCAQEA75wXlOqMZGxM", "private_key"),
    ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF", "MIIEvQIBADANBgkqhkiG9w0BAQEF", "private_key"),
    ("Authorization: Bearer x", "Bearer x", "authorization"),
    (f"curl -H 'Authorization: Bearer {RANDOM}'", RANDOM, "authorization"),
    ("Basic dXNlcjpodW50ZXIy", "dXNlcjpodW50ZXIy", "authorization"),
    ("https://user:p@ss:w@host/x", "p@ss:w", "url_password"),
    ("postgres://app:hunter2@db:5432/app", "hunter2", "url_password"),
    (f"https://{RANDOM}@host.example/1", RANDOM, "url_password"),
    ("https://h/x?access_token=abc&n=1", "abc", "secret"),
    ("https://h/x?key=abc#top", "abc", "secret"),
    ("Cookie: sid=1; theme=dark", "sid=1; theme=dark", "cookie"),
    ('{"Set-Cookie": "sid=1; Path=/"}', "sid=1; Path=/", "cookie"),
    ("DB_PASSWORD=postgres", "postgres", "secret"),
    ("my password is hunter2!", "hunter2", "secret"),
    ("curl -u bob:hunter2 http://h", "hunter2", "secret"),
    (f"ghp_{RANDOM[:36]}", f"ghp_{RANDOM[:36]}", "api_key"),
    (f"AKIA{'Q3EGRIJ7KLMN2PWX'}", "AKIAQ3EGRIJ7KLMN2PWX", "api_key"),
    (f"sk-ant-api03-{RANDOM * 2}", RANDOM * 2, "api_key"),
    (f"datadog_api = '{RANDOM.lower()}'", RANDOM.lower(), "api_key"),
    ('<add key="ClearTextPassword" value="hunter two" />', "hunter two", "secret"),
    ("kind: Secret\ndata:\n  user: YWRtaW4=\n  pass: MWYyZDFlMmU2N2Rm\n", "MWYyZDFlMmU2N2Rm", "secret"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "secret", "kind"), FOUND, ids=[f"{row[2]} {row[1][:12]}" for row in FOUND])
def test_it_takes_out(text: str, secret: str, kind: str) -> None:
    redacted, counts = REDACTOR.redact_text(text)
    assert secret not in redacted
    assert counts.get(kind, 0) >= 1
    assert f"[{kind.upper()}·" in redacted


LEFT_ALONE = [
    "a 16-digit number 4111111111111112 that fails its check digit",
    "start 1795368425326363648 end 1795368425326363999 (nanoseconds)",
    "1795368425326 ms, 1795368425 s, 1795368425326363 us",
    "trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7",
    "id 123e4567-e89b-12d3-a456-426614174000",
    "score 0.4111111111111111 of 1e-10, 12,345,678.90",
    '{"max_tokens": 4096, "gen_ai.usage.input_tokens": 123456789, "token_type": "bearer"}',
    '{"prompt_tokens": 12, "total_tokens": "123456", "next_page_token": "CAUQAA"}',
    "version 1.2.3.4, Chrome/120.0.6099.109, v10.20.30.40, pkg==1.2.3.4",
    "Chrome/120.0.0.0 Edg/10.0.0.0, v10.0.0.0, version 10.0.0.0, pkg==10.0.0.0, major 120.0.0.0",
    "127.0.0.1:8000 0.0.0.0 ::1 224.0.0.1 255.255.255.255",
    "12:30:45.123 and std::vector and a::b and dead::beef",
    "@app.route @pytest.fixture logo@2x.png git@github.com:org/repo.git user@host",
    "2026-11-22T17:26:00 2026-11-22 17:26 11/22/2026 1998-2005",
    "the order 6086499569 has 467 3395 items, row 12 34 56 78 90",
    "password = os.environ['PASSWORD']; token = self.token; api_key=api_key; password: str",
    "Password: must be at least eight characters. The token: a unit of text.",
    '{"password": "${PASSWORD}", "api_key": "<your key>", "token": "****", "secret": null}',
    '{"properties": {"password": {"type": "string", "description": "A word"}}, "required": ["password", "email"]}',
    '{"token": "Hello", "logprob": -0.31, "bytes": [72]}',
    "author: Ann, keyboard: qwerty, monkey: 1, primary_key: id, cache_key: abc123def456abc123def456",
    "task-force sk-learn basic information about bearer bonds is in https://example.com:8080/@ann",
    "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n-----END CERTIFICATE-----",
    "-----BEGIN RSA PRIVATE KEY----- is how such a file begins",
    "GB82 WEST 1234 5698 7654 33 has a wrong checksum; AB12 CDEF 1234 5678 90 is no country",
    "000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
]  # fmt: skip


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_it_leaves_alone(text: str) -> None:
    assert REDACTOR.redact_text(text) == (text, {})


COUNTRIES = {
    "DE": "+49 30 901820", "FR": "01 84 17 61 18", "GB": "+44 20 7946 0958", "NO": "+47 22 12 34 56",
    "ES": "+34 912 345 678", "IT": "+39 06 6982", "JP": "+81 3-1234-5678", "IN": "+91 98765 43210",
    "BR": "+55 11 91234-5678", "CN": "+86 138 0013 8000", "ZA": "+27 21 123 4567", "AU": "+61 2 9374 4000",
    "US": "(650) 253-0000", "MX": "+52 55 1234 5678", "CH": "+41 (0)44 668 18 00",
}  # fmt: skip


@pytest.mark.parametrize(("country", "number"), COUNTRIES.items())
def test_it_takes_out_phone_numbers_of_many_countries(country: str, number: str) -> None:
    redacted, counts = REDACTOR.redact_text(f"You may ring {number}, said the clerk in {country}.")
    assert counts == {"phone": 1}
    assert number not in redacted


@pytest.mark.parametrize("word", ["Phone", "phone_number", "Tel.", "телефон", "電話", "teléfono"])
def test_a_bare_number_is_a_phone_number_where_it_is_called_so(word: str) -> None:
    assert REDACTOR.redact_text(f"{word}: 22123456")[1] == {"phone": 1}
    assert REDACTOR.redact_text("order 22123456")[1] == {}


def test_a_card_and_what_follows_it_are_told_apart() -> None:
    redacted, counts = REDACTOR.redact_text("4111 1111 1111 1111 460-89-9847")
    assert counts == {"card": 1, "ssn": 1}
    assert " " in redacted
