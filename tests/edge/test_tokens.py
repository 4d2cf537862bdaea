"""A forged token opens nothing, neither a request nor a websocket."""

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from websockets.exceptions import ConnectionClosed

from server.identity.tokens import ALGORITHM, key_id
from server.platform.vault import Vault
from tests.edge.house import House, asking
from tests.phones import socket


def part(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def key(house: House) -> Ed25519PrivateKey:
    """What the server signs with."""
    own = load_pem_private_key(Vault.open(house.settings).signing.encode(), None)
    assert isinstance(own, Ed25519PrivateKey)
    return own


@pytest.fixture(scope="module")
def claims(house: House):
    """A true token's."""
    return jwt.decode(house.token, options={"verify_signature": False})


def sign(key, claims, *, algorithm=ALGORITHM, headers=None):
    return jwt.encode(claims, key, algorithm, headers={"kid": key_id(key.public_key())} | (headers or {}))


async def opens(house, token) -> tuple[int, int]:
    """The status of a request, and the code a websocket is closed with (0: it is open)."""
    async with asking(house, token) as client:
        answer = await client.post("/graphql", content=b'{"query":"{me{id}}"}')
    async with socket(house.server, init=False) as line:
        await line.send(type="connection_init", payload={"token": token})
        try:
            assert (await line.receive())["type"] == "connection_ack"
            return answer.status_code, 0
        except ConnectionClosed:
            return answer.status_code, await line.closed()


async def test_the_same_claims_signed_by_the_server_open_both(house, key, claims):
    assert await opens(house, sign(key, claims)) == (200, 0)


CHANGED = {
    "another's": {"aud": "other"}, "several audiences": {"aud": ["sanwei", "other"]},
    "from elsewhere": {"iss": "other"}, "over": {"exp": int(time.time()) - 1}, "never over": {"exp": None},
    "over far away": {"exp": "9999999999"}, "for renewing": {"typ": "refresh"}, "no kind": {"typ": None},
    "for leaders": {"role": "leader"}, "for nobody": {"role": "king"}, "of somebody": {"sub": "somebody"},
    "in a post": {"hld": "somebody's"}, "in no session": {"sid": "none"}, "not yet": {"nbf": 9_999_999_999},
}  # fmt: skip


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED.keys())
async def test_other_claims_open_nothing_even_under_our_signature(house, key, claims, changed):
    wanted = {name: value for name, value in (claims | changed).items() if value is not None}
    assert await opens(house, sign(key, wanted)) == (401, 4401)


@pytest.mark.parametrize("missing", ["sub", "role", "hld", "sid", "exp", "iat", "aud", "iss", "typ"])
async def test_a_claim_left_out_opens_nothing(house, key, claims, missing):
    assert await opens(house, sign(key, {k: v for k, v in claims.items() if k != missing})) == (401, 4401)


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE"])
async def test_a_token_nobody_signed_opens_nothing(house, key, claims, algorithm):
    head = part({"alg": algorithm, "typ": "JWT", "kid": key_id(key.public_key())})
    signature = house.token.rsplit(".", 1)[1]
    for token in (f"{head}.{part(claims)}.", f"{head}.{part(claims)}.{signature}"):
        assert await opens(house, token) == (401, 4401)


@pytest.mark.parametrize(
    "form", [(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), (Encoding.Raw, PublicFormat.Raw)]
)
async def test_the_public_key_is_no_shared_secret(house, key, claims, form):
    head = part({"alg": "HS256", "typ": "JWT", "kid": key_id(key.public_key())})
    signed = f"{head}.{part(claims)}"
    digest = hmac.digest(key.public_key().public_bytes(*form), signed.encode(), hashlib.sha256)
    assert await opens(house, f"{signed}.{part(digest)}") == (401, 4401)


async def test_another_kind_of_key_under_our_name_opens_nothing(house, key, claims):
    foreign = generate_private_key(65537, 2048)
    token = jwt.encode(claims, foreign, "RS256", headers={"kid": key_id(key.public_key())})
    assert await opens(house, token) == (401, 4401)


@pytest.mark.parametrize("headers", [
    {}, {"kid": ""}, {"kid": "../../dev/null"}, {"kid": "' or 1=1"}, {"jku": "http://127.0.0.1:9/keys"},
])  # fmt: skip
async def test_a_foreign_key_opens_nothing_whatever_it_calls_itself(house, key, claims, headers):
    foreign = Ed25519PrivateKey.generate()
    own_name = {"kid": key_id(key.public_key())}
    public = foreign.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": part(public)}
    for named in (headers, own_name | headers, own_name | {"jwk": jwk}):
        assert await opens(house, sign(foreign, claims, headers=named)) == (401, 4401)


async def test_a_token_changed_by_one_letter_opens_nothing(house):
    for place in range(5, len(house.token), 37):
        letter = "A" if house.token[place] != "A" else "B"
        assert await opens(house, house.token[:place] + letter + house.token[place + 1 :]) == (401, 4401)
