"""Builds, wires, starts: the only module that knows every other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from server import schemas
from server.command.library import Library
from server.command.orders.rules import OrderSource
from server.command.orders.service import advance as orders
from server.command.orders.service import desk
from server.command.requests import service as requests
from server.demo import accounts_of
from server.graph.audience import SchemaByRole
from server.graph.endpoint import Endpoint
from server.graph.errors import BadQuery, Internal
from server.graph.overload import Turnstile
from server.graph.response import PACK_FROM, PACK_LEVEL
from server.identity.service import Identity
from server.kernel.calendar import WorkCalendar
from server.kernel.errors import CityError, NotFound
from server.platform import holds, sla
from server.platform.areas import AreaTree
from server.platform.db import open_store
from server.platform.files import Files
from server.platform.jobs import Jobs
from server.platform.news import LocalHub
from server.platform.redis_hub import RedisHub
from server.platform.vault import Vault
from server.platform.watch.requests import KnownRequests
from server.platform.watch.station import Station
from server.platform.work import Office
from server.settings import Settings
from server.supervision.orders import service as supervisions
from server.web import auth, config, files, health, metrics, static
from server.web.headers import SecurityHeaders, Shortcut

DATA = Path(__file__).parents[1] / "shared" / "data"
HOUR = timedelta(hours=1)


def open_office(settings: Settings) -> Office:
    """Everything the rooms hand down, built once. Opens no connection yet."""
    office = Office(
        settings=settings,
        store=open_store(settings.database),
        hub=RedisHub(settings.redis_url) if settings.redis_url else LocalHub(),
        calendar=WorkCalendar.load(DATA / "calendar.json"),
        areas=AreaTree.load(settings.maps_dir / f"{settings.district}.json", hotline=settings.hotline),
    )
    office.tools[Turnstile] = Turnstile(settings.operations_at_once)
    office.tools[Vault] = Vault.open(settings)
    office.tools[Files] = Files(office)
    office.tools[Library] = Library.load(DATA)
    identity = office.tools[Identity] = Identity(office)
    identity.on_merge.append(requests.hand_over)
    for source in (OrderSource.CITIZEN, OrderSource.IMPORT):
        office.followers[source] = requests.follow
    office.acts |= {
        desk.DISPATCH: desk.dispatch,
        desk.MERGE: desk.merge,
        desk.REJECT: desk.reject,
        supervisions.ISSUE: supervisions.issue,
    }
    return office


async def close_office(office: Office) -> None:
    """Let go of everything that was opened."""
    await office.of(Identity).close()
    await office.news.close()
    await office.hub.close()
    await office.store.close()


def jobs_of(office: Office) -> Jobs:
    """What is done again and again, asked for or not."""
    jobs = Jobs(office, office.settings.sweep_seconds)
    jobs.add("holds", holds.release)
    jobs.add("clocks", sla.sweeper({
        "order": orders.on_mark, "request": requests.on_mark, "supervision": supervisions.on_mark,
    }))  # fmt: skip
    jobs.add("identity", lambda office: office.of(Identity).tidy(), every=HOUR)
    jobs.add("photos", lambda office: office.of(Files).forget_unclaimed(), every=HOUR)
    return jobs


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole server as an ASGI app; without `settings`, as the environment says."""
    settings = settings or Settings()
    office = open_office(settings)
    station = Station(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with station.running(), jobs_of(office).running():
            yield
        await close_office(office)

    app = FastAPI(title="Sanwei", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.add_exception_handler(HTTPException, turned_away)
    app.add_exception_handler(Exception, broken)

    graphql = Endpoint(
        SchemaByRole(schemas.build(settings)), office, office.of(Identity).gate, origins=[settings.origin],
        turnstile=office.of(Turnstile),
    )  # fmt: skip
    app.add_middleware(GZipMiddleware, minimum_size=PACK_FROM, compresslevel=PACK_LEVEL)
    app.add_middleware(Shortcut, path="/graphql", to=graphql)
    app.add_middleware(SecurityHeaders, origin=settings.origin)
    app.add_middleware(KnownRequests)
    for router in (auth.router, files.router, health.router):
        app.include_router(router(office))
    app.include_router(config.router(office, accounts_of(settings)))
    app.include_router(metrics.router(office, station))
    static.mount(app)
    return app


async def turned_away(_request: Request, error: Exception) -> Response:
    """An address or method no route takes, in the shape of our other refusals."""
    assert isinstance(error, HTTPException)
    refusal: CityError = NotFound() if error.status_code == 404 else BadQuery()
    return JSONResponse(refusal.extensions, error.status_code, error.headers)


async def broken(_request: Request, _error: Exception) -> Response:
    """A bug in a plain route: the server logs it, the caller learns nothing."""
    return JSONResponse(Internal().extensions, 500)
