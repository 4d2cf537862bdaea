"""Builds, wires, starts: the only module that knows every other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from server import schemas
from server.command import matrix_keeper
from server.command.catalogue import keeper as catalogue
from server.command.knowledge.book import Knowledge
from server.command.library import Library
from server.command.notices import mine as my_notices
from server.command.notices import service as notices
from server.command.orders.precedents import Precedents
from server.command.orders.rules import OrderSource
from server.command.orders.service import advance as orders
from server.command.orders.service import desk, hot, merge, split, suspension
from server.command.orders.service import reschedule as orders_reschedule
from server.command.requests import reschedule as requests_reschedule
from server.command.requests.joining import joined
from server.command.requests.kinds import Kinds
from server.command.requests.service import citizen as requests
from server.command.requests.service import clocks as request_clocks
from server.command.requests.service import held, owner, visits
from server.command.requests.service import mine as my_requests
from server.command.rollcalls import service as roll_calls
from server.command.routing import keeper as routing_keeper
from server.command.routing import service as routing
from server.command.routing.rules import Routes
from server.command.talks import mine as my_talks
from server.command.talks import service as talks
from server.command.triage import keeper as triage
from server.demo import HalfTold, accounts_of, seed, told
from server.graph.audience import SchemaByRole
from server.graph.endpoint import Endpoint
from server.graph.errors import BadQuery, Internal
from server.graph.overload import Turnstile
from server.graph.response import PACK_FROM, PACK_LEVEL
from server.grid.grids import book as grids
from server.grid.grids.keeper import keeper as grids_keeper
from server.grid.patrols.service import leaves as patrol_leaves
from server.grid.patrols.service import plans as patrols
from server.identity.service import Identity
from server.integrations.channels import code_sender, exchange_of
from server.kernel.calendar import WorkCalendar
from server.kernel.errors import CityError, NotFound
from server.migrations import revisions
from server.platform import almanac, delivery, holds, notify, recount, sla
from server.platform.areas import AreaTree
from server.platform.db import Store, open_store
from server.platform.editions import Shelf
from server.platform.files import Files
from server.platform.jobs import Jobs
from server.platform.news import Hub, LocalHub
from server.platform.notify import Exchange
from server.platform.vault import Vault
from server.platform.watch.requests import KnownRequests
from server.platform.watch.station import Station
from server.platform.words import Words
from server.platform.work import Office
from server.settings import Settings
from server.supervision.evaluation.service import brief as briefs
from server.supervision.evaluation.service import keep as evaluation
from server.supervision.orders import reschedule as supervisions_reschedule
from server.supervision.orders import service as supervisions
from server.web import (
    auth,
    config,
    exports,
    files,
    health,
    knowledge,
    metrics,
    mydata,
    reports,
    setup,
    static,
)
from server.web.headers import SecurityHeaders, Shortcut

DATA = Path(__file__).parents[1] / "shared" / "data"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST_LOOK_SECONDS = 2.0


def open_office(settings: Settings) -> Office:
    """Everything the rooms hand down, built once. Opens no connection yet."""
    office = Office(
        settings=settings,
        store=_store(settings),
        hub=_hub(settings),
        calendar=WorkCalendar.load(DATA / "calendar.json"),
        areas=AreaTree.load(settings.maps_dir / f"{settings.district}.json", hotline=settings.hotline),
    )
    office.tools[Turnstile] = Turnstile(settings.operations_at_once)
    office.tools[Vault] = Vault.open(settings)
    office.tools[Files] = Files(office)
    office.tools[Library] = Library.load(DATA)
    office.tools[Knowledge] = Knowledge.load(DATA)
    office.tools[Words] = Words.load(DATA.parent / "i18n")
    office.tools[Precedents] = Precedents()
    shelf = office.tools[Shelf] = Shelf()
    shelf.keep(catalogue.KIND, catalogue.keeper(DATA))
    shelf.keep(matrix_keeper.KIND, matrix_keeper.keeper(DATA))
    shelf.keep(almanac.KIND, almanac.keeper(DATA, orders_reschedule.foresee))
    shelf.keep(triage.KIND, triage.KEEPER)
    shelf.keep(routing_keeper.KIND, routing_keeper.KEEPER)
    office.tools[Routes] = Routes()
    shelf.keep(grids.KIND, grids_keeper(grids.Base(settings.maps_dir / f"{settings.district}.json")))
    office.tools[Exchange] = exchange_of(settings, office.of(Vault))
    identity = office.tools[Identity] = Identity(office, send_code=code_sender(office))
    identity.on_merge.append(talks.hand_over)
    identity.on_merge += [owner.hand_over, notices.hand_over, notify.hand_over]
    identity.on_proof.append(owner.find_by_phone)
    office.of(Files).on_arrival.append(requests.arrived)
    for room in (my_requests, my_talks, my_notices):
        identity.on_leaving.append(room.leave)
        identity.on_taking.append(room.take)
    for source in (OrderSource.CITIZEN, OrderSource.IMPORT):
        office.followers[source] = requests.follow
    office.heeding.append(supervisions.on_order_mark)
    office.derived.append(evaluation.keep)
    office.followers[merge.MERGED] = joined
    office.followers[orders.EVERY] = visits.sample
    office.tools[Kinds] = Kinds(DATA / "request-kinds.json")
    office.acts |= {
        desk.DISPATCH: desk.dispatch,
        merge.MERGE: merge.merge,
        desk.REJECT: desk.reject,
        split.SPLIT: split.split,
        supervisions.ISSUE: supervisions.issue,
        **held.ACTS,
    }
    return office


def _store(settings: Settings) -> Store:
    return open_store(
        settings.database, pool_size=settings.pool_size, statement_seconds=settings.statement_seconds
    )


def _hub(settings: Settings) -> Hub:
    if not settings.redis_url:
        return LocalHub()
    from server.platform.redis_hub import RedisHub  # its client is 18 MB one process can do without

    return RedisHub(settings.redis_url)


async def close_office(office: Office) -> None:
    """Let go of everything that was opened."""
    await office.of(Identity).close()
    await office.of(Exchange).close()
    await office.news.close()
    await office.hub.close()
    await office.store.close()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Office]:
    """An office for the length of the block."""
    office = open_office(settings)
    try:
        await office.of(Shelf).refresh(office)
        await office.of(Precedents).refresh(office)
        yield office
    finally:
        await close_office(office)


async def migrate(settings: Settings) -> None:
    """Bring the store to today's tables. Raises when it is away or a revision fails."""
    from server.migrations.upgrade import upgrade  # Alembic is 8 MB a serving process can do without

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database, statement_seconds=0)  # a revision may take as long as it takes
    try:
        await upgrade(store.writer)
    finally:
        await store.close()


