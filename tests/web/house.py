"""The HTTP edge of identity and photos behind a real server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from server.platform.work import Office
from server.web import auth, files, setup
from tests.servers import Running, running

JSON_LIMIT = 100_000  # as the whole app has it


@asynccontextmanager
async def serving(office: Office) -> AsyncIterator[Running]:
    """/auth, /files and /setup of `office`."""
    app = FastAPI(max_body_size=JSON_LIMIT)
    app.include_router(auth.router(office))
    app.include_router(files.router(office))
    app.include_router(setup.router(office))
    async with running(app, proxy_headers=False) as server:
        yield server
