"""Which tokens are taken, what they let their holder read, and that no token can make a mess."""

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import tokens
from accounts.actions import create_project
from accounts.keys import authenticate_now
from accounts.readers import authenticate_reader, get_sight
from accounts.records import Sight
from accounts.token_rights import Reach, decide_reach
from accounts.tokens import LONGEST_TOKEN, authenticate_token, is_token
from core.errors import AccessDenied, NotAuthenticated, TokenExpired, TooManyRequests, Unavailable
from tests.tokens import SERVICE_PAIR, USER_PAIR, Signer

pytestmark = pytest.mark.django_db
HERE = "10.0.0.1"


def ask(token):
    return authenticate_reader(token, address=HERE)


def encoded(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture(autouse=True)
def _taken(take_tokens, project):
    """Every test here takes tokens for `project`."""


def test_a_users_token_sees_that_users_missions(signer, project):
    access = ask(signer.user("u-1"))
    assert get_sight(access) == Sight(project.pk, "u-1")
    assert access.expires_s == pytest.approx(time.time() + 3600 + 30, abs=5)


def test_a_services_token_sees_what_its_permissions_say(signer, project):
    assert get_sight(ask(signer.service())) == Sight(project.pk, None)
    assert get_sight(ask(signer.service(permissions=["missions:read:own"], roles=[]))) == Sight(project.pk, "Brain")
    with pytest.raises(AccessDenied):
        ask(signer.service(permissions=["agents:read"], roles=["agents:read"]))


@pytest.mark.parametrize(
    ("claims", "reach"),
    [
        ({"permissions": ["missions:read"]}, Reach.ALL),
        ({"permissions": ["*"]}, Reach.ALL),
        ({"roles": ["super_admin"]}, Reach.ALL),
        ({"roles": ["guest", "admin"], "permissions": []}, Reach.ALL),
        ({"roles": ["user"]}, Reach.OWN),
        ({"permissions": ["missions:read:own"], "roles": ["guest"]}, Reach.OWN),
        ({"roles": ["user"], "permissions": ["missions:read"]}, Reach.ALL),
        ({"roles": ["guest"]}, Reach.NONE),
        ({"roles": ["Admin"], "permissions": ["missions:write", "missions:read:all"]}, Reach.NONE),
        ({}, Reach.NONE),
        ({"roles": "admin", "permissions": {"*": 1}}, Reach.NONE),
        ({"roles": [["admin"], 1, None], "permissions": [{"*": 1}]}, Reach.NONE),
    ],
)
def test_roles_and_permissions_decide(claims, reach):
    assert decide_reach(claims) is reach


def test_a_guest_is_known_and_may_read_nothing(signer):
    with pytest.raises(AccessDenied, match="may read no missions"):
        ask(signer.user(roles=["guest"]))


@pytest.mark.parametrize("kind", ["access", "api"])
def test_types_meant_for_requests_are_taken(signer, kind):
    assert ask(signer.user("u", type=kind)).user_id == "u"


@pytest.mark.parametrize("kind", ["refresh", "verification", "password_reset", None, "", "ACCESS", 1, ["access"]])
def test_other_types_are_refused(signer, kind):
    with pytest.raises(NotAuthenticated):
        ask(signer.user(type=kind))


def test_a_services_token_of_another_type_is_refused(signer):
    with pytest.raises(NotAuthenticated):
        ask(signer.service(type="refresh"))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": USER_PAIR["iss"], "aud": SERVICE_PAIR["aud"]},
        {"iss": SERVICE_PAIR["iss"], "aud": USER_PAIR["aud"]},
        {"iss": "someone"},
        {"aud": "someone"},
        {"aud": [USER_PAIR["aud"], SERVICE_PAIR["aud"]]},
        {"aud": None},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"exp": None},
        {"iat": None},
        {"exp": "soon"},
        {"exp": 1e400},
        {"exp": [1]},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000, "exp": 4_000_000_100},
    ],
)
def test_odd_claims_are_refused(signer, claims):
    with pytest.raises(NotAuthenticated):
        ask(signer.user(**claims))


def test_issuer_and_audience_can_be_set_as_pairs(signer, settings):
    settings.MISSIONSCOPE_TOKEN_USERS = ("ours", "our-api")
    assert ask(signer.user("u", iss="ours", aud="our-api")).user_id == "u"
    with pytest.raises(NotAuthenticated):
        ask(signer.user("u"))


def test_the_end_of_a_token_counts_with_a_small_leeway(signer, settings):
    assert ask(signer.user("u", lasts_s=-5)).user_id == "u"
    settings.MISSIONSCOPE_TOKEN_LEEWAY_S = 0
    with pytest.raises(TokenExpired, match="has expired"):
        ask(signer.user(lasts_s=-5))


def test_a_strangers_token_is_not_told_to_be_over(signer):
    with pytest.raises(NotAuthenticated) as caught:
        ask(Signer().user(lasts_s=-600))
    assert not isinstance(caught.value, TokenExpired)


