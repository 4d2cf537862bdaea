"""Every SELECT on requests. Each starts at the actor, so scope cannot be forgotten."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, true
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders.queries import unbarred, within
from server.command.requests.flow import TERMINAL, RequestState
from server.command.requests.tables import CitizenRequest, Follow, Rating
from server.kernel.actors import DISPATCHERS, UNIT_POSTS, Actor, Post, Role
from server.platform.kept import kept
from server.platform.rows import ask, written


class RequestFilter(StrEnum):
    """全部 进行中 等我 已办结."""

    ALL = "all"
    OPEN = "open"
    WAITING_FOR_ME = "waiting_for_me"
    CLOSED = "closed"


def visible_to(actor: Actor) -> SelectOfScalar[CitizenRequest]:
    """A citizen's own and his family's; the desk's and the leaders' area, what a unit was sent, what a clerk
    filed: but to none of the staff a complaint about himself, his unit or his line."""
    rows = select(CitizenRequest)
    match actor.role:
        case Role.CITIZEN:
            return rows.where(mine(actor))
        case Role.OFFICER | Role.LEADER:
            return rows.where(unbarred(col(CitizenRequest.against), actor), _of_post(actor))


def mine(actor: Actor) -> ColumnElement[bool]:
    """A citizen's own, and those of whom he helps (帮家人办)."""
    own = col(CitizenRequest.reporter_id) == actor.id
    return or_(own, col(CitizenRequest.reporter_id).in_(actor.wards)) if actor.wards else own


def _of_post(actor: Actor) -> ColumnElement[bool]:
    if actor.post is Post.SYSTEM:
        return true()
    if actor.role is Role.LEADER or actor.post in DISPATCHERS:
        return within(col(CitizenRequest.area).concat(""), actor.area)
    if actor.post in UNIT_POSTS:
        return and_(col(CitizenRequest.unit_id) == actor.unit_id, col(CitizenRequest.unit_id) != "")
    if actor.post is Post.WINDOW_CLERK:
        return col(CitizenRequest.filed_by) == actor.id
    return false()


def alone() -> ColumnElement[bool]:
    """No order carries it, in the very words of the index of those."""
    nothing: Any = bindparam(None, "", literal_execute=True)
    here: ColumnElement[bool] = col(CitizenRequest.order_id) == nothing
    return here


def one(actor: Actor, id: str) -> SelectOfScalar[CitizenRequest]:
    """The request if it is this actor's."""
    return visible_to(actor).where(CitizenRequest.id == id)


def filtered(actor: Actor, which: RequestFilter, search: str) -> SelectOfScalar[CitizenRequest]:
    """One tab of 进度, searched by number or words."""
    rows = visible_to(actor)
    state = col(CitizenRequest.state)
    match which:
        case RequestFilter.ALL:
            pass
        case RequestFilter.OPEN:
            rows = rows.where(state.not_in({*TERMINAL, RequestState.VISITING}))
        case RequestFilter.WAITING_FOR_ME:
            rows = rows.where(state.in_({RequestState.NEED_INFO, RequestState.VISITING}))
        case RequestFilter.CLOSED:
            rows = rows.where(state.in_({*TERMINAL, RequestState.VISITING}))
    wanted = search.strip()
    if wanted:
        places = (col(CitizenRequest.no), col(CitizenRequest.title), col(CitizenRequest.text))
        rows = rows.where(or_(*(place.icontains(wanted, autoescape=True) for place in places)))
    return rows


def page(
    rows: SelectOfScalar[CitizenRequest], first: int, after: Sequence[Any] | None
) -> SelectOfScalar[CitizenRequest]:
    """`first` + 1 rows behind `after`, newest first."""
    keys = (col(CitizenRequest.submitted_at), col(CitizenRequest.id))
    if after is not None:
        at, id = after
        rows = rows.where(or_(keys[0] < at, and_(keys[0] == at, keys[1] < id)))
    return rows.order_by(*(key.desc() for key in keys)).limit(first + 1)


@kept
def read_page(
    actor: Actor, which: RequestFilter, first: int, after: tuple[datetime, str] | None
) -> SelectOfScalar[CitizenRequest]:
    """A page of a tab that is not searched."""
    return page(filtered(actor, which, ""), first, after)


@kept
def read_total(actor: Actor, which: RequestFilter) -> Select[Any]:
    """How many requests a tab holds."""
    return count(filtered(actor, which, ""))


@kept
def read_one(actor: Actor, id: str) -> SelectOfScalar[CitizenRequest]:
    """The request if it is this actor's."""
    return one(actor, id)


