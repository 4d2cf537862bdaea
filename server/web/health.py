"""Is the process alive, and may it be given work?"""

import asyncio

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.kernel.errors import CityError
from server.platform.work import Office

STORE_SECONDS = 2.0


class NotReady(CityError):
    """The store does not answer."""

    code = "NOT_READY"


def router(office: Office) -> APIRouter:
    """/healthz: the process answers. /readyz: its store does too, else 503."""
    routes = APIRouter()

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/readyz", response_model=None)
    async def readyz() -> dict[str, str] | JSONResponse:
        try:
            async with asyncio.timeout(STORE_SECONDS), office.store.reader.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):  # TimeoutError is an OSError
            return JSONResponse(NotReady().extensions, 503, {"Retry-After": "1"})
        return {"status": "ok"}

    return routes
