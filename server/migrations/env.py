"""Alembic's environment: which tables there should be, and over which connection to change them.

Alembic runs this file; nothing imports it. The tables of every room are found by name, so that no
room is forgotten and this package needs no arrow to any.
"""

import asyncio
import pkgutil
from importlib import import_module
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import server
from server.settings import Settings

for module in pkgutil.walk_packages(server.__path__, "server."):
    if module.name.endswith(".tables") or module.name.startswith("server.platform."):
        import_module(module.name)


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write column types of our own as what they are in the store, so that old revisions outlive them."""
    if kind == "type" and isinstance(item, sa.types.TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def migrate(connection: Connection) -> None:
    """Run what was asked for, in one transaction. Batches, because SQLite cannot alter a column in place."""
    context.configure(
        connection, target_metadata=SQLModel.metadata, render_as_batch=True, render_item=render_item
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_migrate() -> None:
    """From the command line there is no connection yet: open the one the settings name."""
    engine = create_async_engine(Settings().database)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


if connection := context.config.attributes.get("connection"):
    migrate(connection)
else:
    asyncio.run(connect_and_migrate())
