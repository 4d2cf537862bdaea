"""Which revision a store stands at. Alembic writes it down; to read it, Alembic is not needed."""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

VERSIONS = Path(__file__).parent / "versions"
PARENTS = re.compile(r"^down_revision\b.*$", re.MULTILINE)
STANDS_AT = text("SELECT version_num FROM alembic_version")


@cache
def outdated() -> frozenset[str]:
    """The revisions that have a successor here."""
    sources = (file.read_text(encoding="utf-8") for file in VERSIONS.glob("*.py"))
    return frozenset(
        id for source in sources for line in PARENTS.findall(source) for id in re.findall(r'"(\w+)"', line)
    )


async def current(connection: AsyncConnection) -> bool:
    """True when the store has all the tables this code knows; a store that is ahead of the code does too.

    Raises the store's own error when it is away or has no tables yet.
    """
    found = (await connection.execute(STANDS_AT)).scalars().all()
    return bool(found) and outdated().isdisjoint(found)
