"""Photos and voice notes whose words went ahead of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Self

import strawberry
from sqlmodel.sql.expression import SelectOfScalar

from server.graph.context import Context
from server.kernel.actors import EVERYONE, Role
from server.platform import files
from server.platform.files import File
from server.platform.kept import kept

PROMISE = ("id", "owner_id", "created_at", "attached_id")


@strawberry.type
class Coming:
    """Photos and voice notes that a case was promised and has not got yet."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    count: int
    stuck: bool = strawberry.field(description="None came for an hour. They still may.")

    @classmethod
    def of(cls, promises: Sequence[File], now: datetime) -> Self | None:
        """None when everything is here."""
        if not promises:
            return None
        stuck = now - max(each.created_at for each in promises) > files.STUCK_AFTER
        return cls(count=len(promises), stuck=stuck)


async def load_promises(context: Context, ids: list[str]) -> list[list[File]]:
    """What each order still waits for."""
    found: dict[str, list[File]] = {id: [] for id in ids}
    for file in await context.office.read.lines(_promises_of(ids), PROMISE):
        found[file.attached_id or ""].append(file)
    return [found[id] for id in ids]


async def load_coming(context: Context, asked: list[tuple[str, str]]) -> list[Coming | None]:
    """What is on its way to each order, and to the whole case where it is a part."""
    ids = list(dict.fromkeys(id for pair in asked for id in pair if id))
    found = dict(zip(ids, await load_promises(context, ids), strict=True))
    now = context.office.clock()
    return [Coming.of([*found.get(whole, ()), *found[id]], now) for id, whole in asked]


@kept
def _promises_of(ids: list[str]) -> SelectOfScalar[File]:
    return files.promised("order", ids)
