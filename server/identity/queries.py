"""Every SELECT on accounts, posts, sessions and units."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import func, literal, or_
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.identity.tables import Account, LoginSession, PostHolding, Unit
from server.kernel.actors import DISPATCHERS, UNIT_POSTS, Actor, Post, Role
from server.kernel.calendar import day_of
from server.platform.kept import Rows, kept
from server.platform.read import Reader

AWAY = (col(PostHolding.away_from), col(PostHolding.away_until), col(PostHolding.stand_in_id))


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as others name him. `post` and `unit_id` are those of the first post held now."""

    id: str
    name: str
    role: Role
    post: Post | None = None
    unit_id: str = ""


def held(now: datetime) -> ColumnElement[bool]:
    """The posts that are held at `now`."""
    ends_at = col(PostHolding.ends_at)
    return (col(PostHolding.starts_at) <= now) & or_(ends_at.is_(None), ends_at > now)


def holdings_of(account_id: str, now: datetime) -> SelectOfScalar[PostHolding]:
    """The posts one account holds now: those of his own, the oldest first; then a deputy's."""
    return (
        select(PostHolding).where(PostHolding.account_id == account_id, held(now))
        .order_by(col(PostHolding.stands_for_id), col(PostHolding.starts_at), col(PostHolding.id))
    )  # fmt: skip


@kept
def phones(ids: list[str]) -> Rows:
    """The sealed phones of accounts, by id."""
    wanted: Any = select(Account.id, Account.phone_sealed)
    return cast(Rows, wanted.where(col(Account.id).in_(ids)))


def patrols(now: datetime) -> Any:
    """Every grid officer's holding with its account."""
    return (
        select(PostHolding, Account).join(Account, col(Account.id) == col(PostHolding.account_id))
        .where(col(PostHolding.post) == Post.GRID_OFFICER, held(now), col(Account.disabled_at).is_(None))
        .order_by(col(PostHolding.id))
    )  # fmt: skip


def leaves(today: date) -> Any:
    """Every grid officer who is away today and named somebody: account, stand-in, cells."""
    columns = map(col, (PostHolding.account_id, PostHolding.stand_in_id, PostHolding.cells))
    return select(*cast(Any, columns)).where(
        col(PostHolding.post) == Post.GRID_OFFICER,
        col(PostHolding.away_from) <= today,
        col(PostHolding.away_until) >= today,
        col(PostHolding.ends_at).is_(None),
    )


async def leave_of(read: Reader, cell: str, today: date) -> set[str]:
    """Who stands in for somebody in a cell today."""
    return {stand_in for _, stand_in, cells in await read.tuples(leaves(today)) if cell in cells}


async def officers_ever(read: Reader, cell: str) -> list[str]:
    """Account ids of everybody who was ever responsible for a cell."""
    columns = map(col, (PostHolding.account_id, PostHolding.cells))
    rows: Any = select(*cast(Any, columns)).where(
        PostHolding.post == Post.GRID_OFFICER, col(PostHolding.area).in_([cell[:n] for n in (6, 9, 12, 15)])
    )
    return [id for id, cells in await read.tuples(rows) if cell in cells]


def holding_in(account_id: str, post: Post, now: datetime) -> SelectOfScalar[PostHolding]:
    """Somebody's holding of one post."""
    return holdings_of(account_id, now).where(PostHolding.post == post)


def standing_in(account_id: str, now: datetime) -> SelectOfScalar[PostHolding]:
    """The post in which somebody stands in for a leader, or will; several only while it is being replaced."""
    return select(PostHolding).where(
        PostHolding.stands_for_id == account_id, col(PostHolding.ends_at) > now
    ).order_by(col(PostHolding.starts_at))  # fmt: skip


