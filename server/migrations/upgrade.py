"""Bring a store to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine


def config(connection: Connection) -> Config:
    """Alembic's configuration for commands over a connection that is open already."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["connection"] = connection
    return settings


async def upgrade(engine: AsyncEngine) -> None:
    """Create or alter the tables up to the newest revision: all or nothing, and nothing when they are."""
    async with engine.begin() as connection:
        await connection.run_sync(lambda open_one: command.upgrade(config(open_one), "head"))
