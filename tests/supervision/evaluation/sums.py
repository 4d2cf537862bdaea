"""Sums of days as they would be after so many orders, without telling their lives."""

from uuid import uuid4

from server.kernel.actors import SYSTEM
from server.platform.rows import put
from server.supervision.evaluation.rules.counters import Counters, Facts
from server.supervision.evaluation.service.keep import FACTS, Changes, row_of
from tests.city import CELL


async def count(
    city, unit_id, day, n, *, ontime=None, category="01", difficulty="days", area=CELL, minutes=60, **counts
):
    """`n` handled orders of a unit, `ontime` of them (all unless said) in time."""
    changes, rows = Changes(), []
    for each in range(n):
        late = ontime is not None and each >= ontime
        one = Counters(**{
            "report": 1, "inst": 1, "received": 1, "dispose_need": 1, "dispose": 1,
            "dispose_intime": not late, "dispose_overtime": late, "archive_need": 1, "archive": 1,
            "archive_intime": not late, **counts,
        })  # fmt: skip
        facts = Facts(day, unit_id, area, category, difficulty, one, minutes=minutes)
        changes.add(facts, +1)
        rows.append(row_of(str(uuid4()), facts))
    async with city.office.work(SYSTEM) as work:
        for statement, written in [(FACTS, rows), *changes.writes()]:
            await put(work.session, statement, written)