def test_tokens_of_other_keys_and_algorithms_are_refused(signer):
    claims = jwt.decode(signer.user(), options={"verify_signature": False})
    padded = claims | {"padding": "x" * 300}
    head = {"typ": "JWT", "alg": "HS256"}
    signed = f"{encoded(head)}.{encoded(padded)}"
    confused = f"{signed}.{encoded(hmac.digest(signer.pem, signed.encode(), hashlib.sha256))}"
    odd = [
        Signer().user(),
        jwt.encode(padded, "s" * 64, algorithm="HS256"),
        confused,
        jwt.encode(padded, None, algorithm="none"),
        signer.sign(claims, algorithm="RS384"),
        signer.sign(claims, algorithm="PS256"),
        signer.user()[:-4] + "AAAA",
        signer.user() + "A" * LONGEST_TOKEN,
        signer.user(padding="x" * LONGEST_TOKEN),
    ]
    for token in odd:
        assert is_token(token)
        with pytest.raises(NotAuthenticated):
            ask(token)


def test_a_header_cannot_bring_its_own_key(signer):
    stranger = Signer()
    claims = jwt.decode(signer.user(), options={"verify_signature": False})
    for header in ({"jku": "http://127.0.0.1:1/"}, {"jwk": {"kty": "RSA"}}, {"x5u": "http://x"}, {"kid": "../x"}):
        with pytest.raises(NotAuthenticated):
            ask(stranger.sign(claims, **header))


@pytest.mark.parametrize("part", [b"[" * 3000, b'{"a":' * 800, b"\xff" * 300, b"[]", b"null", b'{"alg":["RS256"]}'])
def test_parts_that_are_no_objects_are_refused(signer, part):
    head, body, signature = signer.user().split(".")
    for token in (f"{encoded(part)}.{body}.{signature}", f"{head}.{encoded(part)}.{signature}"):
        with pytest.raises(NotAuthenticated):
            authenticate_token(token, address=HERE)
    data = f"{head}.{encoded(part)}".encode()
    signed = encoded(signer.private.sign(data, PKCS1v15(), hashes.SHA256()))
    with pytest.raises(NotAuthenticated):
        authenticate_token(f"{data.decode()}.{signed}", address=HERE)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60), at=st.integers(0, 700))
def test_no_text_makes_more_than_a_refusal(signer, settings, text, at):
    settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE = 100_000
    token = signer.user()
    for odd in (token[:at] + text + token[at + len(text) :], f"{text}.{token}", f"{token}{text}"):
        if odd != token:
            with pytest.raises((NotAuthenticated, AccessDenied)):
                authenticate_token(odd, address=HERE)


def test_many_wrong_tokens_are_slowed_and_right_ones_go_on(signer, settings):
    settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE = 3
    stranger = Signer()
    for _ in range(3):
        with pytest.raises(NotAuthenticated):
            ask(stranger.user())
    with pytest.raises(TooManyRequests):
        ask(stranger.user())
    assert ask(signer.user("u")).user_id == "u"


def test_expired_tokens_are_not_counted_as_wrong_ones(signer, settings):
    settings.MISSIONSCOPE_WRONG_KEYS_PER_MINUTE = 1
    for _ in range(5):
        with pytest.raises(TokenExpired):
            ask(signer.user(lasts_s=-600))


def test_a_new_key_pair_is_taken_when_the_file_has_it(signer, take_tokens):
    assert ask(signer.user("u")).user_id == "u"
    fresh = Signer()
    take_tokens.write_bytes(fresh.pem)
    assert ask(fresh.user("v")).user_id == "v"
    with pytest.raises(NotAuthenticated):
        ask(signer.user("u"))


def test_without_a_public_key_it_is_said_that_tokens_cannot_be_checked(signer, settings, tmp_path):
    settings.MISSIONSCOPE_TOKEN_KEY_FILE = str(tmp_path / "nowhere.pem")
    with pytest.raises(Unavailable, match="public key is not known"):
        ask(signer.user())


def test_without_the_setting_no_token_is_taken(signer, settings):
    settings.MISSIONSCOPE_TOKEN_KEY_FILE = ""
    with pytest.raises(NotAuthenticated):
        ask(signer.user())


def test_the_project_is_found_by_slug_or_by_its_only_name(signer, settings, project, charlie, alice):
    for wanted, found in (("apollo", "apollo"), ("Elsewhere", "elsewhere")):
        settings.MISSIONSCOPE_TOKEN_PROJECT = wanted
        assert ask(signer.user()).project_slug == found
    create_project("second", "Elsewhere", owner=alice)
    tokens.forget_all()
    for wanted in ("Elsewhere", "nowhere"):
        settings.MISSIONSCOPE_TOKEN_PROJECT = wanted
        with pytest.raises(Unavailable):
            ask(signer.user())


def test_tokens_open_no_door_for_writing(signer):
    for scope in ("ingest", "admin"):
        with pytest.raises(NotAuthenticated):
            authenticate_now(signer.user(roles=["super_admin"]), scope=scope, address=HERE)


def test_api_keys_are_never_taken_for_tokens():
    assert not is_token("ms_" + "x" * 43)
    assert not is_token("a.b." + "x" * 196)
