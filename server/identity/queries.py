"""Every SELECT on accounts, posts, sessions and units."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from sqlalchemy import literal, or_
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select, SelectOfScalar

from server.identity.tables import Account, LoginSession, PostHolding, Unit
from server.kernel.actors import UNIT_POSTS, Actor, Post, Role


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as others name him. `post` and `unit_id` are those of the first post held now."""

    id: str
    name: str
    role: Role
    post: Post | None = None
    unit_id: str = ""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A department."""

    id: str
    name: str
    phone: str
    waives_confirm: bool


def held(now: datetime) -> ColumnElement[bool]:
    """The posts that are held at `now`."""
    ends_at = col(PostHolding.ends_at)
    return (col(PostHolding.starts_at) <= now) & or_(ends_at.is_(None), ends_at > now)


def holdings_of(account_id: str, now: datetime) -> SelectOfScalar[PostHolding]:
    """The posts one account holds now, the oldest first."""
    return (
        select(PostHolding).where(PostHolding.account_id == account_id, held(now))
        .order_by(col(PostHolding.starts_at), col(PostHolding.id))
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
        return Actor(account.id, Role(account.role), Post.CITIZEN, guest=account.guest)
    return Actor(
        account.id, Role(account.role), Post(holding.post), area=holding.area, unit_id=holding.unit_id,
        cells=frozenset(holding.cells),
    )  # fmt: skip


async def people(session: AsyncSession, ids: Iterable[str]) -> dict[str, PersonRow]:
    """Names and posts by account id, in one query. Ids nobody has are left out."""
    rows = await session.exec(_persons().where(col(Account.id).in_(set(ids))))
    return _by_id(rows)


async def officers_of_cell(session: AsyncSession, cell: str, *, now: datetime) -> list[PersonRow]:
    """Grid officers responsible for a cell, the deputies last."""
    return await officers_in(session, cell, now)


async def officers_in(session: AsyncSession, area: str, now: datetime) -> list[PersonRow]:
    """Grid officers with a cell inside an area (or of it, for a cell), the deputies last."""
    rows = await session.exec(
        _persons().where(
            col(PostHolding.post) == Post.GRID_OFFICER, held(now), col(Account.disabled_at).is_(None),
            or_(literal(area).startswith(col(PostHolding.area)), col(PostHolding.area).startswith(area)),
        )
    )  # fmt: skip
    mine = [row for row in rows if any(cell.startswith(area) for cell in row[3].cells)]
    first_line, deputies = ([row for row in mine if row[3].deputy is deputy] for deputy in (False, True))
    return list(_by_id([*first_line, *deputies]).values())


async def handlers_of(session: AsyncSession, unit_id: str, *, now: datetime) -> list[PersonRow]:
    """Handlers and heads of a unit, the longest serving first."""
    rows = await session.exec(
        _persons().where(
            col(PostHolding.post).in_(UNIT_POSTS), col(PostHolding.unit_id) == unit_id, held(now),
            col(Account.disabled_at).is_(None),
        )
    )  # fmt: skip
    return list(_by_id(rows).values())


async def units(session: AsyncSession, ids: Iterable[str] | None = None) -> dict[str, UnitRow]:
    """Units by id, in the order of their ids; all of them when no ids are named."""
    rows = select(Unit).order_by(col(Unit.id))
    if ids is not None:
        rows = rows.where(col(Unit.id).in_(set(ids)))
    return {
        unit.id: UnitRow(unit.id, unit.name, unit.phone, unit.waives_confirm)
        for unit in await session.exec(rows)
    }


async def account(session: AsyncSession, id: str) -> Account:
    """One's own account, whole. Raises NoResultFound: ask only for somebody who is signed in."""
    return (await session.exec(select(Account).where(Account.id == id))).one()


def _persons() -> Select[str, str, str, PostHolding]:
    """Account id, name and role, with each post held now or before: present ones first, then the oldest."""
    return (
        select(Account.id, Account.name, Account.role, PostHolding)
        .outerjoin(PostHolding, col(PostHolding.account_id) == col(Account.id))
        .order_by(
            col(PostHolding.ends_at).is_not(None), col(PostHolding.starts_at), col(PostHolding.id)
        )
    )  # fmt: skip


def _by_id(rows: Iterable[tuple[str, str, str, PostHolding | None]]) -> dict[str, PersonRow]:
    """Each person once, with the first post."""
    found: dict[str, PersonRow] = {}
    for id, name, role, holding in rows:
        post = Post(holding.post) if holding else None
        found.setdefault(id, PersonRow(id, name, Role(role), post, holding.unit_id if holding else ""))
    return found
