"""Reading who is on duty, the roster and the handovers."""

from collections.abc import Iterable
from datetime import date, timedelta

import strawberry

from server.command.duty import queries, rules
from server.command.duty.graphql.types import (
    Handover,
    MyDuty,
    OnStaff,
    Shift,
    Staffing,
    StakeItem,
    Watch,
    Watcher,
)
from server.command.duty.rules import ShiftPart
from server.command.duty.tables import DutySpell
from server.command.graphql.types import Person, load_people
from server.command.orders import queries as orders
from server.command.orders import stakes, workload
from server.command.orders.graphql.types import WorkOrder
from server.command.orders.stakes import Stake
from server.graph.audience import field_for
from server.graph.context import Info
from server.identity.accounts import mobiles
from server.identity.graphql import Area
from server.identity.queries import Rostered, roster
from server.kernel.actors import DISPATCHERS, OFFICER
from server.kernel.calendar import day_of
from server.platform.areas import AreaTree
from server.platform.read import together

DAYS_SHOWN = 7
MOST_STAFF = 100


@strawberry.type
class Query:
    """Duty's part of the root."""

    @field_for(OFFICER)
    async def my_duty(self, info: Info) -> MyDuty | None:
        """Null while one is not on duty."""
        office, actor = info.context.office, info.context.actor
        spell = await office.read.line(queries.own(actor, office.clock()))
        if spell is None:
            return None
        cell = Area.of(office.areas, spell.cell) if spell.cell else None
        return MyDuty(id=strawberry.ID(spell.id), began_at=spell.began_at, cell=cell, seen_at=spell.seen_at)

    @field_for(OFFICER, most=MOST_STAFF)
    async def staffing(self, info: Info, present: bool = True, search: str = "") -> Staffing:
        """在岗力量 of one's area, for the command platform: who is on duty first, then by load.

        `search` is part of a name or of a cell's. Refuses NOT_ALLOWED to others.
        """
        office, actor = info.context.office, info.context.actor
        rules.needs_watcher(actor)
        now, name = office.clock(), office.areas.name
        people = await roster(office.read, actor.area, now)
        spells = {row.account_id: row for row in await queries.spells(office.read, actor, now)}
        wanted = [each for each in people if each.id in spells or not present]
        ids = [each.id for each in wanted]
        tasks = await workload.tasks(office.read, actor, ids)
        names = await _named(info, ids)
        held = {cell for each in people if each.id in spells and not each.deputy for cell in each.cells}
        phones = dict(zip(ids, await mobiles(office, ids), strict=True))
        found = [
            _on_staff(
                each,
                names[each.id],
                phones[each.id],
                spells.get(each.id),
                tasks.get(each.id, 0),
                held,
                office.areas,
            )
            for each in wanted
            if each.id in names
            and any(search in text for text in (names[each.id].row.name, *map(name, each.cells)))
        ]
        found.sort(key=lambda row: (row.since is None, -row.tasks, row.person.row.name))
        on = len({each.id for each in people} & spells.keys())
        return Staffing(
            on=on, all=len({each.id for each in people}), calls=actor.post in DISPATCHERS,
            people=found[:MOST_STAFF],
        )  # fmt: skip

    @field_for(OFFICER)
    async def watch(self, info: Info) -> Watch:
        """值班与交接 of one's platform: a week of shifts, what is at stake, the last handovers."""
        office, actor = info.context.office, info.context.actor
        rules.needs_watcher(actor)
        now = office.clock()
        today = day_of(now)
        shifts = await office.read.lines(queries.shifts(actor, today, today + timedelta(days=DAYS_SHOWN - 1)))
        past = await office.read.lines(queries.handovers(actor))
        standing = await stakes.read(office.read, actor, now)
        desk = [
            each for each in await roster(office.read, actor.area, now)
            if each.post in DISPATCHERS and each.area == actor.area
        ]  # fmt: skip
        ids = [*(row.person_id for row in shifts), *(each.id for each in desk),
               *(id for row in past for id in (row.given_by, row.taken_by))]  # fmt: skip
        names = await _named(info, ids)
        cases = await _cases(info, {each.order_id for each in standing} | {
            id for row in past for id, _ in row.items})  # fmt: skip
        known = {(row.day, ShiftPart(row.part)): row.person_id for row in shifts}
        days = [today + timedelta(days=n) for n in range(DAYS_SHOWN)]
        return Watch(
            plans=actor.post in DISPATCHERS,
            shifts=[
                _shift(day, part, known.get((day, part), ""), names) for day in days for part in ShiftPart
            ],
            desk=[
                Watcher(id=strawberry.ID(each.id), person=names[each.id]) for each in desk if each.id in names
            ],
            at_stake=_items(((each.order_id, each.stake) for each in standing), cases),
            handovers=[
                Handover(
                    id=strawberry.ID(row.id), given_by=names.get(row.given_by), given_at=row.given_at,
                    note=row.note, items=_items(((id, Stake(stake)) for id, stake in row.items), cases),
                    taken_by=names.get(row.taken_by), taken_at=row.taken_at, remark=row.remark,
                    takable=not row.taken_by and row.given_by != actor.id and actor.post in DISPATCHERS,
                ) for row in past
            ],
        )  # fmt: skip


def _on_staff(
    who: Rostered, person: Person, phone: str, spell: DutySpell | None, tasks: int, held: set[str],
    areas: AreaTree,
) -> OnStaff:  # fmt: skip
    """A deputy is needed where none of those before him is on duty."""
    return OnStaff(
        id=strawberry.ID(f"{who.id} {who.post}"), person_id=strawberry.ID(who.id), person=person,
        phone=phone or None, post=who.post,
        since=spell.began_at if spell else None,
        last=Area.of(areas, spell.cell) if spell and spell.cell else None,
        last_at=spell.seen_at if spell else None, cells=[areas.name(cell) for cell in sorted(who.cells)],
        tasks=tasks, deputy=who.deputy,
        needed=bool(spell) and who.deputy and not held.issuperset(who.cells),
    )  # fmt: skip


def _shift(day: date, part: ShiftPart, person_id: str, names: dict[str, Person]) -> Shift:
    return Shift(day=day, part=part, person_id=strawberry.ID(person_id), person=names.get(person_id))


async def _named(info: Info, ids: list[str]) -> dict[str, Person]:
    wanted = sorted(set(ids) - {""})
    found = await info.context.loader(load_people).load_many(wanted)
    return {id: person for id, person in zip(wanted, found, strict=True) if person}


async def _cases(info: Info, ids: set[str]) -> dict[str, WorkOrder]:
    """Those of the cases this person may see."""
    if not ids:
        return {}
    needs = together(("id",), info.needs("at_stake", "order"), info.needs("handovers", "items", "order"))
    rows = orders.read_some(info.context.actor, sorted(ids))
    return {row.id: WorkOrder(row=row) for row in await info.context.office.read.lines(rows, needs)}


def _items(pairs: Iterable[tuple[str, Stake]], cases: dict[str, WorkOrder]) -> list[StakeItem]:
    return [StakeItem(stake=stake, order=cases[id]) for id, stake in pairs if id in cases]
