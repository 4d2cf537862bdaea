"""A citizen is a device first; a phone makes the device somebody, and what the guest began goes along."""

import asyncio

import pytest
from sqlmodel import select

from server.identity import accounts, queries
from server.identity.errors import BadCode, BadPhone, NoChannel, TooMany
from server.identity.service import Identity
from server.identity.tables import Account, LoginSession, PhoneCode
from server.kernel.actors import CITIZEN, SYSTEM
from server.kernel.errors import NotAllowed, Unauthenticated
from server.platform.files import File
from server.platform.vault import Vault
from tests.identity.house import HERE, OTHER_PHONE, PHONE, an_office, be_guest, count, hire, sign_in


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"mode": "demo"})


async def code_for(identity, phone=PHONE):
    code = await identity.send_code(phone, address=HERE)
    assert code is not None
    return code


async def verify(identity, code, phone=PHONE, guest=None):
    return await identity.verify_code(phone, code, guest=guest, device="phone", address=HERE)


async def left(identity, code, phone=PHONE):
    with pytest.raises(BadCode) as refusal:
        await verify(identity, code, phone)
    return refusal.value.params["left"]


def other_than(code):
    return f"{(int(code) + 1) % 10**6:06}"


async def test_a_guest_gets_an_account_and_keeps_it(office, identity):
    first = await be_guest(office)
    again = await identity.guest(device="phone", address=HERE, refresh_token=first.refresh_token)
    assert again.account_id == first.account_id and again.refresh_token != first.refresh_token
    assert (await count(office, Account, Account.guest), await count(office, LoginSession)) == (1, 1)


@pytest.mark.parametrize("token", [None, "", "rubbish", "x.y"])
async def test_a_device_nobody_remembers_begins_anew(office, identity, token):
    await be_guest(office)
    await identity.guest(device="phone", address=HERE, refresh_token=token)
    assert await count(office, Account) == 2


async def test_guests_are_not_made_by_the_thousand(office, identity):
    for _ in range(120):
        await be_guest(office)
    with pytest.raises(TooMany):
        await be_guest(office)
    assert await count(office, Account) == 120


async def test_a_code_makes_an_account_and_finds_it_again(office, identity, clock):
    first = await verify(identity, await code_for(identity))
    clock.advance(minutes=1)
    second = await verify(identity, await code_for(identity, "+86 138-0013-8001"))
    assert first.account_id == second.account_id and first.refresh_token[:36] != second.refresh_token[:36]
    actor = await identity.gate.actor(second.access_token)
    assert (actor.role, actor.guest) == (CITIZEN, False)
    assert (await count(office, Account), await count(office, PhoneCode)) == (1, 0)


async def test_the_phone_is_stored_sealed_and_found_by_a_keyed_hash(office, identity):
    granted = await verify(identity, await code_for(identity))
    async with office.reading() as session:
        row = (await session.exec(queries.account(granted.account_id).plain)).one()
    assert PHONE not in repr(row)
    assert office.of(Vault).unseal(row.phone_sealed or "", about=accounts.phone_of(row.id)) == PHONE


async def test_a_closed_account_stays_closed(office, identity, clock):
    granted = await verify(identity, await code_for(identity))
    async with office.work(SYSTEM) as work:
        await accounts.disable(work, granted.account_id)
    clock.advance(minutes=1)
    with pytest.raises(NotAllowed):
        await verify(identity, await code_for(identity))
    assert (await count(office, Account), await count(office, LoginSession)) == (1, 1)


async def test_a_code_works_once(identity):
    code = await code_for(identity)
    await verify(identity, code)
    assert await left(identity, code) == 0


async def test_five_wrong_tries_spend_a_code(identity):
    code = await code_for(identity)
    assert [await left(identity, other_than(code)) for _ in range(5)] == [4, 3, 2, 1, 0]
    assert await left(identity, code) == 0


async def test_parallel_tries_are_all_counted(identity):
    code = await code_for(identity)
    refusals = await asyncio.gather(*(left(identity, other_than(code)) for _ in range(8)))
    assert sorted(int(n) for n in refusals) == [0, 0, 0, 0, 1, 2, 3, 4]
    assert await left(identity, code) == 0


async def test_a_code_ends_after_five_minutes(identity, clock):
    code = await code_for(identity)
    clock.advance(minutes=5)
    assert await left(identity, code) == 0


async def test_a_code_of_one_phone_is_none_of_another(identity):
    code = await code_for(identity)
    await code_for(identity, OTHER_PHONE)
    if code != (other := other_than(code)):
        assert await left(identity, other, OTHER_PHONE) == 4
    assert await left(identity, "", OTHER_PHONE) == 3


async def test_one_code_a_minute_and_number(office, identity, clock):
    await code_for(identity)
    clock.advance(seconds=20)
    with pytest.raises(TooMany) as refusal:
        await identity.send_code(PHONE, address=HERE)
    assert refusal.value.params == {"retryAfter": 40}
    clock.advance(seconds=40)
    await code_for(identity)
    assert await count(office, PhoneCode) == 1


async def test_racing_requests_send_one_code(office, identity):
    answers = await asyncio.gather(
        *(identity.send_code(PHONE, address=HERE) for _ in range(6)), return_exceptions=True
    )
    assert [type(answer) for answer in answers].count(TooMany) == 5
    assert await count(office, PhoneCode) == 1


