"""Who waits for a duplicate waits for its master from now on: followers move along, each counted once."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import select

from server.command.orders.service import desk, visit
from server.command.requests import queries
from server.command.requests.tables import Follow
from server.platform.work import Moved, Work


async def joined(work: Work, moved: Moved) -> None:
    """The order `moved.id` was merged: its followers, and those who reported it, follow its master."""
    master_id = await desk.master_of(work, moved.id)
    mine = list(await work.session.exec(select(Follow.person_id).where(Follow.order_id == moved.id)))
    told = [each.reporter_id for each in await queries.riding_on(work.session, moved.id)]
    people = dict.fromkeys([*mine, *told])
    insert = (sqlite if work.office.store.embedded else postgresql).insert(Follow)
    rows = [{"order_id": master_id, "person_id": person, "at": work.now} for person in people]
    new = 0
    if rows:
        connection = await work.session.connection()
        new = (await connection.execute(insert.values(rows).on_conflict_do_nothing())).rowcount
    await visit.joined(work, moved.id, master_id, followers=new, known=len(mine))
