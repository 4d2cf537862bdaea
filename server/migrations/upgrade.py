"""Bring a store to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('sanwei migrations'))")


def config(connection: Connection) -> Config:
    """Alembic's configuration for commands over a connection that is open already."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["connection"] = connection
    return settings


async def upgrade(engine: AsyncEngine) -> None:
    """Create or alter the tables up to the newest revision: all or nothing, and nothing when they are.

    Hosts that start at once wait for each other.
    """
    async with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(ONE_AT_A_TIME)
        await connection.run_sync(lambda open_one: command.upgrade(config(open_one), "head"))
