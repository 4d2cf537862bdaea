"""The cases behind a list as a file, for leaders and dispatchers: POST /export/orders."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from server.command.orders.lanes import BoardFigureKey, OrderLane
from server.command.orders.lists import Wanted
from server.command.orders.queries import OrderSort
from server.command.orders.service.export import export
from server.graph.authentication import bearer
from server.identity.brakes import UPLOAD
from server.identity.service import Identity
from server.kernel.actors import LEADER
from server.platform.areas import AreaLevel
from server.platform.sheets import MEDIA, SheetFormat
from server.platform.work import Office
from server.web.refusals import CityRoute


class Asked(BaseModel):
    """Which list, as the screen has it, in which form, and what for."""

    reason: str
    form: SheetFormat = SheetFormat.XLSX
    lane: OrderLane | None = None
    figure: BoardFigureKey | None = None
    area: str | None = None
    search: str = ""
    sort: OrderSort = OrderSort.DUE
    language: Literal["zh-CN", "en"] = "zh-CN"


def router(office: Office) -> APIRouter:
    """POST /export/orders."""
    identity = office.of(Identity)
    routes = APIRouter(prefix="/export", route_class=CityRoute)

    @routes.post("/orders")
    async def orders(asked: Asked, request: Request) -> Response:
        actor = await identity.gate.actor(bearer(request.headers))
        await identity.brakes.spend(UPLOAD, actor.id)
        area = office.areas.by_code(asked.area) if asked.area else None
        cell = area.code if area and area.level is AreaLevel.CELL else ""
        wanted = Wanted(
            lane=asked.lane, figure=asked.figure if actor.role is LEADER else None,
            words=asked.search[:100].strip(), area=area.code if area else "", cell=cell, sort=asked.sort,
        )  # fmt: skip
        content, digest = await export(office, actor, wanted, asked.form, asked.reason, asked.language)
        headers = {
            "Content-Disposition": f'attachment; filename="cases.{asked.form}"',
            "Cache-Control": "private, no-store",
            "X-Content-SHA256": digest,
        }
        return Response(content, media_type=MEDIA[asked.form], headers=headers)

    return routes
