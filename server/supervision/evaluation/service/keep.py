"""Facts kept in the transaction of the step that changed them, with the sums they are part of."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import astuple
from datetime import date
from operator import attrgetter
from typing import Any

from sqlmodel import SQLModel

from server.command.orders.service import told
from server.command.orders.service.told import Head
from server.platform import audit, rollups, sla
from server.platform.read import within
from server.platform.rows import Row, Write, written
from server.platform.work import Work
from server.supervision.evaluation import queries
from server.supervision.evaluation.rules.counters import COUNTERS, Case, Clock, Counters, Facts, Line, Passed
from server.supervision.evaluation.rules.facts import EVENTS, facts
from server.supervision.evaluation.rules.fairness import two_digits

KIND = "order"
COUNTS = attrgetter(*COUNTERS)  # a fortieth of what dataclasses.astuple costs
LINE = ("at", "verb", "unit_id", "receiver", "detail")
CLOCK = ("name", "unit", "limit_value", "started_at", "original_due_at", "due_at", "overtime")
COMMUNITY = 12  # digits: sums are kept for the district, the street and the community

order_facts, evaluation_day, handling_day = (
    SQLModel.metadata.tables[name] for name in ("order_facts", "evaluation_day", "handling_day")
)


@written
def FACTS(insert: Any) -> Any:
    """The facts of an order, in the place of those it had."""
    rows = insert(order_facts)
    new = {column.name: rows.excluded[column.name] for column in order_facts.c if not column.primary_key}
    return rows.on_conflict_do_update(index_elements=["order_id"], set_=new)


@written
def SUM(insert: Any) -> Any:
    """Add to the sums of a day."""
    rows = insert(evaluation_day)
    keys = [column.name for column in evaluation_day.primary_key]
    more = {name: evaluation_day.c[name] + rows.excluded[name] for name in COUNTERS}
    return rows.on_conflict_do_update(index_elements=keys, set_=more)


@written
def TIME(insert: Any) -> Any:
    """Add to how many took so long."""
    rows = insert(handling_day)
    keys = [column.name for column in handling_day.primary_key]
    return rows.on_conflict_do_update(index_elements=keys, set_={"n": handling_day.c.n + rows.excluded.n})


async def keep(work: Work, recorded: Sequence[audit.Entry]) -> Sequence[Write]:
    """What the work's records change of the facts of their orders; `Office.derived` calls it at the seal."""
    ids = dict.fromkeys(
        entry.subject_id for entry in recorded
        if entry.subject_kind == KIND and entry.verb.removeprefix("order.") in EVENTS
        and entry.detail.get("clock", "handle") == "handle"
    )  # fmt: skip
    return [write for id in ids for write in await _kept(work, id, recorded)]


async def _kept(work: Work, id: str, recorded: Sequence[audit.Entry]) -> list[Write]:
    head = await told.head(work, id)
    if head is None:
        return []
    lines = await within(work.session, audit.history(KIND, id), LINE)
    timers = await within(work.session, queries.timers(KIND, id), CLOCK)
    started = [row for row in work.added if isinstance(row, sla.Timer) and row.subject_id == id]
    fresh = [each for each in recorded if each.subject_kind == KIND and each.subject_id == id]
    now = facts(case_of(head), [line_of(each) for each in (*lines, *fresh)],
                [clock_of(each) for each in (*timers, *started)], work.now,
                work.office.calendar.elapsed)  # fmt: skip
    before = await within(work.session, queries.stored(id))
    was = facts_of(before[0]) if before else None
    if was == now or (was is None and now.on is None):
        return []
    changes = Changes()
    if was:
        changes.add(was, -1)
    changes.add(now, +1)
    return [(FACTS, [row_of(id, now)]), *changes.writes()]


class Changes:
    """What facts that come and go do to the sums."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, date, str, str, str], list[int]] = defaultdict(
            lambda: [0] * len(COUNTERS)
        )
        self._times: Counter[tuple[str, date, str, int]] = Counter()

    def add(self, facts: Facts, n: int) -> None:
        """Count an order's facts `n` times."""
        if facts.on is None:
            return
        for area in rollups.scopes(facts.area[:COMMUNITY]):
            for unit_id, counts in facts.parts.items():
                sums = self._sums[area, facts.on, unit_id, facts.category, facts.difficulty]
                sums[:] = [have + n * more for have, more in zip(sums, COUNTS(counts), strict=True)]
            if facts.minutes is not None:
                self._times[area, facts.on, facts.unit_id, two_digits(facts.minutes)] += n

    def writes(self) -> list[Write]:
        """The rows to add, in key order so that writers never deadlock."""
        keys = ("area", "day", "unit_id", "category", "difficulty")
        sums = [
            {**dict(zip(keys, key, strict=True)), **dict(zip(COUNTERS, values, strict=True))}
            for key, values in sorted(self._sums.items()) if any(values)
        ]  # fmt: skip
        times = [
            {"area": area, "day": day, "unit_id": unit_id, "minutes": minutes, "n": n}
            for (area, day, unit_id, minutes), n in sorted(self._times.items()) if n
        ]  # fmt: skip
        return [(SUM, sums), (TIME, times)]

    def sums(self) -> dict[tuple[Any, ...], tuple[int, ...]]:
        """Every sum that is not nothing, by its key."""
        return {key: tuple(values) for key, values in self._sums.items() if any(values)}

    def times(self) -> dict[tuple[Any, ...], int]:
        """How many took so long, by key."""
        return {key: n for key, n in self._times.items() if n}


# ── between rows and facts ────────────────────────────────────────────────────────────────────────


def case_of(head: Head) -> Case:
    """What the order itself says."""
    return Case(head.id, head.state, head.area, head.source, head.matter_code, head.unit_id,
                head.bundled_due_at, head.exempt, head.verified, head.against)  # fmt: skip


def line_of(entry: Any) -> Line:
    """A flow record, stored or still to be."""
    verb = entry.verb.removeprefix("order.")
    return Line(entry.at, verb, entry.unit_id, entry.receiver, entry.detail)


def clock_of(timer: Any) -> Clock:
    """A timer."""
    return Clock(timer.name, timer.unit, timer.limit_value, timer.started_at, timer.original_due_at,
                 timer.due_at, timer.overtime)  # fmt: skip


def facts_of(row: Any) -> Facts:
    """The facts a row holds."""
    return Facts(
        row.day, row.unit_id, row.area, row.category, row.difficulty,
        Counters(*COUNTS(row)),
        tuple(Passed(*each) for each in row.passed), row.minutes, row.over_times, row.against,
    )  # fmt: skip


def row_of(order_id: str, facts: Facts) -> Row:
    """The row that holds the facts."""
    return {
        "order_id": order_id, "day": facts.on, "unit_id": facts.unit_id, "area": facts.area,
        "category": facts.category, "difficulty": facts.difficulty,
        "passed": [list(astuple(each)) for each in facts.passed], "minutes": facts.minutes,
        "over_times": facts.over_times, "against": facts.against,
        **dict(zip(COUNTERS, COUNTS(facts.counts), strict=True)),
    }  # fmt: skip