async def test_ten_codes_an_hour_and_number(identity, clock):
    for _ in range(10):
        await code_for(identity)
        clock.advance(minutes=1)
    with pytest.raises(TooMany):
        await identity.send_code(PHONE, address=HERE)
    await code_for(identity, OTHER_PHONE)


async def test_guessing_codes_is_braked_by_address(identity):
    codes = [await code_for(identity, f"1380013800{n}") for n in range(4)]
    for n, code in enumerate(codes[:3]):
        for _ in range(5):
            await left(identity, other_than(code), f"1380013800{n}")
    with pytest.raises(TooMany):
        await verify(identity, codes[3], "13800138003")


async def test_a_new_code_replaces_the_old(identity, clock):
    old = await code_for(identity)
    clock.advance(minutes=1)
    new = await code_for(identity)
    if old != new:
        assert await left(identity, old) == 4
    await verify(identity, new)


async def test_known_and_unknown_phones_get_the_same_answers(office, identity, clock):
    await verify(identity, await code_for(identity))
    clock.advance(minutes=1)
    codes = [await code_for(identity, phone) for phone in (PHONE, OTHER_PHONE)]
    assert [await left(identity, other_than(code), phone)
            for code, phone in zip(codes, (PHONE, OTHER_PHONE), strict=True)] == [4, 4]  # fmt: skip


@pytest.mark.parametrize("phone", ["", "110", "2380013800"])
async def test_what_is_no_phone_gets_no_code(office, identity, phone):
    with pytest.raises(BadPhone):
        await identity.send_code(phone, address=HERE)
    with pytest.raises(BadPhone):
        await verify(identity, "123456", phone)
    assert await count(office, PhoneCode) == 0


async def test_outside_the_demo_a_code_goes_to_the_phone_and_nowhere_else(settings, clock):
    sent = []

    async def send(phone, code):
        sent.append((phone, code))

    async with an_office(
        settings.model_copy(update={"mode": "development"}), clock, send_code=send
    ) as office:
        identity = office.of(Identity)
        assert await identity.send_code(PHONE, address=HERE) is None
        [(phone, code)] = sent
        assert phone == PHONE and (await verify(identity, code)).account_id
        async with office.reading() as session:
            assert (await session.exec(select(PhoneCode))).all() == []


async def test_without_a_way_to_send_there_is_no_code(settings, clock):
    async with an_office(settings.model_copy(update={"mode": "development"}), clock) as office:
        with pytest.raises(NoChannel):
            await office.of(Identity).send_code(PHONE, address=HERE)
        assert await count(office, PhoneCode) == 0


async def test_a_guest_who_proves_a_phone_takes_everything_along(office, identity, clock):
    guest = await be_guest(office)
    actor = await identity.gate.actor(guest.access_token)
    moved = []

    async def move(work, guest_id, account_id):
        moved.append((work.actor.id, guest_id, account_id))

    identity.on_merge.append(move)
    async with office.work(actor) as work:
        work.session.add(
            File(id="f1", owner_id=actor.id, sha256="", bytes=1, width=1, height=1, created_at=work.now)
        )
    granted = await verify(identity, await code_for(identity), guest=actor)
    assert moved == [(granted.account_id, guest.account_id, granted.account_id)]
    async with office.reading() as session:
        row = (await session.exec(queries.account(guest.account_id).plain)).one()
        file = (await session.exec(select(File))).one()
    assert (row.merged_into_id, row.disabled_at, file.owner_id) == (
        granted.account_id,
        clock(),
        granted.account_id,
    )
    assert not await identity.gate.live(actor)
    clock.advance(seconds=5)
    with pytest.raises(Unauthenticated):
        await identity.gate.actor(guest.access_token)
    fresh = await identity.guest(device="phone", address=HERE, refresh_token=guest.refresh_token)
    assert fresh.account_id not in (guest.account_id, granted.account_id)


async def test_when_a_move_fails_nothing_has_moved(office, identity):
    guest = await be_guest(office)
    actor = await identity.gate.actor(guest.access_token)

    async def fail(work, guest_id, account_id):
        raise RuntimeError("the move broke")

    identity.on_merge.append(fail)
    with pytest.raises(RuntimeError):
        await verify(identity, await code_for(identity), guest=actor)
    async with office.reading() as session:
        row = (await session.exec(queries.account(guest.account_id).plain)).one()
    assert (row.merged_into_id, row.disabled_at) == (None, None)
    assert await count(office, LoginSession) == 1 and await identity.gate.live(actor)


async def test_somebody_who_is_no_guest_is_not_merged(office, identity, clock):
    first = await verify(identity, await code_for(identity))
    actor = await identity.gate.actor(first.access_token)
    second = await verify(identity, await code_for(identity, OTHER_PHONE), OTHER_PHONE, guest=actor)
    assert second.account_id != first.account_id and await identity.gate.live(actor)


async def test_an_officer_with_the_same_phone_is_another_person(office, identity):
    officer = await hire(office, phone=PHONE)
    granted = await verify(identity, await code_for(identity))
    assert granted.account_id != officer
    assert (await identity.gate.actor((await sign_in(office)).access_token)).id == officer


async def test_the_store_keeps_one_citizen_per_phone(office):
    async with office.work(SYSTEM) as work:
        await accounts.open_citizen(work, office.of(Vault), phone=PHONE)
    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        async with office.work(SYSTEM) as work:
            await accounts.open_citizen(work, office.of(Vault), phone=PHONE)
    assert await count(office, Account) == 1