@kept
def numbered(no: str) -> SelectOfScalar[CitizenRequest]:
    """Everything under a number: for whoever holds a receipt of it, so nothing of this goes out unproved."""
    return select(CitizenRequest).where(CitizenRequest.no == no).order_by(col(CitizenRequest.id)).limit(20)


def count(rows: SelectOfScalar[CitizenRequest]) -> Select[Any]:
    """How many rows a list has in all."""
    return rows.with_only_columns(func.count(), maintain_column_froms=True)


async def riding_on(session: AsyncSession, order_id: str) -> list[CitizenRequest]:
    """Every request that an order carries: its own and those merged into it."""
    return list(await session.exec(select(CitizenRequest).where(CitizenRequest.order_id == order_id)))


async def pictured(session: AsyncSession, place_id: str, sender_id: str) -> list[CitizenRequest]:
    """Whose sender waits for a photo of an order, or of a request that stands alone."""
    there = or_(col(CitizenRequest.order_id) == place_id, col(CitizenRequest.id) == place_id)
    sent = or_(col(CitizenRequest.reporter_id) == sender_id, col(CitizenRequest.filed_by) == sender_id)
    return list(await session.exec(select(CitizenRequest).where(there, sent)))


async def people_of(session: AsyncSession, order_ids: Collection[str]) -> list[tuple[str, str, str, str]]:
    """Whom the orders concern: order id, "request" or "order", the id of that, and the person.

    Reporters who still wait for it, and who met it too.
    """
    if not order_ids:
        return []
    waiting = col(CitizenRequest.state) != RequestState.WITHDRAWN
    mine: Any = columns(col(CitizenRequest.order_id), col(CitizenRequest.id), col(CitizenRequest.reporter_id))
    theirs: Any = columns(col(Follow.order_id), col(Follow.person_id))
    own = await session.exec(mine.where(col(CitizenRequest.order_id).in_(order_ids), waiting))
    met = await session.exec(theirs.where(col(Follow.order_id).in_(order_ids)))
    return [*((order, "request", id, who) for order, id, who in own),
            *((order, "order", order, who) for order, who in met)]  # fmt: skip


@written
def OWNER_AND_COUNT(_insert: Any) -> Any:
    owner = select(CitizenRequest.reporter_id).where(CitizenRequest.id == bindparam("id"))
    sent = select(func.count()).where(
        CitizenRequest.reporter_id == bindparam("by"), CitizenRequest.submitted_at > bindparam("since")
    )
    return columns(owner.scalar_subquery(), sent.scalar_subquery())


async def owner_and_count(session: AsyncSession, id: str, by: str, since: datetime) -> tuple[str | None, int]:
    """Whose the request is, if there is one, and how many `by` submitted after `since`."""
    [(owner, count)] = await ask(session, OWNER_AND_COUNT, {"id": id, "by": by, "since": since})
    return owner, count


HOUR = timedelta(hours=1)


@kept
def ratings(request_ids: list[str]) -> SelectOfScalar[Rating]:
    """The ratings of requests, the newest last."""
    return select(Rating).where(col(Rating.request_id).in_(request_ids)).order_by(col(Rating.round))


@kept
def followed(person_id: str, order_ids: list[str]) -> Select[Any]:
    """Which of the orders this person said 我也遇到 to."""
    order_id = col(Follow.order_id)
    return columns(order_id).where(col(Follow.person_id) == person_id, order_id.in_(order_ids))


async def known_externals(session: AsyncSession, keys: Sequence[str]) -> set[str]:
    """Which rows of an outside file are here already."""
    rows = select(CitizenRequest.external_id).where(col(CitizenRequest.external_id).in_(keys))
    return {key for key in await session.exec(rows) if key}


async def rating_of(session: AsyncSession, id: str, round: int) -> Rating | None:
    """What the citizen thought of one round."""
    return await session.get(Rating, (id, round))


async def against_of(session: AsyncSession, ids: Iterable[str]) -> dict[str, str]:
    """Whom each of the requests complains about."""
    rows = select(CitizenRequest.id, CitizenRequest.against).where(col(CitizenRequest.id).in_(list(ids)))
    return dict((await session.exec(rows)).all())


async def secret(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Those requests, and orders with a request on them, of which nothing may be said outside the apps:
    confidential ones, and complaints about somebody."""
    hidden = or_(col(CitizenRequest.confidential), col(CitizenRequest.against) != "")
    rows: Any = columns(col(CitizenRequest.id), col(CitizenRequest.order_id)).where(
        hidden, or_(col(CitizenRequest.id).in_(ids), col(CitizenRequest.order_id).in_(ids))
    )
    return {id for pair in await session.exec(rows) for id in pair} & set(ids)
