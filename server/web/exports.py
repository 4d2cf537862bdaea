"""What stands in a list as a file, for leaders and dispatchers: POST /export/orders, /requests, /patrols."""

from datetime import date
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from server.command.orders.lanes import BoardFigureKey, OrderLane
from server.command.orders.lists import Wanted
from server.command.orders.queries import OrderSort
from server.command.orders.service.export import export
from server.command.requests.desks import DeskLane
from server.command.requests.rules import RequestKind
from server.command.requests.service.export import Listed
from server.command.requests.service.export import export as of_requests
from server.graph.authentication import bearer
from server.grid.patrols.service.export import export as of_patrols
from server.identity.brakes import UPLOAD
from server.identity.service import Identity
from server.kernel.actors import LEADER, Actor
from server.kernel.calendar import day_of
from server.platform.areas import AreaLevel
from server.platform.sheets import MEDIA, SheetFormat
from server.platform.work import Office
from server.web.refusals import CityRoute


class Asked(BaseModel):
    """In which form a list is wanted, and what for."""

    reason: str
    form: SheetFormat = SheetFormat.XLSX
    search: str = ""
    language: Literal["zh-CN", "en"] = "zh-CN"

    @property
    def words(self) -> str:
        """What the list was searched for."""
        return self.search[:100].strip()


class AskedRequests(Asked):
    """Which requests, as the screen has them."""

    lane: DeskLane | None = None
    kind: RequestKind | None = None


class AskedPatrols(Asked):
    """The rounds of which day; today's when it is not said."""

    day: date | None = None


class AskedOrders(Asked):
    """Which orders, as the screen has them."""

    lane: OrderLane | None = None
    figure: BoardFigureKey | None = None
    area: str | None = None
    sort: OrderSort = OrderSort.DUE


def router(office: Office) -> APIRouter:
    """POST /export/orders, /export/requests, /export/patrols."""
    identity = office.of(Identity)
    routes = APIRouter(prefix="/export", route_class=CityRoute)

    async def known(request: Request) -> Actor:
        actor = await identity.gate.actor(bearer(request.headers))
        await identity.brakes.spend(UPLOAD, actor.id)
        return actor

    @routes.post("/orders")
    async def orders(asked: AskedOrders, request: Request) -> Response:
        actor = await known(request)
        area = office.areas.by_code(asked.area) if asked.area else None
        cell = area.code if area and area.level is AreaLevel.CELL else ""
        wanted = Wanted(
            lane=asked.lane, figure=asked.figure if actor.role is LEADER else None,
            words=asked.words, area=area.code if area else "", cell=cell, sort=asked.sort,
        )  # fmt: skip
        content, digest = await export(office, actor, wanted, asked.form, asked.reason, asked.language)
        return _file("cases", asked.form, content, digest)

    @routes.post("/requests")
    async def requests(asked: AskedRequests, request: Request) -> Response:
        actor = await known(request)
        wanted = Listed(asked.lane, asked.kind, asked.words)
        content, digest = await of_requests(office, actor, wanted, asked.form, asked.reason, asked.language)
        return _file("requests", asked.form, content, digest)

    @routes.post("/patrols")
    async def patrols(asked: AskedPatrols, request: Request) -> Response:
        actor = await known(request)
        day = asked.day or day_of(office.clock())
        content, digest = await of_patrols(office, actor, day, asked.form, asked.reason, asked.language)
        return _file("patrols", asked.form, content, digest)

    return routes


def _file(name: str, form: SheetFormat, content: bytes, digest: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Cache-Control": "private, no-store",
        "X-Content-SHA256": digest,
    }
    return Response(content, media_type=MEDIA[form], headers=headers)
