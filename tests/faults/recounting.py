"""A process that reckons deadlines anew by the calendar of 2027, one subject at a time, to be killed."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import server
from server.kernel.actors import SYSTEM
from server.kernel.calendar import WorkCalendar
from server.platform import almanac, recount
from server.platform.areas import AreaTree
from server.platform.db import open_store
from server.platform.editions import Shelf
from server.platform.news import LocalHub
from server.platform.work import Office, Work
from server.settings import Settings

DATA = Path(server.__file__).parents[1] / "shared" / "data"


async def orders(work: Work, ids: Sequence[str]) -> int:
    """Nothing but the clocks."""
    await recount.anew(work, "order", ids)
    return len(ids)


async def main(data_dir: str, database_url: str) -> None:
    office = Office(
        settings=Settings(data_dir=Path(data_dir)), store=open_store(database_url), hub=LocalHub(),
        calendar=WorkCalendar.load(DATA / "calendar.json"), areas=AreaTree.of("440103"),
    )  # fmt: skip
    shelf = office.tools[Shelf] = Shelf()
    shelf.keep(almanac.KIND, almanac.keeper(DATA))
    await shelf.refresh(office)
    done = 1
    while done:
        async with office.work(SYSTEM) as work:
            done = await recount.recount(work, {"order": orders}, batch=1)
        print(done, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
