"""Signing in and out over plain HTTP. The refresh token travels in a cookie no script can read."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Cookie, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from server.graph.authentication import bearer
from server.graph.overload import Turnstile
from server.identity.brakes import network
from server.identity.errors import NoSession
from server.identity.service import Identity
from server.identity.sessions import Granted
from server.kernel.actors import CITIZEN, Role
from server.kernel.text import clean_line
from server.platform.work import Office
from server.web.refusals import CityRoute, ForeignOrigin, NotJson, refused

COOKIE = "sanwei_refresh"
MOST_DEVICE = 128

StaffApp = Literal["officer", "leader"]
Refresh = Annotated[str | None, Cookie(alias=COOKIE)]


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Guest(_Body):
    """A device that wants to be remembered."""

    device: str = ""


class Login(Guest):
    """Staff number and password; `holding_id` picks one of several posts."""

    staff_no: str
    password: str = Field(max_length=128)
    holding_id: str | None = None


class Switch(_Body):
    """The post to go on in."""

    holding_id: str


class PhoneNumber(_Body):
    """Where the code goes."""

    phone: str


class PhoneProof(PhoneNumber, Guest):
    """The code that came."""

    code: str


class AccessGranted(_Body):
    """A bearer token and when it ends."""

    access_token: str
    expires_at: datetime


class CodeSent(_Body):
    """Empty, except in the demo."""

    demo_code: str | None = None


def router(office: Office) -> APIRouter:
    """/auth/{app}/…: app is officer, leader or citizen."""
    identity, turnstile = office.of(Identity), office.of(Turnstile)
    secure = office.settings.origin.startswith("https:")
    ours = urlsplit(office.settings.origin).netloc

    def from_our_page(request: Request, response: Response) -> None:
        """A form of another site can neither say JSON nor hide where it comes from."""
        response.headers["Cache-Control"] = "no-store"
        kind = request.headers.get("content-type", "application/json")
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise NotJson
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc not in (ours, request.headers.get("host")):
            raise ForeignOrigin

    def admit(response: Response, app: Role, granted: Granted) -> AccessGranted:
        response.set_cookie(
            COOKIE, granted.refresh_token, path=f"/auth/{app}", httponly=True, samesite="strict",
            secure=secure, max_age=int((granted.ends_at - office.clock()).total_seconds()),
        )  # fmt: skip
        return AccessGranted(access_token=granted.access_token, expires_at=granted.expires_at)

    async def in_turn(request: Request) -> AsyncIterator[None]:
        turnstile.check()
        async with turnstile.place(_address(request)):
            yield

    routes = APIRouter(
        prefix="/auth", route_class=CityRoute, dependencies=[Depends(from_our_page), Depends(in_turn)]
    )

    @routes.post("/{app}/login")
    async def login(app: StaffApp, body: Login, request: Request, response: Response) -> AccessGranted:
        role = Role(app)
        granted = await identity.login(
            role, staff_no=body.staff_no, password=body.password, device=_device(body),
            address=_address(request), holding_id=body.holding_id,
        )  # fmt: skip
        return admit(response, role, granted)

    @routes.post("/{app}/switch")
    async def switch(app: StaffApp, body: Switch, request: Request) -> AccessGranted:
        actor = await identity.gate.actor(bearer(request.headers))
        if actor.role != app:
            raise NoSession
        token, expires_at = await identity.sessions.switch(actor, body.holding_id)
        return AccessGranted(access_token=token, expires_at=expires_at)

    @routes.post("/citizen/guest")
    async def guest(
        request: Request, response: Response, body: Guest | None = None, refresh: Refresh = None
    ) -> AccessGranted:
        granted = await identity.guest(
            device=_device(body or Guest()), address=_address(request), refresh_token=refresh
        )
        return admit(response, CITIZEN, granted)

    @routes.post("/citizen/code", response_model_exclude_none=True)
    async def code(body: PhoneNumber, request: Request) -> CodeSent:
        return CodeSent(demo_code=await identity.send_code(body.phone, address=_address(request)))

    @routes.post("/citizen/verify")
    async def verify(body: PhoneProof, request: Request, response: Response) -> AccessGranted:
        known = "authorization" in request.headers
        guest = await identity.gate.actor(bearer(request.headers)) if known else None
        granted = await identity.verify_code(
            body.phone, body.code, guest=guest, device=_device(body), address=_address(request)
        )
        return admit(response, CITIZEN, granted)

    @routes.post("/{app}/refresh", response_model=AccessGranted)
    async def renew(app: Role, response: Response, refresh: Refresh = None) -> AccessGranted | Response:
        try:
            return admit(response, app, await identity.sessions.renew(app, refresh or ""))
        except NoSession as refusal:
            over = refused(refusal)
            over.delete_cookie(COOKIE, path=f"/auth/{app}")
            return over

    @routes.post("/{app}/logout", status_code=204)
    async def logout(app: Role, response: Response, refresh: Refresh = None) -> None:
        await identity.sessions.end(app, refresh or "")
        response.delete_cookie(COOKIE, path=f"/auth/{app}")

    return routes


def _device(body: Guest) -> str:
    return clean_line(body.device, field="device", limit=MOST_DEVICE)


def _address(request: Request) -> str:
    """Who calls, as far as the transport knows: the peer, or what a trusted proxy says of it."""
    return network(request.client.host) if request.client else ""
