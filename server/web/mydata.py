"""我的数据: GET /my/data hands a citizen everything we know of him, POST /my/farewell closes his account."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from server.graph.authentication import bearer
from server.identity.brakes import MY_DATA
from server.identity.service import Identity
from server.kernel.actors import CITIZEN, Actor
from server.kernel.errors import NotAllowed
from server.platform.work import Office
from server.web.auth import COOKIE
from server.web.refusals import CityRoute


class Farewell(BaseModel):
    """The code that was sent to the phone; empty of a device without one."""

    code: str = Field(default="", max_length=12)


class Taken(BaseModel):
    """Everything, part by part. Basis: 个人信息保护法 45."""

    at: datetime
    basis: str = "个人信息保护法 45"
    parts: dict[str, list[dict[str, Any]]]


def router(office: Office) -> APIRouter:
    """GET /my/data and POST /my/farewell."""
    identity = office.of(Identity)
    routes = APIRouter(prefix="/my", route_class=CityRoute)

    async def citizen(request: Request, action: str) -> Actor:
        actor = await identity.gate.actor(bearer(request.headers))
        if actor.role is not CITIZEN:
            raise NotAllowed(action=action)
        await identity.brakes.spend(MY_DATA, actor.id)
        return actor

    @routes.get("/data")
    async def data(request: Request, response: Response) -> Taken:
        actor = await citizen(request, "data")
        response.headers["Cache-Control"] = "no-store"
        return Taken(at=office.clock(), parts=await identity.taken(actor))

    @routes.post("/farewell", status_code=204)
    async def farewell(body: Farewell, request: Request, response: Response) -> None:
        actor = await citizen(request, "farewell")
        await identity.close_account(actor, body.code.strip())
        response.delete_cookie(COOKIE, path=f"/auth/{CITIZEN}")

    return routes
