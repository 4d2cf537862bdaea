"""内部备注: words among colleagues on a case; whoever is named in them is told."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from server.command.orders import adjust, queries, rules
from server.command.orders.errors import NotACandidate
from server.command.orders.service.advance import KIND, seen, touches
from server.command.orders.tables import WorkOrder
from server.identity.queries import PersonRow, colleagues_of, officers_in
from server.kernel.actors import Actor
from server.kernel.errors import NotFound
from server.kernel.text import clean_text
from server.platform.work import Office, Work

NOTE = f"{KIND}.note"
TEXT_LIMIT = 1000
MOST_NAMED = 10


async def note(work: Work, *, id: str, text: str, to: Sequence[str]) -> None:
    """Leave a note that no citizen sees. `to`: account ids of who can see the case and is told.

    No version changes: a note takes the form out of nobody's hands. Raises NotFound, NotACandidate.
    """
    order = await seen(work, id)
    words = clean_text(text, field="text", limit=TEXT_LIMIT)
    rules.needs_opinion(words, field="text")
    named = sorted(set(to))
    if named:
        known = {person.id for person in await beside(work.session, order, work.now)}
        if len(named) > MOST_NAMED or not set(named) <= known:
            raise NotACandidate(field="to")
    work.record(NOTE, KIND, order.id, area=order.area, opinion=words, detail={"to": named} if named else None,
                quiet=True)  # fmt: skip
    for person in named:
        work.record(f"{KIND}.mention", KIND, order.id, area=order.area, receiver=person, opinion=words,
                    touches=[f"person:{person}"])  # fmt: skip
    work.tell(f"{KIND}.noted", KIND, order.id, area=order.area, touches=touches(order))


async def colleagues(office: Office, actor: Actor, id: str) -> list[PersonRow]:
    """Whom a note about a case may name: staff who can see it, without who asks. Raises NotFound."""
    async with office.reading() as session:
        order = (await session.exec(queries.one(actor, id))).one_or_none()
        if order is None:
            raise NotFound(subject=id)
        found = await beside(session, order, office.clock())
    return [person for person in found if person.id != actor.id]


async def beside(session: AsyncSession, order: WorkOrder, now: datetime) -> list[PersonRow]:
    """Everybody of the staff who can see the case in the course of his work."""
    units = {order.unit_id, *adjust.shares_of(order.also)} - {""}
    people = await colleagues_of(session, area=order.area, units=units, now=now)
    return [*people, *(await officers_in(session, order.cell, now) if order.cell else ())]