async def prepare(settings: Settings, *, echo: Callable[[str], object]) -> None:
    """Migrate the store and, in the demo, fill it once. Raises HalfTold."""
    await migrate(settings)
    if settings.demo:
        async with opened(settings) as office:
            await seed(office, echo=echo)


async def is_prepared(settings: Settings) -> bool:
    """False when `prepare` would do something, or say why it cannot."""
    store = _store(settings)
    try:
        async with store.reading() as session:
            current = await revisions.current(await session.connection())
            return current and (not settings.demo or await told(session))
    except (SQLAlchemyError, OSError, HalfTold):
        return False
    finally:
        await store.close()


def jobs_of(office: Office) -> Jobs:
    """What is done again and again, asked for or not."""
    jobs = Jobs(office, office.settings.sweep_seconds)
    jobs.add("editions", lambda office: office.of(Shelf).refresh(office))
    jobs.add("routing", routing.look_after)
    jobs.add("knowledge", lambda office: office.of(Knowledge).refresh(office))
    jobs.add("precedents", lambda office: office.of(Precedents).refresh(office))
    jobs.add("suspensions", suspension.resume_due)
    jobs.add("holds", holds.release)
    jobs.add("clocks", sla.sweeper({
        "order": orders.on_mark, "request": request_clocks.on_mark, "visit": visits.on_mark,
        "supervision": supervisions.on_mark,
    }))  # fmt: skip
    jobs.add("notices", notices.spread)
    jobs.add("due soon", notices.warn, every=MINUTE)
    jobs.add("old notices", notices.forget, every=DAY)
    jobs.add("old messages", delivery.forget, every=DAY)
    jobs.add("calendar", recount.recounter({
        "order": partial(orders_reschedule.on_calendar, promised=requests_reschedule.promised),
        "request": requests_reschedule.on_calendar,
        "visit": visits.on_calendar, "supervision": supervisions_reschedule.on_calendar,
    }, after=[orders_reschedule.appeals]))  # fmt: skip
    jobs.add("brief", briefs.freeze, every=briefs.EVERY)
    jobs.add("brief notice", briefs.announce, every=briefs.EVERY)
    jobs.add("identity", lambda office: office.of(Identity).tidy(), every=HOUR)
    jobs.add("hot", hot.find_issues, every=hot.EVERY)
    jobs.add("gatherings", hot.find_gatherings, every=hot.WATCH_EVERY)
    jobs.add("patrols", patrols.make_rounds, every=MINUTE)
    jobs.add("leaves", patrol_leaves.hand_over, every=MINUTE)
    jobs.add("missed patrols", patrols.declare_missed)
    jobs.add("roll calls", roll_calls.declare_missed)
    jobs.add("old tracks", patrols.forget_tracks, every=DAY)
    jobs.add("photos", lambda office: office.of(Files).forget_unclaimed(), every=HOUR)
    jobs.add("parts", lambda office: office.of(Files).forget_parts(), every=HOUR)
    return jobs


