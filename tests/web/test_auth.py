"""Signing in and out over HTTP, exactly as the apps do it."""

import json
from datetime import datetime

import httpx
import pytest

from server.identity.service import Identity
from server.identity.tables import Account, LoginSession
from server.kernel.actors import LEADER, OFFICER, Post
from server.web.auth import COOKIE
from tests.factories import DISTRICT
from tests.identity.house import PASSWORD, PHONE, an_office, count, give, hire
from tests.phones import Phone
from tests.web.house import JSON_LIMIT, serving

LOGIN = {"staffNo": "wg01", "password": PASSWORD, "device": "phone"}


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"mode": "demo"})


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


@pytest.fixture
async def server(office):
    async with serving(office) as server:
        yield server


@pytest.fixture
async def phone(server):
    async with Phone(server) as phone:
        yield phone


def refusal(answer: httpx.Response):
    return answer.status_code, answer.json()["code"]


def cookie(answer: httpx.Response):
    name, _, rest = answer.headers["set-cookie"].partition("=")
    value, *flags = [part.strip() for part in rest.split(";")]
    return name, value, {flag.lower() for flag in flags}


async def test_signing_in_answers_a_token_and_hides_the_cookie(office, phone, clock):
    await hire(office)
    answer = await phone.post("/auth/officer/login", json=LOGIN)
    assert answer.status_code == 200 and set(answer.json()) == {"accessToken", "expiresAt"}
    assert (datetime.fromisoformat(answer.json()["expiresAt"]) - clock()).total_seconds() == 600
    name, value, flags = cookie(answer)
    assert name == COOKIE and value not in answer.text
    assert flags == {"httponly", "samesite=strict", "path=/auth/officer", f"max-age={72 * 3600}"}
    assert answer.headers["cache-control"] == "no-store"


async def test_behind_https_the_cookie_never_travels_in_clear(settings, clock):
    secure = settings.model_copy(update={"public_url": "https://sanwei.example"})
    async with an_office(secure, clock) as office, serving(office) as server, Phone(server) as phone:
        assert "secure" in cookie(await phone.post("/auth/citizen/guest", json={}))[2]


async def test_each_app_has_its_own_door(office, phone):
    await hire(office)
    await hire(office, "ld01", role=LEADER, post=Post.LEADER, area=DISTRICT, cells=())
    leader = LOGIN | {"staffNo": "ld01"}
    assert (await phone.post("/auth/leader/login", json=leader)).status_code == 200
    assert refusal(await phone.post("/auth/officer/login", json=leader)) == (401, "BAD_CREDENTIALS")
    assert refusal(await phone.post("/auth/leader/login", json=LOGIN)) == (401, "BAD_CREDENTIALS")
    assert refusal(await phone.post("/auth/citizen/login", json=LOGIN))[0] == 400
    assert refusal(await phone.post("/auth/king/refresh"))[0] == 400


async def test_wrong_and_unknown_get_the_same_bytes(office, phone):
    await hire(office)
    wrong = await phone.post("/auth/officer/login", json=LOGIN | {"password": "wrong"})
    unknown = await phone.post("/auth/officer/login", json=LOGIN | {"staffNo": "nobody"})
    assert wrong.content == unknown.content == b'{"code":"BAD_CREDENTIALS","params":{}}'
    drop = ("date",)
    assert [h for h in wrong.headers.multi_items() if h[0] not in drop] == [
        h for h in unknown.headers.multi_items() if h[0] not in drop
    ]
    assert "set-cookie" not in wrong.headers and await count(office, LoginSession) == 0


async def test_five_wrong_lock_the_name(office, phone, clock):
    await hire(office)
    for _ in range(5):
        assert (await phone.post("/auth/officer/login", json=LOGIN | {"password": "x"})).status_code == 401
    answer = await phone.post("/auth/officer/login", json=LOGIN)
    assert refusal(answer) == (423, "LOCKED")
    assert (datetime.fromisoformat(answer.json()["params"]["until"]) - clock()).total_seconds() == 600


