"""A grid officer's own week and figures: against his own past, never against a colleague's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.command.duty import queries as duties
from server.command.duty.rules import LONGEST_SPELL
from server.command.orders import queries as orders
from server.grid.patrols import queries
from server.grid.patrols.tables import PatrolPlan
from server.identity import leaves
from server.identity.queries import officers_by_cell
from server.kernel.actors import Actor
from server.kernel.calendar import day_of
from server.platform.work import Office

DAYS_AHEAD = 7
WINDOW = timedelta(days=30)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the roster: whether one is away, and the rounds that are one's own."""

    day: date
    away: bool
    plans: tuple[PatrolPlan, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """What one did in thirty days."""

    found: int
    visited: int
    required: int
    hours: int


async def week(office: Office, actor: Actor) -> list[Day]:
    """The next days, from today, as the plans and leaves stand now."""
    now = office.clock()
    today = day_of(now)
    first = {cell: ids[0] for cell, ids in (await officers_by_cell(office.read, actor.area, now=now)).items()}
    around = sorted({cell[:n] for cell in actor.cells for n in (6, 9, 12, 15)})
    own = [plan for plan in await office.read.lines(queries.plans_of(around))
           if first.get(plan.cells[0]) == actor.id]  # fmt: skip
    holding = await office.read.line(leaves.holding(actor, now))
    begin, end = (holding.away_from, holding.away_until) if holding else (None, None)
    days = [today + timedelta(days=n) for n in range(DAYS_AHEAD)]
    return [
        Day(day, away, () if away else tuple(plan for plan in own if day.isoweekday() in plan.days))
        for day in days
        for away in (bool(begin and end and begin <= day <= end),)
    ]


async def span(office: Office, actor: Actor, last: datetime) -> Span:
    """The thirty days up to a moment."""
    first = last - WINDOW
    found = await office.read.value(orders.found_by(actor.id, first, last))
    walked = await office.read.tuples(queries.walked(actor, day_of(first), day_of(last)))
    visited, required = walked[0] if walked else (0, 0)
    spells = await office.read.lines(duties.touching(actor.id, first, last))
    times = ((row.began_at, row.ended_at) for row in spells)
    return Span(int(found), visited or 0, required or 0, hours(times, first, last))


def hours(times: Iterable[tuple[datetime, datetime | None]], first: datetime, last: datetime) -> int:
    """Whole hours on duty between two moments; a spell that was never ended counts for a day at most."""
    total = timedelta()
    for began, ended in times:
        until = min(ended or began + LONGEST_SPELL, began + LONGEST_SPELL, last)
        total += max(timedelta(), until - max(began, first))
    return total // HOUR
