"""What people decided about two cases: not the same, or related. No scan says otherwise."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from server.command.orders.tables import OrderPair
from server.platform.kept import kept
from server.platform.read import Reader


class Verdict(StrEnum):
    """不是同一件, 关联."""

    NOT_SAME = "not_same"
    RELATED = "related"


def key(one: str, other: str) -> tuple[str, str]:
    """The two ids of a pair, whichever of them was asked about."""
    return (one, other) if one < other else (other, one)


async def verdict(session: AsyncSession, one: str, other: str) -> OrderPair | None:
    """What was decided about two cases, if anything."""
    return await session.get(OrderPair, key(one, other))


async def of_order(session: AsyncSession, id: str) -> list[OrderPair]:
    """Everything that was decided about a case."""
    return list(await session.exec(_with([id])))


async def decided(read: Reader, ids: Collection[str]) -> dict[str, dict[str, Verdict]]:
    """By case: the others somebody has decided about. Whoever suggests duplicates leaves these out."""
    found: dict[str, dict[str, Verdict]] = {id: {} for id in ids}
    for one, other, said in _both_ways(await read.lines(_kept(sorted(ids)))):
        if one in found:
            found[one][other] = said
    return found


def _both_ways(rows: Iterable[OrderPair]) -> Iterable[tuple[str, str, Verdict]]:
    for row in rows:
        yield row.low_id, row.high_id, Verdict(row.verdict)
        yield row.high_id, row.low_id, Verdict(row.verdict)


def _with(ids: list[str]) -> SelectOfScalar[OrderPair]:
    return select(OrderPair).where(or_(col(OrderPair.low_id).in_(ids), col(OrderPair.high_id).in_(ids)))


_kept = kept(_with)
