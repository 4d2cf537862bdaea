"""A phone that asks twice with one key changes the world once."""

import asyncio

import pytest
from sqlmodel import func, select

from server.platform.idempotency import IdempotencyKey, KeyReused, digest
from server.platform.rollups import STOCK, Rollup
from tests.city import an_office, refusal
from tests.factories import an_officer

LI, HE = an_officer(id="li"), an_officer(id="he")


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        yield office


async def once(office, key="key", payload=None, operation="close", by=LI, *, meanwhile=None, fail=False):
    """Count one, unless this person's request was carried out before."""
    async with office.work(by) as work:
        fresh = await work.first_time(operation, key, payload or {"id": "1"})
        if meanwhile:
            await meanwhile()
        if fail:
            raise ZeroDivisionError
        if fresh:
            work.count("open", "440103", 1)
        return fresh


async def counted(office):
    async with office.reading() as session:
        row = await session.get(Rollup, ("440103", "open", STOCK))
        return row.n if row else 0


async def test_the_same_key_is_one_change(office):
    assert [await once(office) for _ in range(3)] == [True, False, False]
    assert await counted(office) == 1


async def test_the_same_key_with_other_words_is_a_bug_of_the_phone(office):
    await once(office)
    for facts in ({"payload": {"id": "2"}}, {"operation": "reject"}):
        async with refusal(office, "KEY_REUSED") as refused:
            await once(office, **facts)
        assert refused.value.field == "opId"


async def test_a_key_belongs_to_one_person(office):
    assert [await once(office, by=LI), await once(office, by=HE)] == [True, True]


async def test_what_failed_was_not_done_and_may_be_asked_again(office):
    with pytest.raises(ZeroDivisionError):
        await once(office, fail=True)
    assert (await once(office), await counted(office)) == (True, 1)


async def test_racing_twins_change_the_world_once(office):
    assert sorted(await asyncio.gather(*(once(office) for _ in range(8)))) == [False] * 7 + [True]
    assert await counted(office) == 1
    async with office.reading() as session:
        assert (await session.exec(select(func.count()).select_from(IdempotencyKey))).one() == 1


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
@pytest.mark.parametrize("first_fails", [True, False])
async def test_a_twin_waits_for_the_one_who_was_first(office, first_fails):
    """And does it itself when that one fails."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait():
        begun.set()
        await go_on.wait()

    first = asyncio.create_task(once(office, meanwhile=wait, fail=first_fails))
    await begun.wait()
    second = asyncio.create_task(once(office))
    done, _ = await asyncio.wait([second], timeout=0.2)
    assert not done
    go_on.set()
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert [isinstance(result, Exception) or result for result in results] == [True, first_fails]
    assert await counted(office) == 1


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_racing_twins_with_other_words_are_told(office):
    results = await asyncio.gather(once(office), once(office, payload={"id": "2"}), return_exceptions=True)
    assert sorted(type(result) is KeyReused for result in results) == [False, True]


def test_the_digest_is_of_everything_that_was_asked():
    assert digest("close", {"a": 1, "b": "路"}) == digest("close", {"b": "路", "a": 1})
    others = {
        digest("close", {"a": 1}),
        digest("close", {"a": "1"}),
        digest("reject", {"a": 1}),
        digest("close", {}),
    }
    assert len(others) == 4
