"""Cards' part of the roots."""

from datetime import date

import strawberry

from server.command.duty import queries as duties
from server.command.graphql.types import load_people
from server.graph.audience import field_for, mutation_for
from server.graph.context import Info
from server.grid.cards import queries, rules, service
from server.grid.cards.graphql.types import CardMessage, CellCard, GridCard, MyCard, StandIn
from server.identity import leaves
from server.identity.graphql import Area
from server.identity.queries import leave_of, officers_by_cell, officers_ever, officers_of_cell
from server.kernel.actors import CITIZEN, OFFICER
from server.kernel.calendar import day_of
from server.kernel.ids import an_id


@strawberry.type
class Query:
    """Reading cards."""

    @field_for(CITIZEN)
    async def grid_card(self, info: Info, card_code: str, card_key: str = "") -> GridCard:
        """The card with this code; its QR code carries a key beside it. NOT_FOUND for no such cell."""
        office, now = info.context.office, info.context.office.clock()
        cell = service.cell_of(office, card_code)
        present = await officers_of_cell(office.read, cell.code, now=now)
        ever = await officers_ever(office.read, cell.code) if card_key else []
        first = present[0].id if present else ""
        [officer] = await info.context.loader(load_people).load_many([first])
        pairs = await office.read.tuples(queries.answered(cell.code, now - rules.WINDOW))
        keys = [service.key_of(office, cell.code, each.id) for each in present]
        leave = await leave_of(office.read, cell.code, day_of(now))
        own = await office.read.lines(queries.left_in(info.context.actor, cell.code))
        return GridCard(
            card_code=cell.card, cell=Area.of(office.areas, cell.code),
            street=Area.of(office.areas, cell.code[:9]), lon=cell.at.lon, lat=cell.at.lat, officer=officer,
            on_duty=bool(await office.read.lines(duties.of_person(first, now))) if first else False,
            standing_in=first in leave, median_minutes=rules.median_minutes(pairs), answers=len(pairs),
            check=rules.check(card_key, keys, [service.key_of(office, cell.code, id) for id in ever]),
            messages=CardMessage.of(own),
        )  # fmt: skip

    @field_for(OFFICER)
    async def my_card(self, info: Info) -> MyCard:
        """A grid officer's cards, stand-in and words left. Refuses NOT_ALLOWED to others."""
        office, actor = info.context.office, info.context.actor
        rules.needs_officer(actor)
        now = office.clock()
        beside = await officers_by_cell(office.read, actor.area, now=now)
        ids = sorted({id for cell in actor.cells for id in beside.get(cell, ())} - {actor.id})
        people = await info.context.loader(load_people).load_many(ids)
        names = {id: each.row.name for id, each in zip(ids, people, strict=True) if each}
        holding = await office.read.line(leaves.holding(actor, now))
        over = holding is None or holding.away_until is None or holding.away_until < day_of(now)
        stand_in = None if over or holding is None else holding.stand_in_id
        return MyCard(
            cards=[
                CellCard(
                    card_code=each.card, cell=Area.of(office.areas, each.code),
                    street=Area.of(office.areas, each.code[:9]),
                    key=service.key_of(office, each.code, actor.id),
                ) for each in office.areas.cells if each.code in actor.cells
            ],
            colleagues=[StandIn(id=strawberry.ID(id), name=name) for id, name in names.items()],
            away_from=None if over or holding is None else holding.away_from,
            away_until=None if over or holding is None else holding.away_until,
            stand_in=StandIn(id=strawberry.ID(stand_in), name=names.get(stand_in, "")) if stand_in
            else None,
            messages=CardMessage.of(await office.read.lines(queries.newest(actor))),
        )  # fmt: skip


@strawberry.type
class Mutation:
    """Words and leaves."""

    @mutation_for(CITIZEN)
    async def leave_message(self, info: Info, op_id: strawberry.ID, card_code: str, text: str) -> CardMessage:
        """留言 with the officer of a cell."""
        id = an_id(op_id)
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("leave_message", id, {"code": card_code, "text": text}):
                return CardMessage(row=await service.leave(work, id=id, code=card_code, text=text))
            [row] = (await work.session.exec(queries.locked(work.actor, id))).all()
            return CardMessage(row=row)

    @mutation_for(OFFICER)
    async def answer_message(self, info: Info, id: strawberry.ID, text: str) -> CardMessage:
        """The answer; the citizen is told."""
        async with info.context.office.work(info.context.actor) as work:
            return CardMessage(row=await service.answer(work, id=id, text=text))

    @mutation_for(OFFICER)
    async def ask_leave(self, info: Info, stand_in_id: str, leave_from: date, leave_until: date) -> bool:
        """请假转接: rounds, tasks and words go to the colleague on these days."""
        async with info.context.office.work(info.context.actor) as work:
            await leaves.go(work, stand_in_id=stand_in_id, first=leave_from, last=leave_until)
        return True

    @mutation_for(OFFICER)
    async def come_back(self, info: Info) -> bool:
        """The leave is over, or does not take place."""
        async with info.context.office.work(info.context.actor) as work:
            await leaves.come_back(work)
        return True
