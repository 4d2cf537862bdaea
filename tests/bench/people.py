"""Who works in the benchmarks' city, and tokens for a crowd of them.

A few staff sign in by password over HTTP like everybody. Thousands would spend minutes on hashing passwords,
so for a crowd the product's own sessions are started in this process, on the same store and keys.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from uuid import uuid4

from server.app import DATA, close_office, open_office
from server.command.library import Library
from server.identity import accounts
from server.identity.passwords import hash_password
from server.identity.service import Identity
from server.identity.tables import Account, PostHolding
from server.kernel.actors import SYSTEM, Post, Role
from server.platform.vault import Vault
from server.platform.work import Office, Work
from server.settings import Settings
from tests.bench import lattice

PASSWORD = "sanwei-bench"
AT_ONCE = 500  # people in one transaction
STAFF = {"leader": ("bl01", Post.LEADER), "officer": ("bd01", Post.DISTRICT_DISPATCHER)}  # by app


def settings_of(url: str, **more: object) -> Settings:
    """Settings of every benchmark: the city's map, one set of keys, long tokens."""
    from tests.bench.stores import HOME

    lattice.write(HOME / "maps")
    return Settings.model_validate({
        "mode": "development", "data_dir": HOME / "data", "database_url": url, "maps_dir": HOME / "maps",
        "district": lattice.DISTRICT, "access_minutes": 15, **more,
    })  # fmt: skip


@asynccontextmanager
async def office_of(url: str) -> AsyncIterator[Office]:
    """The product's inside over the store at `url`."""
    office = open_office(settings_of(url))
    try:
        yield office
    finally:
        await close_office(office)


@cache
def matters() -> list[tuple[str, str]]:
    """Code and name of what an officer may find."""
    catalogue = Library.load(DATA).catalogue
    return [(each.code, each.name) for each in catalogue.search("", 100) if catalogue.in_grid(each.code)]


async def move_in(url: str) -> list[str]:
    """Units and the staff who sign in by password. Returns the units' ids."""
    async with office_of(url) as office:
        units, password = office.of(Library).units, await hash_password(PASSWORD)
        async with office.work(SYSTEM) as work:
            for unit in units.values():
                await accounts.add_unit(work, id=unit.id, name=unit.name)
            for app, (number, post) in STAFF.items():
                id = str(uuid4())
                await accounts.open_staff(
                    work, office.of(Vault), id=id, role=Role(app), staff_no=number, name=number,
                    password_hash=password,
                )  # fmt: skip
                await accounts.give_post(work, account_id=id, post=post, area=lattice.DISTRICT)
    return list(units)


async def crowd(
    url: str, count: int, post: Post = Post.CITIZEN, *, cells: Sequence[str] = (), units: Sequence[str] = ()
) -> list[str]:
    """Access tokens of `count` new people in `post`; the n-th has the n-th of `cells` or `units`."""
    tokens: list[str] = []
    async with office_of(url) as office:
        identity = office.of(Identity)
        while len(tokens) < count:
            async with office.work(SYSTEM) as work:
                for n in range(len(tokens), min(len(tokens) + AT_ONCE, count)):
                    holding = None
                    if post is Post.CITIZEN:
                        account = await accounts.open_citizen(work, office.of(Vault))
                    else:
                        account, holding = await _engaged(work, post, cells[n : n + 1], units[n : n + 1])
                    tokens.append(identity.sessions.start(work, account, holding, device="").access_token)
    return tokens


async def _engaged(
    work: Work, post: Post, cells: Sequence[str], units: Sequence[str]
) -> tuple[Account, PostHolding]:
    """A new colleague and his post."""
    id, role = str(uuid4()), Role.LEADER if post is Post.LEADER else Role.OFFICER
    account = await accounts.open_staff(
        work, work.office.of(Vault), id=id, role=role, staff_no=f"b-{id}", name="", password_hash=""
    )
    area = cells[0][:9] if cells else lattice.DISTRICT
    holding = await accounts.give_post(
        work, account_id=id, post=post, area=area, cells=cells, unit_id="".join(units)
    )
    return account, holding
