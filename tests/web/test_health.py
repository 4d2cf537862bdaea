"""Who may be given work says so, and says nothing else about itself."""

from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import text

from server.app import create_app, open_office
from server.settings import Settings
from tests.servers import free_port, running

OK = (200, {"status": "ok"})


@asynccontextmanager
async def serving(settings: Settings):
    """The whole server, the office it works in, and somebody who asks."""
    office = open_office(settings)
    async with (
        running(create_app(office=office)) as server,
        httpx.AsyncClient(base_url=server.url) as client,
    ):

        async def asked(address: str):
            answer = await client.get(address)
            return answer.status_code, answer.json()

        yield office, asked


def not_ready(why: str):
    return 503, {"code": "NOT_READY", "params": {"why": why}}


async def test_a_living_server_with_its_store_is_healthy_and_ready(settings):
    async with serving(settings) as (_, asked):
        assert await asked("/healthz") == await asked("/readyz") == OK


async def test_without_its_store_a_server_is_alive_but_not_ready(tmp_path):
    away = Settings(data_dir=tmp_path, database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none")
    async with serving(away) as (_, asked):
        assert (await asked("/healthz"), await asked("/readyz")) == (OK, not_ready("store"))


async def test_an_empty_store_is_none(tmp_path):
    async with serving(Settings(data_dir=tmp_path)) as (_, asked):
        assert await asked("/readyz") == not_ready("store")


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_a_store_that_does_not_answer_in_time_is_away(settings):
    async with serving(settings) as (office, asked), office.store.writer.begin() as connection:
        await connection.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        assert (await asked("/healthz"), await asked("/readyz")) == (OK, not_ready("store"))
        await connection.rollback()
        assert await asked("/readyz") == OK


@pytest.mark.parametrize(
    ("stands_at", "answer"), [("e193e83a895e", not_ready("tables")), ("ffffffffffff", OK)]
)
async def test_tables_older_than_the_code_are_not_served_newer_ones_are(settings, stands_at, answer):
    async with serving(settings) as (office, asked):
        at = text("UPDATE alembic_version SET version_num = :at")
        async with office.store.writer.begin() as connection:
            before = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
            await connection.execute(at, {"at": stands_at})
        try:
            assert await asked("/readyz") == answer
        finally:
            async with office.store.writer.begin() as connection:
                await connection.execute(at, {"at": before})


async def test_who_is_leaving_takes_no_work(settings):
    async with serving(settings) as (office, asked):
        office.leaving.set()
        assert (await asked("/healthz"), await asked("/readyz")) == (OK, not_ready("leaving"))


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_without_redis_it_goes_on_alone_and_says_so(settings, redis_url):
    alone = (200, {"status": "degraded", "without": "redis"})
    for url, answer in ((redis_url, OK), (f"redis://127.0.0.1:{free_port()}/0", alone)):
        async with serving(settings.model_copy(update={"redis_url": url})) as (_, asked):
            assert await asked("/readyz") == answer