def deliveries_of(office: Office) -> Jobs:
    """What waits for systems elsewhere: in a loop of its own, so that a slow one holds up nobody's clock."""
    jobs = Jobs(office, office.settings.sweep_seconds)
    jobs.add("messages", delivery.deliver)
    return jobs


def create_app(settings: Settings | None = None, office: Office | None = None) -> ASGIApp:
    """The whole server as an ASGI app; without `settings`, as the environment says. It closes the office."""
    office = office or open_office(settings or Settings())
    settings = office.settings
    station = Station(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with suppress(
            SQLAlchemyError, OSError
        ):  # the store is away: alive, not ready, and the jobs look again
            async with asyncio.timeout(FIRST_LOOK_SECONDS):
                await office.of(Shelf).refresh(office)
                await office.of(Knowledge).refresh(office)
                await office.of(Precedents).refresh(office)
        async with station.running(), jobs_of(office).running(), deliveries_of(office).running():
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
    for router in (
        auth.router, files.router, setup.router, health.router, knowledge.router, exports.router,
        mydata.router, reports.router,
    ):  # fmt: skip
        app.include_router(router(office))
    app.include_router(config.router(office, accounts_of(settings)))
    app.include_router(metrics.router(office, station))
    static.mount(app)
    edge = Shortcut(app, path="/graphql", to=graphql)
    return KnownRequests(SecurityHeaders(edge, origin=settings.origin))


async def turned_away(_request: Request, error: Exception) -> Response:
    """An address or method no route takes, in the shape of our other refusals."""
    assert isinstance(error, HTTPException)
    refusal: CityError = NotFound() if error.status_code == 404 else BadQuery()
    return JSONResponse(refusal.extensions, error.status_code, error.headers)


async def broken(_request: Request, _error: Exception) -> Response:
    """A bug in a plain route: the server logs it, the caller learns nothing."""
    return JSONResponse(Internal().extensions, 500)
