"""Argon2id with the parameters of the day, and no hint about who exists."""

import time

import pytest
from passlib.hash import argon2  # type: ignore[import-untyped]

from server.identity.passwords import check_password, hash_password
from tests.identity.house import HASH, PASSWORD

WEAKER = argon2.using(type="ID", memory_cost=8192, time_cost=1, parallelism=1).hash(PASSWORD)


async def test_a_hash_names_its_parameters_and_never_repeats():
    one, other = await hash_password(PASSWORD), await hash_password(PASSWORD)
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$") and one != other


async def test_the_right_password_is_right_and_needs_no_new_hash():
    checked = await check_password(PASSWORD, HASH)
    assert (checked.right, checked.upgraded) == (True, None)


@pytest.mark.parametrize(
    "wrong", ["", "x", PASSWORD + " ", PASSWORD.upper(), PASSWORD + "\0", "\0", "密" * 128]
)
async def test_a_wrong_password_is_wrong(wrong):
    assert not (await check_password(wrong, HASH)).right


async def test_an_older_hash_is_made_anew_when_its_password_is_right():
    checked = await check_password(PASSWORD, WEAKER)
    assert checked.upgraded is not None and checked.upgraded.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await check_password(PASSWORD, checked.upgraded)).right
    assert (await check_password("wrong", WEAKER)).upgraded is None


@pytest.mark.parametrize("password", ["", PASSWORD])
async def test_nobody_has_no_password(password):
    checked = await check_password(password, None)
    assert (checked.right, checked.upgraded) == (False, None)


async def test_nobody_costs_as_much_work_as_somebody():
    async def work(stored):
        spent = []
        for _ in range(5):
            before = time.process_time()
            await check_password("wrong", stored)
            spent.append(time.process_time() - before)
        return min(spent)

    assert 1 / 3 < await work(None) / await work(HASH) < 3
