"""The map changed: open requests of a cell that was closed or moved go to the cell they lie in now."""

from sqlmodel import bindparam, col, select, update

from server.command.orders.service.regrid import PAGE, changed, place
from server.command.requests.flow import TERMINAL
from server.command.requests.tables import CitizenRequest
from server.platform.areas import AreaTree
from server.platform.work import Work


async def regrid(work: Work, old: AreaTree, new: AreaTree) -> int:
    """Move them, so that an order made of one lies in a cell that is. What rides on an order goes by its own
    point as the order does; what is over keeps its code. No version changes. Returns how many moved."""
    codes, to = changed(old, new), dict[str, str]()
    for start in range(0, len(codes), PAGE):
        found = select(CitizenRequest).where(
            col(CitizenRequest.area).in_(codes[start : start + PAGE]),
            col(CitizenRequest.state).not_in(TERMINAL),
        )  # fmt: skip
        for request in (
            await work.session.exec(found.order_by(col(CitizenRequest.id)).with_for_update())
        ).all():
            area, _ = place(request, new)
            if area != request.area:
                to[request.id] = area
    if to:
        table = CitizenRequest.__table__  # type: ignore[attr-defined]
        moving = update(table).where(table.c.id == bindparam("its")).values(area=bindparam("to"))
        rows = [{"its": id, "to": area} for id, area in sorted(to.items())]
        await (await work.session.connection()).execute(moving, rows)
    return len(to)
