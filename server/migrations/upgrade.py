"""Bring a store to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine


async def upgrade(engine: AsyncEngine) -> None:
    """Create or alter the tables up to the newest revision: all or nothing, and nothing when they are."""
    async with engine.begin() as connection:
        await connection.run_sync(_to_head)


def _to_head(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