async def test_guessing_is_braked_whatever_address_is_claimed(office, phone):
    await hire(office)
    answers = [
        await phone.post(
            "/auth/officer/login", json=LOGIN | {"staffNo": f"name{n}", "password": "x"},
            headers=dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP"), f"10.0.0.{n}"),
        )
        for n in range(20)
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [401] * 15 + [429] * 5
    wait = answers[-1].json()["params"]["retryAfter"]
    assert 0 < wait <= 600 and answers[-1].headers["retry-after"] == str(wait)


async def test_refreshing_rotates_the_cookie_and_signing_out_ends_it(office, phone):
    await hire(office)
    first = cookie(await phone.post("/auth/officer/login", json=LOGIN))[1]
    answer = await phone.post("/auth/officer/refresh")
    assert answer.status_code == 200 and set(answer.json()) == {"accessToken", "expiresAt"}
    second = cookie(answer)[1]
    assert first != second and first[:36] == second[:36]
    out = await phone.post("/auth/officer/logout", json={})
    assert out.status_code == 204 and out.content == b"" and "max-age=0" in cookie(out)[2]
    assert refusal(await phone.post("/auth/officer/refresh")) == (401, "NO_SESSION")
    assert await count(office, LoginSession, LoginSession.revoked_why == "logout") == 1


async def test_a_dead_cookie_is_taken_away(phone):
    phone.http.cookies.set(COOKIE, "x.y", path="/auth/officer")
    answer = await phone.post("/auth/officer/refresh")
    assert refusal(answer) == (401, "NO_SESSION") and "max-age=0" in cookie(answer)[2]


async def test_no_cookie_is_no_session_and_no_error(phone):
    assert refusal(await phone.post("/auth/leader/refresh")) == (401, "NO_SESSION")
    assert (await phone.post("/auth/leader/logout")).status_code == 204


async def test_a_stolen_cookie_kills_the_family(office, server, phone, clock):
    await hire(office)
    stolen = cookie(await phone.post("/auth/officer/login", json=LOGIN))[1]
    await phone.post("/auth/officer/refresh")
    clock.advance(seconds=11)
    async with Phone(server) as thief:
        thief.http.cookies.set(COOKIE, stolen, path="/auth/officer")
        assert refusal(await thief.post("/auth/officer/refresh")) == (401, "NO_SESSION")
    assert refusal(await phone.post("/auth/officer/refresh")) == (401, "NO_SESSION")


async def test_switching_posts(office, phone, clock):
    id = await hire(office)
    clock.advance(minutes=1)
    second = await give(office, id, Post.STREET_DISPATCHER, area="440103006")
    await phone.sign_in("officer", "wg01", PASSWORD)
    answer = await phone.post("/auth/officer/switch", json={"holdingId": second})
    assert answer.status_code == 200
    actor = await office.of(Identity).gate.actor(answer.json()["accessToken"])
    assert actor.post is Post.STREET_DISPATCHER
    phone.token = answer.json()["accessToken"]
    assert refusal(await phone.post("/auth/officer/switch", json={"holdingId": "x"})) == (404, "NOT_FOUND")
    assert refusal(await phone.post("/auth/leader/switch", json={"holdingId": second})) == (401, "NO_SESSION")
    phone.token = None
    assert refusal(await phone.post("/auth/officer/switch", json={"holdingId": second})) == (
        401,
        "UNAUTHENTICATED",
    )


async def test_a_guest_is_kept_by_the_cookie(office, phone):
    await phone.be_guest()
    first = await office.of(Identity).gate.actor(phone.token or "")
    await phone.be_guest()
    again = await office.of(Identity).gate.actor(phone.token or "")
    assert first.guest and first.id == again.id and await count(office, Account) == 1
    assert (await phone.post("/auth/citizen/refresh")).status_code == 200


async def test_a_guest_needs_no_body(office, phone):
    assert (await phone.post("/auth/citizen/guest")).status_code == 200


async def test_a_guest_proves_a_phone(office, phone):
    await phone.be_guest()
    sent = await phone.post("/auth/citizen/code", json={"phone": PHONE})
    assert sent.status_code == 200 and list(sent.json()) == ["demoCode"]
    code = sent.json()["demoCode"]
    wrong = await phone.post(
        "/auth/citizen/verify", json={"phone": PHONE, "code": f"{(int(code) + 1) % 10**6:06}"}
    )
    assert (refusal(wrong), wrong.json()["params"]) == ((401, "BAD_CODE"), {"left": 4})
    answer = await phone.post("/auth/citizen/verify", json={"phone": PHONE, "code": code})
    assert answer.status_code == 200
    actor = await office.of(Identity).gate.actor(answer.json()["accessToken"])
    assert not actor.guest
    assert await count(office, Account, Account.merged_into_id == actor.id) == 1
    phone.token = None
    await phone.be_guest()
    assert (await office.of(Identity).gate.actor(phone.token or "")).id == actor.id


async def test_a_bad_guest_token_spends_no_code(office, phone):
    code = (await phone.post("/auth/citizen/code", json={"phone": PHONE})).json()["demoCode"]
    phone.token = "forged"
    proof = {"phone": PHONE, "code": code}
    assert refusal(await phone.post("/auth/citizen/verify", json=proof)) == (401, "UNAUTHENTICATED")
    phone.token = None
    assert (await phone.post("/auth/citizen/verify", json=proof)).status_code == 200


async def test_one_code_a_minute(phone):
    await phone.post("/auth/citizen/code", json={"phone": PHONE})
    answer = await phone.post("/auth/citizen/code", json={"phone": PHONE})
    assert refusal(answer) == (429, "TOO_MANY") and answer.headers["retry-after"] == "60"


async def test_outside_the_demo_the_answer_carries_no_code(settings, clock):
    async def send(_phone, _code): ...

    plain = settings.model_copy(update={"mode": "development"})
    async with (
        an_office(plain, clock, send_code=send) as office,
        serving(office) as server,
        Phone(server) as phone,
    ):
        answer = await phone.post("/auth/citizen/code", json={"phone": PHONE})
    assert (answer.status_code, answer.json()) == (200, {})


async def test_without_a_channel_it_says_so(settings, clock):
    plain = settings.model_copy(update={"mode": "development"})
    async with an_office(plain, clock) as office, serving(office) as server, Phone(server) as phone:
        assert refusal(await phone.post("/auth/citizen/code", json={"phone": PHONE})) == (503, "NO_CHANNEL")


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
@pytest.mark.parametrize(
    "path", ["officer/login", "officer/refresh", "officer/logout", "citizen/guest", "citizen/code"]
)
async def test_a_form_of_another_site_is_refused(office, phone, path, kind):
    await hire(office)
    body = b'{"staffNo":"wg01","password":"x","phone":"13800138001"}'
    answer = await phone.post(f"/auth/{path}", content=body, headers={"Content-Type": kind})
    assert refusal(answer) == (415, "NOT_JSON")
    assert (await count(office, LoginSession), await count(office, Account)) == (0, 1)


@pytest.mark.parametrize(("origin", "status"), [
    ("https://evil.example", 403), ("null", 403), ("http://127.0.0.1:1", 403),
    ("http://127.0.0.1:8000", 401), (None, 401),
])  # fmt: skip
async def test_a_page_of_another_site_is_refused(phone, origin, status):
    headers = {"Origin": origin} if origin else {}
    assert (await phone.post("/auth/officer/refresh", headers=headers)).status_code == status


async def test_our_own_page_is_welcome(server, phone):
    answer = await phone.post("/auth/citizen/guest", json={}, headers={"Origin": server.url})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("officer/login", {}, "staffNo"), ("officer/login", {"staffNo": "wg01"}, "password"),
        ("officer/login", LOGIN | {"password": "x" * 129}, "password"),
        ("officer/login", LOGIN | {"password": None}, "password"),
        ("officer/login", LOGIN | {"staffNo": 7}, "staffNo"),
        ("officer/login", LOGIN | {"staffNo": "a\0b"}, "staffNo"),
        ("officer/login", LOGIN | {"device": "\0"}, "device"),
        ("officer/login", LOGIN | {"device": "x" * 129}, "device"),
        ("citizen/code", {"phone": "110"}, "phone"), ("citizen/code", {"phone": ["1"]}, "phone"),
        ("citizen/verify", {"phone": PHONE}, "code"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_named(office, phone, path, body, field):
    answer = await phone.post(f"/auth/{path}", json=body)
    assert answer.status_code == 400 and answer.json()["field"] == field
    assert await count(office, LoginSession) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"\xff\xfe",
        b'{"staffNo":"\\ud800","password":"x"}',
        b"{}" * 3,
        b"[" * 3000,
    ],
)
async def test_rubbish_is_refused_without_a_stumble(phone, body):
    answer = await phone.post(
        "/auth/officer/login", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 415) and answer.json()["code"] in (
        "BAD_INPUT",
        "NOT_JSON",
        "BAD_CHARACTERS",
    )


@pytest.mark.parametrize("password", ["\0", "a\0b", "密码" * 60, "\ud800"])
async def test_a_strange_password_is_only_wrong(office, phone, password):
    await hire(office)
    answer = await phone.post(
        "/auth/officer/login", headers={"Content-Type": "application/json"},
        content=json.dumps(LOGIN | {"password": password}).encode(),
    )  # fmt: skip
    assert answer.status_code in (400, 401)


async def test_a_flood_of_a_body_is_refused(phone):
    answer = await phone.post("/auth/officer/login", json=LOGIN | {"device": "x" * JSON_LIMIT})
    assert answer.status_code == 413


async def test_nothing_answers_to_get(phone):
    for path in ("officer/login", "officer/refresh", "citizen/guest"):
        assert (await phone.http.get(f"/auth/{path}")).status_code == 405


async def test_roles_are_what_they_say(office, phone):
    await hire(office)
    await phone.sign_in("officer", "wg01", PASSWORD)
    assert (await office.of(Identity).gate.actor(phone.token or "")).role is OFFICER
