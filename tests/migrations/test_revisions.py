"""The revisions lead to the tables the code names, and back."""

import asyncio

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlmodel import SQLModel

from server.migrations import revisions
from server.migrations.upgrade import config, upgrade
from server.platform.db import open_store


@pytest.fixture
async def connection(store):
    """One transaction that is rolled back, so that a revision gone wrong stays here."""
    opened = open_store(store)
    async with opened.writer.connect() as connection, connection.begin() as transaction:
        yield connection
        await transaction.rollback()
    await opened.close()


def tables(connection):
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_the_newest_revision_is_what_the_code_names(connection):
    def drift(open_one):
        return compare_metadata(MigrationContext.configure(open_one), SQLModel.metadata)

    assert await connection.run_sync(tables) == set(SQLModel.metadata.tables)
    assert await connection.run_sync(drift) == [], 'make migration m="…" writes the missing revision'


async def test_every_revision_can_be_undone_and_done_again(connection):
    await connection.run_sync(lambda open_one: command.downgrade(config(open_one), "base"))
    assert await connection.run_sync(tables) == set()
    await connection.run_sync(lambda open_one: command.upgrade(config(open_one), "head"))
    assert await connection.run_sync(tables) == set(SQLModel.metadata.tables)


async def test_upgrading_the_newest_changes_nothing(store):
    opened = open_store(store)
    await upgrade(opened.writer)
    async with opened.reader.connect() as connection:
        assert await connection.run_sync(tables) == set(SQLModel.metadata.tables)
    await opened.close()


async def test_two_hosts_that_start_at_once_upgrade_one_after_the_other(postgres):
    opened = open_store(await postgres.create("two_hosts"))
    await asyncio.gather(*(upgrade(opened.writer) for _ in range(3)))
    async with opened.reader.connect() as connection:
        assert await connection.run_sync(tables) == set(SQLModel.metadata.tables)
    await opened.close()


async def test_what_is_outdated_is_known_without_alembic(connection):
    [head] = ScriptDirectory(revisions.VERSIONS.parent).get_heads()
    known = {each.revision for each in ScriptDirectory(revisions.VERSIONS.parent).walk_revisions()}
    assert revisions.outdated() == known - {head}


@pytest.mark.parametrize(("stands_at", "current"), [("e193e83a895e", False), ("ffffffffffff", True)])
async def test_a_store_behind_is_not_current_and_one_ahead_is(connection, stands_at, current):
    assert await revisions.current(connection)
    await connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{stands_at}'")
    assert await revisions.current(connection) is current