def leaders_over(area: str, now: datetime) -> Any:
    """Id and name of whoever leads the area or one that contains it, in a post of his own."""
    rows: Any = select(Account.id, Account.name)
    return rows.join(PostHolding, col(PostHolding.account_id) == col(Account.id)).where(
        col(PostHolding.post) == Post.LEADER, literal(area).startswith(col(PostHolding.area)), held(now),
        col(PostHolding.stands_for_id) == "", col(Account.disabled_at).is_(None),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Present:
    """Who is behind a live session, as the rows say now; the actor ends when the session does."""

    actor: Actor
    holding_id: str


_PresentRows = Iterable[tuple[LoginSession, Account, PostHolding | None]]


async def present(session: AsyncSession, session_ids: Iterable[str], now: datetime) -> dict[str, Present]:
    """The people behind those of the sessions that are live, by session id. Staff without a post are not."""
    rows = await session.exec(
        select(LoginSession, Account, PostHolding)
        .join(Account, col(Account.id) == col(LoginSession.account_id))
        .outerjoin(PostHolding, (col(PostHolding.id) == col(LoginSession.holding_id)) & held(now))
        .where(
            col(LoginSession.id).in_(session_ids), col(LoginSession.revoked_at).is_(None),
            col(LoginSession.expires_at) > now, col(Account.disabled_at).is_(None),
        )
    )  # fmt: skip
    return {
        login.id: Present(
            replace(actor_of(account, holding), session_id=login.id, expires_at=login.expires_at.timestamp()),
            login.holding_id,
        )
        for login, account, holding in cast(_PresentRows, rows)
        if holding or account.role == Role.CITIZEN
    }


def actor_of(account: Account, holding: PostHolding | None) -> Actor:
    """The person in the post; citizens hold none."""
    if holding is None:
        return Actor(
            account.id, Role(account.role), Post.CITIZEN, guest=account.guest, wards=frozenset(account.wards)
        )
    return Actor(
        account.id, Role(account.role), Post(holding.post), area=holding.area, unit_id=holding.unit_id,
        cells=frozenset(holding.cells), deputy_of=holding.stands_for_id,
    )  # fmt: skip


async def people(read: Reader, ids: Iterable[str]) -> dict[str, PersonRow]:
    """Names and posts by account id, in one query. Ids nobody has are left out."""
    return _by_id(await read.tuples(_people(list(ids))))


@dataclass(frozen=True, slots=True)
class Reach:
    """What a person reads in, and the phone, sealed; "" for none."""

    role: Role
    phone: str


async def reach_of(session: AsyncSession, ids: Iterable[str]) -> dict[str, Reach]:
    """How people are reached by account id. Closed accounts are left out."""
    rows: Any = select(Account.id, Account.role, Account.phone_sealed)
    open_ones = rows.where(col(Account.id).in_(list(ids)), col(Account.disabled_at).is_(None))
    return {id: Reach(Role(role), phone or "") for id, role, phone in await session.exec(open_ones)}


async def names(read: Reader, ids: Iterable[str]) -> dict[str, tuple[str, Role]]:
    """Names and roles by account id. Ids nobody has are left out."""
    return {id: (name, Role(role)) for id, name, role in await read.tuples(_names(list(ids)))}


async def officers_of_cell(read: Reader, cell: str, *, now: datetime) -> list[PersonRow]:
    """Grid officers responsible for a cell, the deputies last."""
    return _responsible(await read.tuples(_officers(cell, now)), cell, now)


async def officers_in(session: AsyncSession, area: str, now: datetime) -> list[PersonRow]:
    """Grid officers with a cell inside an area (or of it, for a cell), the deputies last."""
    return _responsible(await session.exec(_officers(area, now)), area, now)


async def officers_by_cell(read: Reader, area: str, *, now: datetime) -> dict[str, list[str]]:
    """Account ids of the grid officers of each cell in an area, the deputies last."""
    found: dict[str, list[str]] = {}
    rows = await read.tuples(_officers(area, now))
    for id, *_, cells, _deputy, _from, _until, _stand_in in _in_order(rows, now):
        for cell in cells:
            found.setdefault(cell, []).append(id)
    return found


async def handlers_of(session: AsyncSession, unit_id: str, *, now: datetime) -> list[PersonRow]:
    """Handlers and heads of a unit, the longest serving first."""
    rows = await session.exec(
        _persons().where(
            col(PostHolding.post).in_(UNIT_POSTS), col(PostHolding.unit_id) == unit_id, held(now),
            col(Account.disabled_at).is_(None),
        )
    )  # fmt: skip
    return list(_by_id(rows).values())


async def handler_called(session: AsyncSession, staff_no: str, unit_id: str, *, now: datetime) -> str:
    """The id of the handler or head of a unit with that staff number; "" when he is gone."""
    rows = select(Account.id).join(PostHolding, col(PostHolding.account_id) == col(Account.id)).where(
        Account.staff_no == staff_no, col(PostHolding.post).in_(UNIT_POSTS), PostHolding.unit_id == unit_id,
        held(now), col(Account.disabled_at).is_(None),
    )  # fmt: skip
    return (await session.exec(rows)).first() or ""


async def staff_in(session: AsyncSession, posts: Iterable[Post], now: datetime) -> list[Actor]:
    """Everybody who holds one of the posts now, once for each post held."""
    rows = await session.exec(
        select(Account, PostHolding).join(PostHolding, col(PostHolding.account_id) == col(Account.id))
        .where(col(PostHolding.post).in_(posts), held(now), col(Account.disabled_at).is_(None))
        .order_by(col(Account.id), col(PostHolding.starts_at))
    )  # fmt: skip
    return [actor_of(account, holding) for account, holding in rows]


@dataclass(frozen=True, slots=True)
class Rostered:
    """A grid officer or one of the command platform, with his cells and whether he only stands in."""

    id: str
    post: Post
    area: str
    cells: frozenset[str]
    deputy: bool


async def roster(read: Reader, area: str, now: datetime) -> list[Rostered]:
    """Everybody in the posts others rely on in an area: its grid officers, its and the streets' desks."""
    found = []
    for id, post, home, cells, deputy in await read.tuples(_rostered(now)):
        mine = frozenset(cell for cell in cells if cell.startswith(area))
        if mine if post == Post.GRID_OFFICER else home.startswith(area):
            found.append(Rostered(id, Post(post), home, mine, deputy))
    return found


async def colleagues_of(
    session: AsyncSession, *, area: str, units: Collection[str], now: datetime
) -> list[PersonRow]:
    """The command centre of an area and the staff of some units, by name."""
    desk = DISPATCHERS | {Post.ARBITER}
    mine = or_(
        col(PostHolding.post).in_(desk) & literal(area).startswith(col(PostHolding.area)),
        col(PostHolding.post).in_(UNIT_POSTS) & col(PostHolding.unit_id).in_(units),
    )
    there = col(Account.disabled_at).is_(None)
    rows = await session.exec(_persons().where(mine, held(now), there))
    return sorted(_by_id(rows).values(), key=lambda person: person.name)


async def guests_among(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Which of the accounts are devices nobody has signed in on."""
    if not ids:
        return set()
    rows = select(Account.id).where(col(Account.id).in_(ids), Account.guest)
    return set(await session.exec(rows))


@kept
def unit(id: str) -> SelectOfScalar[Unit]:
    """One department."""
    return select(Unit).where(Unit.id == id)


@kept
def account(id: str) -> SelectOfScalar[Account]:
    """One's own account: ask only for somebody who is signed in."""
    return select(Account).where(Account.id == id)


def _persons() -> Any:
    """Account id, name and role, with each post held now or before: present ones first, then the oldest."""
    return (
        select(Account.id, Account.name, Account.role, PostHolding.post)
        .add_columns(col(PostHolding.unit_id))
        .outerjoin(PostHolding, col(PostHolding.account_id) == col(Account.id))
        .order_by(
            col(PostHolding.ends_at).is_not(None), col(PostHolding.starts_at), col(PostHolding.id)
        )
    )  # fmt: skip


@kept
def _people(ids: list[str]) -> Any:
    return _persons().where(col(Account.id).in_(ids))


@kept
def _names(ids: list[str]) -> Any:
    return select(Account.id, Account.name, Account.role).where(col(Account.id).in_(ids))


def _rostered(now: datetime) -> Any:
    posts = [Post.GRID_OFFICER, Post.ARBITER, *sorted(DISPATCHERS)]
    held_by = PostHolding.account_id, PostHolding.post, PostHolding.area, PostHolding.cells
    columns: Any = map(col, (*held_by, PostHolding.deputy))
    rows: Any = select(*columns).join(Account, col(Account.id) == col(PostHolding.account_id))
    there = col(Account.disabled_at).is_(None)
    return rows.where(col(PostHolding.post).in_(posts), held(now), there).order_by(col(PostHolding.id))


def _officers(area: str, now: datetime) -> Any:
    """The persons who are grid officers somewhere around an area, with their cells and who only stands in."""
    return (
        _persons().add_columns(col(PostHolding.cells), col(PostHolding.deputy), *AWAY)
        .where(
            col(PostHolding.post) == Post.GRID_OFFICER, held(now), col(Account.disabled_at).is_(None),
            or_(literal(area).startswith(col(PostHolding.area)), col(PostHolding.area).startswith(area)),
        )
    )  # fmt: skip


def _responsible(rows: Iterable[Sequence[Any]], area: str, now: datetime) -> list[PersonRow]:
    """Those with a cell in the area: stand-ins of the absent first, deputies and the absent last."""
    mine = [row for row in rows if any(cell.startswith(area) for cell in row[5])]
    return list(_by_id(row[:5] for row in _in_order(mine, now)).values())


def _in_order(rows: Iterable[Sequence[Any]], now: datetime) -> list[Sequence[Any]]:
    """Officers in the order they are asked in (请假转接)."""
    today, all_rows = day_of(now), list(rows)
    away = {row[0]: row[9] for row in all_rows if row[7] and row[7] <= today <= row[8]}
    standing_in = set(away.values())
    return sorted(all_rows, key=lambda row: (row[0] in away, row[0] not in standing_in, bool(row[6])))


def _by_id(rows: Iterable[Sequence[Any]]) -> dict[str, PersonRow]:
    """Each person once, with the first post."""
    found: dict[str, PersonRow] = {}
    for id, name, role, post, unit_id in rows:
        found.setdefault(id, PersonRow(id, name, Role(role), Post(post) if post else None, unit_id or ""))
    return found


async def staff_numbers_of(read: Reader, numbers: Iterable[str], *, now: datetime) -> dict[str, str]:
    """The unit each of those serves in now, by staff number; whoever left or has no post is left out."""
    rows = select(Account.staff_no, PostHolding.unit_id).join(
        PostHolding, col(PostHolding.account_id) == col(Account.id)
    )
    serving = rows.where(
        col(Account.staff_no).in_(list(numbers)), held(now), col(Account.disabled_at).is_(None)
    )
    return {str(number): unit for number, unit in await read.tuples(cast(Any, serving))}


@dataclass(frozen=True, slots=True)
class Posted:
    """A member of staff in one post held now."""

    id: str
    name: str
    post: Post
    unit_id: str
    area: str


async def posted(session: AsyncSession, now: datetime, *, id: str = "", named_in: str = "") -> list[Posted]:
    """The posts held now by one account, or by everybody whose full name stands in a text."""
    rows = _posted(now).where(col(Account.id) == id) if id else _posted(now).where(_named(named_in))
    return [
        Posted(id, name, Post(post), unit, area) for id, name, post, unit, area in await session.exec(rows)
    ]


def _named(text: str) -> ColumnElement[bool]:
    return (func.length(Account.name) > 1) & literal(text).contains(col(Account.name))


def _posted(now: datetime) -> Any:
    return (
        select(Account.id, Account.name, PostHolding.post, PostHolding.unit_id)
        .add_columns(col(PostHolding.area))
        .join(PostHolding, col(PostHolding.account_id) == col(Account.id))
        .where(col(Account.role) != Role.CITIZEN, held(now), col(Account.disabled_at).is_(None))
    )


async def named_exactly(read: Reader, name: str) -> list[PersonRow]:
    """The staff of exactly this name: nobody is found by a part of it."""
    return list(_by_id(await read.tuples(_namesakes(name))).values()) if len(name) > 1 else []


@kept
def _namesakes(name: str) -> Any:
    staff = (col(Account.name) == name, col(Account.role) != Role.CITIZEN, col(Account.disabled_at).is_(None))
    return _persons().where(*staff)
