"""A token is ours, fresh and whole, or it is nothing."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from server.identity.tokens import ALGORITHM, AUDIENCE, CLAIMS, ISSUER, TokenRing, key_id
from server.kernel.actors import OFFICER
from server.kernel.errors import Unauthenticated
from server.platform.vault import new_signing_key
from tests.clock import MONDAY

OLD, NEW, FOREIGN = (new_signing_key().decode() for _ in range(3))


def private(pem):
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


KEY = private(NEW)
KID = key_id(KEY.public_key())
RING = TokenRing(NEW, minutes=10)
NOW = MONDAY
ISSUED = int(NOW.timestamp())
GOOD = {
    "sub": "a1", "role": "officer", "hld": "h1", "sid": "s1", "typ": "access", "aud": AUDIENCE, "iss": ISSUER,
    "iat": ISSUED, "exp": ISSUED + 600,
}  # fmt: skip


def mint(ring=RING, now=NOW):
    return ring.mint(account_id="a1", role=OFFICER, holding_id="h1", session_id="s1", now=now)[0]


def forge(*, without="", key=KEY, algorithm=ALGORITHM, headers=None, **changed):
    claims = {name: value for name, value in (GOOD | changed).items() if name != without}
    return jwt.encode(claims, key, algorithm, headers={"kid": KID} if headers is None else headers)


def part(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def refused(token, *, now=NOW):
    with pytest.raises(Unauthenticated):
        RING.read(token, now=now)


def test_a_minted_token_says_who_and_until_when():
    token, ends = RING.mint(account_id="a1", role=OFFICER, holding_id="h1", session_id="s1", now=NOW)
    claims = RING.read(token, now=NOW)
    assert ends == NOW + timedelta(minutes=10)
    assert (claims.account_id, claims.role, claims.holding_id, claims.session_id) == (
        "a1",
        OFFICER,
        "h1",
        "s1",
    )
    assert claims.expires_at == ends.timestamp()


def test_the_forgery_below_would_pass_if_nothing_were_changed():
    assert RING.read(forge(), now=NOW).account_id == "a1"


def test_it_ends_on_the_second():
    token = mint()
    RING.read(token, now=NOW + timedelta(minutes=10, seconds=-1))
    refused(token, now=NOW + timedelta(minutes=10))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
def test_unsigned_is_refused(algorithm):
    head = part({"alg": algorithm, "typ": "JWT", "kid": KID})
    refused(f"{head}.{part(GOOD)}.")
    refused(f"{head}.{part(GOOD)}.{mint().rsplit('.', 1)[1]}")


@pytest.mark.parametrize(
    "form", [(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), (Encoding.Raw, PublicFormat.Raw)]
)
@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
def test_the_public_key_is_no_shared_secret(form, algorithm):
    secret = KEY.public_key().public_bytes(*form)
    signed = f"{part({'alg': algorithm, 'typ': 'JWT', 'kid': KID})}.{part(GOOD)}"
    digest = hashlib.sha256 if algorithm == "HS256" else hashlib.sha512
    refused(f"{signed}.{part(hmac.digest(secret, signed.encode(), digest))}")


@pytest.mark.parametrize("headers", [{}, {"kid": "other"}, {"kid": ""}, {"kid": "../../dev/null"}])
def test_the_key_must_be_named_and_ours(headers):
    refused(forge(headers=headers))


def test_a_foreign_key_under_our_name_is_refused():
    refused(forge(key=private(FOREIGN)))


def test_a_key_that_travels_in_the_token_is_not_looked_at():
    foreign = private(FOREIGN)
    raw = foreign.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": part(raw), "kid": KID}
    refused(forge(key=foreign, headers={"kid": KID, "jwk": jwk}))


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_is_required(name):
    refused(forge(without=name))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aud", "other"), ("aud", ""), ("aud", [AUDIENCE, "other"]), ("aud", None),
        ("iss", "other"), ("iss", None),
        ("typ", "refresh"), ("typ", None), ("role", "king"), ("role", None), ("role", ["officer"]),
        ("sub", 1), ("sub", None), ("sub", ["a1"]), ("hld", 7), ("hld", None), ("sid", 7), ("sid", {"s1": 1}),
        ("exp", ISSUED), ("exp", ISSUED - 1), ("exp", "9999999999"), ("exp", 9e9), ("exp", None),
        ("exp", True), ("nbf", 99_999_999_999),
    ],
)  # fmt: skip
def test_a_wrong_claim_is_refused(name, value):
    head = part({"alg": "EdDSA", "typ": "JWT", "kid": KID})
    signed = f"{head}.{part(GOOD | {name: value})}"
    refused(f"{signed}.{part(KEY.sign(signed.encode()))}")


def test_a_changed_claim_breaks_the_signature():
    head, _, signature = mint().split(".")
    refused(f"{head}.{part(GOOD | {'role': 'leader'})}.{signature}")


@pytest.mark.parametrize(
    "rubbish",
    [
        "", ".", "..", "a.b.c", "null", "\0", "é.é.é", f"{part([])}.{part(GOOD)}.",
        f"{part({'alg': 'EdDSA', 'kid': []})}.e30.", "x" * 9000,
    ],
)  # fmt: skip
def test_rubbish_is_refused(rubbish):
    refused(rubbish)


def test_an_older_key_still_verifies_and_the_newest_signs():
    rotated = TokenRing(NEW + OLD, minutes=10)
    assert rotated.read(mint(TokenRing(OLD, minutes=10)), now=NOW).account_id == "a1"
    assert jwt.get_unverified_header(mint(rotated))["kid"] == KID


def test_a_key_that_was_taken_out_verifies_no_more():
    refused(mint(TokenRing(OLD, minutes=10)))


def test_keys_may_come_in_one_line():
    assert TokenRing(NEW.replace("\n", "\\n"), minutes=10).read(mint(), now=NOW).account_id == "a1"


@pytest.mark.parametrize("minutes", [0, -1, 16, 60])
def test_a_life_above_fifteen_minutes_does_not_start(minutes):
    with pytest.raises(ValueError, match="15"):
        TokenRing(NEW, minutes=minutes)


@pytest.mark.parametrize(
    "pems", ["", "  \n", "secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
)
def test_no_key_does_not_start(pems):
    with pytest.raises(ValueError):
        TokenRing(pems, minutes=10)


def test_a_key_of_another_kind_does_not_start():
    other = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ValueError, match="Ed25519"):
        TokenRing(other.decode(), minutes=10)
