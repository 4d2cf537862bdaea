"""Is the process alive, and may it be given work? Strangers may ask: no answer names a version or a host."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from server.identity.service import Identity
from server.kernel.errors import CityError
from server.migrations import revisions
from server.platform.work import Office

STORE_SECONDS = 1.0


class NotReady(CityError):
    """Give it no work now. `why`: leaving (it ends), store (away or slow), tables (older than the code)."""

    code = "NOT_READY"


def router(office: Office) -> APIRouter:
    """/healthz: the process answers. /readyz: it may be given work, else 503."""
    routes, brakes = APIRouter(), office.of(Identity).brakes

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/readyz", response_model=None)
    async def readyz() -> dict[str, str] | JSONResponse:
        if why := "leaving" if office.leaving.is_set() else await _missing(office):
            return JSONResponse(NotReady(why=why).extensions, 503, {"Retry-After": "1"})
        if not await brakes.together():
            return {"status": "degraded", "without": "redis"}  # still useful: elsewhere it is away, too
        return {"status": "ok"}

    return routes


async def _missing(office: Office) -> str:
    """What stands in the way; nothing when the store answers in time and has the tables."""
    try:
        async with asyncio.timeout(STORE_SECONDS), office.store.reader.connect() as connection:
            return "" if await revisions.current(connection) else "tables"
    except (SQLAlchemyError, OSError):  # TimeoutError is an OSError
        return "store"
