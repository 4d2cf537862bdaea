"""What a leave means for the work that is open: it goes to who stands in. A job."""

from sqlmodel import col, select

from server.command.orders.service import field
from server.grid.patrols.flow import PatrolState
from server.grid.patrols.service.plans import KIND
from server.grid.patrols.tables import Patrol
from server.identity.queries import leaves
from server.kernel.actors import SYSTEM
from server.kernel.calendar import day_of
from server.platform.work import Office


async def hand_over(office: Office) -> int:
    """The rounds of the day that have not begun and the open tasks of whoever is away."""
    async with office.reading() as session:
        away = (await session.exec(leaves(day_of(office.clock())))).all()
    for person, stand_in, _ in away:
        async with office.work(SYSTEM) as work:
            rows = select(Patrol).where(
                Patrol.person_id == person, Patrol.day == day_of(work.now),
                Patrol.state == PatrolState.DUE.value, col(Patrol.closed_at).is_(None),
            )  # fmt: skip
            for patrol in await work.session.exec(rows.with_for_update()):
                patrol.person_id = stand_in
                work.record(f"{KIND}.hand_on", KIND, patrol.id, area=patrol.area, receiver=stand_in,
                            touches=[f"person:{person}", f"person:{stand_in}"])  # fmt: skip
            await field.hand_on(work, person, stand_in)
    return 0
