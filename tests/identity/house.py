"""An office with a door: what the tests of identity, of its HTTP edge and of photos stand on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from sqlmodel import SQLModel, func, select

import server
from server.graph.overload import Turnstile
from server.identity import accounts
from server.identity.passwords import CONTEXT
from server.identity.service import CodeSender, Identity
from server.identity.sessions import Granted
from server.identity.tables import PostHolding
from server.kernel.actors import OFFICER, SYSTEM, Post, Role
from server.kernel.calendar import WorkCalendar
from server.platform.areas import AreaTree
from server.platform.db import open_store
from server.platform.files import Files
from server.platform.news import LocalHub
from server.platform.vault import Vault
from server.platform.work import Office
from server.settings import Settings
from tests.clock import Clock
from tests.factories import STREET, an_id

DATA = Path(server.__file__).parents[1] / "shared" / "data"
PASSWORD = "正确的马 battery staple"
HASH: str = CONTEXT.hash(PASSWORD)
COMMUNITY, CELL, NEXT_CELL = "440103006107", "440103006107006", "440103006107001"  # on the map
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
PHONE, OTHER_PHONE = "13800138001", "13800138002"


@cache
def calendar() -> WorkCalendar:
    """The official one."""
    return WorkCalendar.load(DATA / "calendar.json")


@cache
def areas() -> AreaTree:
    """The district's."""
    return AreaTree.of("440103")


@asynccontextmanager
async def an_office(
    settings: Settings, clock: Clock, *, send_code: CodeSender | None = None
) -> AsyncIterator[Office]:
    """An office over the settings' store, with its vault, its files and its door."""
    office = Office(settings, open_store(settings.database), LocalHub(), calendar(), areas(), clock=clock)
    office.tools[Turnstile] = Turnstile()
    office.tools[Vault] = Vault.open(settings)
    office.tools[Files] = Files(office)
    office.tools[Identity] = Identity(office, send_code=send_code)
    try:
        yield office
    finally:
        await office.of(Identity).close()
        await office.store.close()


async def hire(
    office: Office, staff_no: str = "wg01", *, name: str = "陈嘉敏", role: Role = OFFICER,
    post: Post | None = Post.GRID_OFFICER, area: str = STREET, unit_id: str = "",
    cells: tuple[str, ...] = (CELL,), deputy: bool = False, phone: str | None = None,
) -> str:  # fmt: skip
    """A colleague in a post, whose password is PASSWORD; returns the account's id."""
    async with office.work(SYSTEM) as work:
        account = await accounts.open_staff(
            work, office.of(Vault), id=an_id(), role=role, staff_no=staff_no, name=name,
            password_hash=HASH, phone=phone,
        )  # fmt: skip
        if post:
            await accounts.give_post(
                work, account_id=account.id, post=post, area=area, unit_id=unit_id, cells=cells,
                deputy=deputy,
            )  # fmt: skip
    return account.id


async def give(office: Office, account_id: str, post: Post, *, area: str = "", unit_id: str = "") -> str:
    """Another post for a colleague; returns the holding's id."""
    async with office.work(SYSTEM) as work:
        holding = await accounts.give_post(work, account_id=account_id, post=post, area=area, unit_id=unit_id)
        return holding.id


async def holding(office: Office, account_id: str, post: Post = Post.GRID_OFFICER) -> PostHolding:
    """The colleague's holding of that post."""
    async with office.reading() as session:
        return (await session.exec(
            select(PostHolding).where(PostHolding.account_id == account_id, PostHolding.post == post)
        )).one()  # fmt: skip


async def sign_in(office: Office, staff_no: str = "wg01", role: Role = OFFICER, **rest: str) -> Granted:
    """Sign in with the right password."""
    return await office.of(Identity).login(
        role, staff_no=staff_no, password=PASSWORD, device="phone", address=HERE, **rest
    )


async def be_guest(office: Office) -> Granted:
    """A new guest on a new device."""
    return await office.of(Identity).guest(device="phone", address=HERE)


async def count(office: Office, table: type[SQLModel], *where: object) -> int:
    """How many rows."""
    async with office.reading() as session:
        return (await session.exec(select(func.count()).select_from(table).where(*where))).one()  # type: ignore[arg-type]
