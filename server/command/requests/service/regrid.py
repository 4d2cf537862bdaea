"""Where requests lie: with their order, and after a new map in the cell that is there now."""

from sqlmodel import bindparam, col, select, update

from server.command.orders.service import shown
from server.command.orders.service.regrid import PAGE, changed, place
from server.command.requests.flow import TERMINAL
from server.command.requests.service.take import KIND, touches
from server.command.requests.tables import CitizenRequest
from server.platform.areas import AreaTree
from server.platform.sla import Timer
from server.platform.work import Work

PLACED = ("area", "lon", "lat", "accuracy_m", "address")


async def lie_with(work: Work, request: CitizenRequest) -> None:
    """The order that carries it was put elsewhere: so are the request, its clocks and who sees it.
    No version changes: the citizen's form stays in his hands."""
    order = (await shown.of(work.session, [request.order_id]))[request.order_id]
    heard, place = {*touches(request)}, {name: getattr(order, name) for name in PLACED}
    mine = update(CitizenRequest).where(col(CitizenRequest.id) == request.id).values(**place)
    connection = await work.session.connection()
    await connection.execute(mine)
    clocks = update(Timer).where(
        col(Timer.subject_kind) == KIND, col(Timer.subject_id) == request.id, col(Timer.stopped_at).is_(None)
    )
    await connection.execute(clocks.values(area=order.area))
    await work.session.refresh(request, PLACED)
    work.tell(f"{KIND}.follow", KIND, request.id, area=order.area, touches=sorted(heard))


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
