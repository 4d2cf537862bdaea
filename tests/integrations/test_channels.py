"""Text messages, WeChat and push against a provider on this machine that says what a real one says."""

import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDH, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.app import close_office, open_office
from server.identity.errors import NoChannel
from server.identity.service import Identity
from server.integrations.channels import exchange_of
from server.integrations.push_keys import b64, encrypt, may_write, private_key, public_of, subscription, unb64
from server.integrations.wechat import WechatRefused
from server.kernel.errors import BadInput
from server.kernel.ways import Via
from server.platform.notify import Message, Refused, Sent, TryAgain
from server.platform.vault import BadKey, Vault
from server.settings import Settings
from tests.city import everything
from tests.servers import free_port, running

SECRET = "nobody-knows-this-one"
# RFC 8291, Appendix A
PLAIN = b"When I grow up, I want to be a watermelon"
OURS, BROWSERS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru"
    "3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


@dataclass
class Asked:
    """One request as it came."""

    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Provider:
    """Writes down what it is asked and answers what it was told to."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    says: list[tuple[int, dict[str, object]]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append(Asked(scope["path"], scope["query_string"].decode(), headers, body))
        status, told = self.says.pop(0)
        extra = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": extra})
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})


@pytest.fixture(scope="module")
async def server():
    provider, port = Provider(), free_port()
    async with running(provider, port=port) as found:
        provider.url = found.url
        yield provider


@pytest.fixture
def provider(server):
    server.asked.clear()
    server.says.clear()
    server.headers.clear()
    return server


@pytest.fixture
def templates(tmp_path):
    told = {
        "sms": {"default": {"id": "SMS_1", "fields": {"no": "no", "what": "text"}},
                "login.code": {"id": "SMS_2", "fields": {"code": "code"}}},
        "wechat": {"default": {"id": "T1", "fields": {"thing1": "text", "time2": "at", "thing3": "unit"}}},
    }  # fmt: skip
    file = tmp_path / "templates.json"
    file.write_text(json.dumps(told))
    return file


@asynccontextmanager
async def channel(tmp_path, via, **settings):
    wanted = Settings(data_dir=tmp_path, **settings)
    exchange = exchange_of(wanted, Vault.open(Settings(data_dir=tmp_path)))
    yield exchange.channels[via]
    await exchange.close()


def a_message(to="13800138001", **facts):
    given = {
        "id": "a1b2", "to": to, "key": "order.file", "params": {"no": "SW202603020001"}, "text": "已受理",
        "link": "/citizen/#/cases/1", "at": datetime(2026, 3, 2, 1, 0, tzinfo=UTC), "urgent": False,
    }  # fmt: skip
    return Message(**(given | facts))


@pytest.fixture
async def sms(provider, tmp_path, templates):
    async with channel(tmp_path, Via.SMS, sms_url=f"{provider.url}/v1/send", sms_key="k1", sms_secret=SECRET,
                       message_templates=templates) as made:  # fmt: skip
        yield made


@pytest.fixture
async def wechat(provider, tmp_path, templates):
    async with channel(tmp_path, Via.WECHAT, wechat_url=provider.url, wechat_app="wx1", wechat_secret=SECRET,
                       message_templates=templates, public_url="https://city.example") as made:  # fmt: skip
        yield made


async def test_a_text_message_is_a_signed_template_with_its_fields(provider, sms):
    provider.says = [(200, {"id": "r-1"})]
    assert await sms.send(a_message()) == Sent("r-1")
    [asked] = provider.asked
    assert json.loads(asked.body) == {
        "to": "13800138001", "template": "SMS_1", "params": {"no": "SW202603020001", "what": "已受理"},
    }  # fmt: skip
    told = "\n".join(
        ["POST", "/v1/send", asked.headers["x-time"], "a1b2", hashlib.sha256(asked.body).hexdigest()]
    )
    assert asked.headers["x-signature"] == hmac.digest(SECRET.encode(), told.encode(), "sha256").hex()
    assert (asked.headers["idempotency-key"], asked.headers["x-key"]) == ("a1b2", "k1")


@pytest.mark.parametrize(
    ("status", "told", "outcome"),
    [
        (409, {"id": "r-1"}, Sent("r-1")),
        (400, {"code": "UNSUBSCRIBED"}, Refused("UNSUBSCRIBED")),
        (422, {"code": "the phone 138… is <b>bad</b>"}, Refused("HTTP_422")),
        (401, {}, TryAgain("KEY_REFUSED")),
        (429, {}, TryAgain("HTTP_429", after=90.0)),
        (503, {}, TryAgain("HTTP_503", after=90.0)),
        (302, {}, Refused("HTTP_302")),
    ],
)
async def test_what_a_provider_of_text_messages_says_is_an_outcome(provider, sms, status, told, outcome):
    provider.says, provider.headers["Retry-After"] = [(status, told)], "90"
    assert await sms.send(a_message()) == outcome
    assert len(provider.asked) == 1


async def test_a_line_that_is_dead_is_tried_again(tmp_path, templates):
    async with channel(tmp_path, Via.SMS, sms_url=f"http://127.0.0.1:{free_port()}/", sms_key="k",
                       sms_secret=SECRET, message_templates=templates) as made:  # fmt: skip
        assert await made.send(a_message()) == TryAgain("UNREACHABLE")


async def test_a_message_nobody_registered_a_template_for_is_refused(provider, tmp_path, templates):
    templates.write_text('{"sms": {}}')
    async with channel(tmp_path, Via.SMS, sms_url=provider.url, sms_key="k", sms_secret=SECRET,
                       message_templates=templates) as made:  # fmt: skip
        assert await made.send(a_message()) == Refused("NO_TEMPLATE")
    assert provider.asked == []


async def test_wechat_asks_for_a_token_once_and_keeps_it(provider, wechat):
    provider.says = [(200, {"access_token": "t1", "expires_in": 7200}), (200, {"errcode": 0, "msgid": 7}),
                     (200, {"errcode": 0, "msgid": 8})]  # fmt: skip
    assert [await wechat.send(a_message("o1")) for _ in range(2)] == [Sent("7"), Sent("8")]
    token, first, _ = provider.asked
    assert (token.path, token.query, json.loads(token.body)["secret"]) == (
        "/cgi-bin/stable_token",
        "",
        SECRET,
    )
    assert (first.path, first.query) == ("/cgi-bin/message/template/send", "access_token=t1")
    assert json.loads(first.body) == {
        "touser": "o1", "template_id": "T1", "client_msg_id": "a1b2",
        "url": "https://city.example/citizen/#/cases/1",
        "data": {"thing1": {"value": "已受理"}, "time2": {"value": "2026-03-02 09:00"},
                 "thing3": {"value": "—"}},
    }  # fmt: skip


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_that_is_over_is_renewed_once(provider, wechat, code):
    token = (200, {"access_token": "t", "expires_in": 7200})
    provider.says = [token, (200, {"errcode": code}), token, (200, {"errcode": 0, "msgid": 9})]
    assert await wechat.send(a_message("o1")) == Sent("9")
    provider.says = [(200, {"errcode": code}), token, (200, {"errcode": code})]
    assert await wechat.send(a_message("o1")) == TryAgain("TOKEN_REFUSED")
    assert provider.says == []


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (43101, Refused("WECHAT_43101", gone=True)), (43004, Refused("WECHAT_43004", gone=True)),
        (40003, Refused("WECHAT_40003", gone=True)), (40037, Refused("WECHAT_40037")),
        (45009, TryAgain("WECHAT_45009", after=3600.0)), (-1, TryAgain("WECHAT_-1")),
    ],
)  # fmt: skip
async def test_what_wechat_says_is_an_outcome(provider, wechat, code, outcome):
    provider.says = [(200, {"access_token": "t", "expires_in": 7200}), (200, {"errcode": code})]
    assert await wechat.send(a_message("o1")) == outcome


async def test_a_wrong_secret_is_an_operators_to_mend(provider, wechat):
    provider.says = [(200, {"errcode": 40125})]
    assert await wechat.send(a_message("o1")) == TryAgain("WECHAT_40125")


async def test_wechat_tells_who_is_behind_a_code(provider, wechat):
    provider.says = [(200, {"openid": "o7"}), (200, {"errcode": 40029})]
    assert await wechat.openid("c1") == "o7"
    with pytest.raises(WechatRefused):
        await wechat.openid("c1")


def test_a_push_is_encrypted_as_the_rfc_shows():
    browser = unb64(public_of(private_key(BROWSERS)))
    made = encrypt(PLAIN, browser, unb64(AUTH), salt=unb64(SALT), key=private_key(OURS))
    assert b64(made) == BODY


def opened(body, key, auth):
    """What the browser reads."""
    salt, theirs, sealed = body[:16], body[21:86], body[86:]
    mine = unb64(public_of(key))
    shared = key.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), theirs))
    secret = HKDF(SHA256(), 32, auth, b"WebPush: info\0" + mine + theirs).derive(shared)
    content = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
    return json.loads(AESGCM(content).decrypt(nonce, sealed, None).removesuffix(b"\x02"))


async def test_a_push_is_for_one_browser_and_signed_by_us(provider, tmp_path):
    host, browser = provider.url.removeprefix("http://"), private_key(BROWSERS)
    to = subscription(f"{provider.url}/push/1", public_of(browser), AUTH, {host})
    async with channel(tmp_path, Via.PUSH, vapid_key=OURS, vapid_contact="mailto:it@city.example",
                       push_hosts=host) as made:  # fmt: skip
        provider.says, provider.headers["Location"] = [(201, {})], f"{provider.url}/m/77"
        assert await made.send(a_message(to, urgent=True)) == Sent("77")
        [asked] = provider.asked
        assert opened(asked.body, browser, unb64(AUTH)) == {
            "body": "已受理", "no": "SW202603020001", "link": "/citizen/#/cases/1", "tag": "a1b2",
        }  # fmt: skip
        assert (asked.headers["urgency"], asked.headers["content-encoding"]) == ("high", "aes128gcm")
        signed, _, ours = asked.headers["authorization"].removeprefix("vapid t=").partition(", k=")
        point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), unb64(ours))
        claims = jwt.decode(signed, point, algorithms=["ES256"], audience=provider.url)
        assert (ours, claims["sub"]) == (public_of(private_key(OURS)), "mailto:it@city.example")
        for status, outcome in ((410, Refused("HTTP_410", gone=True)), (404, Refused("HTTP_404", gone=True)),
                                (413, Refused("HTTP_413")), (500, TryAgain("HTTP_500"))):  # fmt: skip
            provider.says = [(status, {})]
            assert await made.send(a_message(to)) == outcome
        elsewhere = json.dumps(json.loads(to) | {"endpoint": "http://127.0.0.1:1/x"})
        assert await made.send(a_message(elsewhere)) == Refused("FOREIGN_HOST", gone=True)


@pytest.mark.parametrize(
    "endpoint",
    ["http://fcm.googleapis.com/x", "https://evil.example/x", "https://169.254.169.254/x", "file:///etc/passwd",
     "https://fcm.googleapis.com.evil.example/", "https://a@fcm.googleapis.com/", "https://[::1", ""],
)  # fmt: skip
def test_only_push_services_are_written_to(endpoint):
    assert not may_write(endpoint, {"fcm.googleapis.com"})
    with pytest.raises(BadInput):
        subscription(endpoint, public_of(private_key(OURS)), AUTH, {"fcm.googleapis.com"})


@pytest.mark.parametrize(
    ("p256dh", "auth"), [("AAAA", AUTH), ("é", AUTH), (public_of(private_key(OURS)), "AAAA")]
)
def test_keys_no_browser_made_are_refused(p256dh, auth):
    with pytest.raises(BadInput):
        subscription("https://wns2.notify.windows.com/x", p256dh, auth, {"notify.windows.com"})


@pytest.mark.parametrize("secret", ["", "s3cr3t", "changeme", "password12345678"])
def test_production_starts_with_no_weak_secret(tmp_path, secret):
    Vault.create(Settings(data_dir=tmp_path))
    with pytest.raises(BadKey) as told:
        open_office(
            Settings(data_dir=tmp_path, mode="production", sms_url="https://sms.example", sms_secret=secret)
        )
    assert not secret or secret not in str(told.value)


def test_without_settings_the_demo_keeps_and_production_is_silent(tmp_path):
    vault = Vault.open(Settings(data_dir=tmp_path))
    kept = exchange_of(Settings(data_dir=tmp_path, mode="demo"), vault)
    assert (set(kept.channels), kept.shown) == (set(Via), True)
    silent = exchange_of(Settings(data_dir=tmp_path, mode="production"), vault)
    assert (silent.channels, silent.shown, silent.vapid) == ({}, False, "")


async def test_a_code_goes_out_at_once(provider, tmp_path, sqlite_store, templates):
    settings = Settings(
        data_dir=tmp_path, database_url=sqlite_store, sms_url=provider.url, sms_key="k", sms_secret=SECRET,
        message_templates=templates,
    )  # fmt: skip
    office = open_office(settings)
    provider.says = [(200, {})]
    try:
        assert await office.of(Identity).send_code("13800138001", address="127.0.0.1") is None
        asked = json.loads(provider.asked[0].body)
        assert (asked["to"], asked["template"], len(asked["params"]["code"])) == ("13800138001", "SMS_2", 6)
    finally:
        await close_office(office)


@pytest.mark.parametrize("mode", ["development", "production"])
async def test_without_a_channel_no_code_is_made(tmp_path, sqlite_store, mode):
    Vault.create(Settings(data_dir=tmp_path))
    office = open_office(Settings(data_dir=tmp_path, database_url=sqlite_store, mode=mode))
    before = await everything(office)
    try:
        with pytest.raises(NoChannel):
            await office.of(Identity).send_code("13800138001", address="127.0.0.1")
        assert await everything(office) == before
    finally:
        await close_office(office)
