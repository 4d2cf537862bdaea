"""The revisions lead to the tables the code names, and back."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import SQLModel

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
