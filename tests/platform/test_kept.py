"""Kept statements answer what plain ones answer, whatever the arguments, and are built once per shape."""

import asyncio
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import product

import pytest
from sqlalchemy import literal
from sqlalchemy.exc import MultipleResultsFound
from sqlmodel import col, or_, select

from server.command.orders.tables import WorkOrder
from server.kernel.actors import SYSTEM, Actor, Post
from server.kernel.calendar import day_of
from server.platform.audit import AuditLine
from server.platform.db import UtcDateTime
from server.platform.kept import kept, reckoned
from server.platform.rollups import Rollup
from tests.city import an_office
from tests.clock import MONDAY
from tests.factories import a_citizen, a_leader, an_officer

NEEDS = ("id", "reported_at", "danger", "suggestion", "due_at", "lon")


class Which(StrEnum):
    """What a query may branch on."""

    MINE = "mine"
    OPEN = "open"


built: list[Which] = []


def next_code(prefix):
    return str(int(prefix) + 1)


@kept
def found(actor: Actor, which: Which, now: datetime, *, ids=frozenset(), after=None, first=3):
    built.append(which)
    rows = select(WorkOrder)
    if actor.area:
        area = col(WorkOrder.area)
        rows = rows.where(area >= actor.area, area < reckoned(next_code, actor.area))
    if actor.cells:
        rows = rows.where(or_(col(WorkOrder.cell).in_(actor.cells), col(WorkOrder.reporter_id) == actor.id))
    if which is Which.MINE:
        rows = rows.where(col(WorkOrder.reporter_id) == actor.id)
    else:
        rows = rows.where(
            col(WorkOrder.due_at) <= now + timedelta(hours=4), col(WorkOrder.state).in_(["a", "b"])
        )
    if ids:
        rows = rows.where(col(WorkOrder.id).in_(ids))
    if after:
        at, id = after
        rows = rows.where(
            or_(col(WorkOrder.reported_at) > literal(at, UtcDateTime()), col(WorkOrder.id) > id)
        )
    return rows.order_by(col(WorkOrder.reported_at), col(WorkOrder.id)).limit(first + 1)


@kept
def named(verb: str):
    return select(col(AuditLine.street), col(AuditLine.at), col(AuditLine.detail)).where(
        AuditLine.verb == verb
    )


@kept
def since(now: datetime):
    return select(col(Rollup.area), col(Rollup.day)).where(col(Rollup.day) >= reckoned(day_of, now))


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        async with office.work(SYSTEM) as work:
            for n in range(30):
                at = MONDAY + timedelta(minutes=n // 2)
                work.session.add(WorkOrder(
                    id=f"o{n:02}", no=str(n), state="abc"[n % 3], title="灯", source="patrol",
                    reporter_id="ann" if n % 2 else "chen", area=("440103006", "440103007")[n % 2],
                    cell=f"440103006001{n % 5:03}", lon=113.2 + n if n % 4 else None, lat=None,
                    danger=n % 7 == 0, suggestion={"best": {"unit": "zj"}}, reported_at=at,
                    due_at=at + timedelta(hours=n) if n % 5 else None,
                ))  # fmt: skip
                work.record(f"v{n % 2}", "order", str(n), area="440103006", detail={"n": [n, "字"]})
            work.count("new", "440103", 1, date(2026, 3, 1))
            work.count("new", "440103", 1, date(2026, 3, 2))
        yield office


WHO = [
    a_leader(), a_leader(area=""), a_citizen(id="ann"),
    an_officer(id="chen", area="", cells=("440103006001001",)),
    an_officer(id="chen", cells=("440103006001001", "440103006001002", "440103006001003")),
    an_officer(Post.HANDLER, id="ann", unit_id="zj"),
]  # fmt: skip
IDS = [frozenset(), {"o01"}, ["o01", "o02", "o03"], frozenset(f"o{n:02}" for n in range(20))]


async def test_every_shape_of_arguments_is_answered_as_the_plain_statement_is(office):
    answers = 0
    for actor, which, ids, after in product(WHO, Which, IDS, [None, (MONDAY + timedelta(minutes=4), "o08")]):
        for n in (1, 2):  # built, and kept
            question = found(actor, which, MONDAY + timedelta(hours=n), ids=ids, after=after, first=5)
            plain = await office.read.lines(question.plain, NEEDS)
            assert await office.read.lines(question, NEEDS) == plain
            answers += len(plain)
    assert answers > 100


async def test_values_do_not_stick_to_a_kept_statement(office):
    for who, start in (("ann", 1), ("chen", 0)):
        rows = await office.read.lines(found(a_citizen(id=who), Which.MINE, MONDAY, first=50))
        assert [row.id for row in rows] == [f"o{n:02}" for n in range(start, 30, 2)]


async def test_a_statement_is_built_once_for_each_shape_and_selection(office):
    built.clear()
    for n in range(5):
        await office.read.lines(
            found(a_leader(id=f"l{n}"), Which.MINE, MONDAY + timedelta(n), first=77), NEEDS
        )
        await office.read.lines(found(a_leader(id=f"l{n}"), Which.MINE, MONDAY, first=77), ("id",))
        await office.read.lines(
            found(a_leader(id=f"l{n}"), Which.MINE, MONDAY, ids=["x"] * (5 + n % 3), first=77)
        )
    assert len(built) == 3


async def test_rows_come_as_the_types_of_their_columns(office):
    [line] = await office.read.lines(found(a_citizen(id="chen"), Which.MINE, MONDAY, ids=["o00"]), NEEDS)
    assert line == ("o00", MONDAY, True, {"best": {"unit": "zj"}}, None, None)
    assert line.reported_at.utcoffset() == timedelta(0)


async def test_tuples_and_one_line_and_what_is_reckoned(office):
    rows = await office.read.tuples(named("v1"))
    assert rows == await office.read.tuples(named("v1").plain)
    assert len(rows) == 15 and rows[0][2] == {"n": [1, "字"]}
    assert await office.read.tuples(since(MONDAY)) == [("440103", date(2026, 3, 2))]
    assert await office.read.line(found(a_citizen(id="nobody"), Which.MINE, MONDAY)) is None
    with pytest.raises(MultipleResultsFound):
        await office.read.line(found(a_citizen(id="ann"), Which.MINE, MONDAY))


async def test_siblings_ask_at_once(office):
    questions = [found(WHO[n % 6], Which.MINE, MONDAY, first=n) for n in range(60)]
    answers = await asyncio.gather(*(office.read.lines(each, NEEDS) for each in questions))
    assert answers == [await office.read.lines(each.plain, NEEDS) for each in questions]


@pytest.mark.parametrize("look", [
    lambda v: "x" if v == "a" else "y", lambda v: v in {"a"}, lambda v: v in ("a", "abc"),
    lambda v: v.startswith("a"), lambda v: int(v), lambda v: f"{v:>3}", lambda v: v < "b", len,
])  # fmt: skip
async def test_a_query_that_looks_at_a_value_is_refused_at_once(office, look):
    """Else the first caller's value would be everybody's."""

    @kept
    def curious(text: str):
        return select(AuditLine).where(AuditLine.verb == look(text))

    with pytest.raises((TypeError, AttributeError)):
        await office.read.lines(curious("abc"))
