"""The report of a week or a month, read from the sums of days; and as a workbook, which is recorded."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from server.command.library import Library
from server.grid.patrols import coverage
from server.grid.patrols.service.plans import REQUIRED, VISITED
from server.kernel.actors import Actor
from server.kernel.calendar import day_of
from server.kernel.text import clean_line
from server.platform import sheets
from server.platform.areas import AreaLevel
from server.platform.sheets import Cell, SheetFormat
from server.platform.words import Words
from server.platform.work import Office
from server.supervision.evaluation import queries
from server.supervision.evaluation.rules import report as rules
from server.supervision.evaluation.rules.counters import Counters
from server.supervision.evaluation.rules.formulas import Indicator, Rate, total
from server.supervision.evaluation.rules.ranking import Period, RankingBy
from server.supervision.evaluation.rules.report import DeskPost, ReportKind, ReportRow

Say = Callable[[str], str]
Namer = Callable[[str], str | None]

KIND = "evaluation"
REASON_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Report:
    """A period of an area: its units, the areas one level below, its desk, and what was left out."""

    kind: ReportKind
    period: Period
    area: str
    units: list[ReportRow]
    areas: list[ReportRow]
    desk: Mapping[Indicator, Rate]
    posts: Mapping[DeskPost, float | None]
    all: Counters


async def read(office: Office, actor: Actor, kind: ReportKind, day: date | None) -> Report:
    """The report of the week or month that `day` lies in; the newest that is over without it."""
    rules.needs_reader(actor)
    today = day_of(office.clock())
    asked = rules.needs_over(rules.period(kind, day), today) if day else rules.newest(kind, today)
    days = asked.first, asked.last
    below = [each.code for each in office.areas.children(actor.area) if each.level is not AreaLevel.CELL]
    by_unit = await queries.by_unit(office.read, actor.area, *days)
    by_area = await queries.by_area(office.read, below, *days) if below else {}
    unit_times = await queries.handling(office.read, [actor.area], *days)
    area_times = await queries.handling(office.read, below, *days, RankingBy.AREA) if below else {}
    points = await coverage.sums(office, [actor.area], *days)
    desk, posts = rules.desk_of(
        by_unit, visited=points.get((actor.area, VISITED), 0), required=points.get((actor.area, REQUIRED), 0)
    )
    return Report(
        kind, asked, actor.area, rules.rows_of(by_unit, unit_times),
        rules.rows_of(by_area, area_times, areas=True), desk, posts,
        total(each for mix in by_unit.values() for each in mix.values()),
    )  # fmt: skip


async def take_home(
    office: Office, actor: Actor, kind: ReportKind, day: date | None, reason: str
) -> tuple[str, bytes]:
    """The report as XLSX, and its name. Who took it, why, and the file's SHA-256 are recorded."""
    why = clean_line(reason, field="reason", limit=REASON_LIMIT, required=True)
    report = await read(office, actor, kind, day)
    content = sheets.write(SheetFormat.XLSX, workbook(office, report))
    name = f"{kind}-{report.period.first.isoformat()}-{report.area}.xlsx"
    async with office.work(actor) as work:
        work.record(
            f"{KIND}.export", KIND, name, area=actor.area, opinion=why, quiet=True,
            detail={"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)},
        )  # fmt: skip
    return name, content


def workbook(office: Office, report: Report) -> dict[str, Iterable[list[Cell]]]:
    """Every rate with its numerator and denominator, so that nobody has to believe it."""
    say = office.of(Words).say
    units = {id: unit.name for id, unit in office.of(Library).units.items()}
    desk: list[list[Cell]] = [
        [say(f"indicator.{each}"), one.part, one.of, _rounded(one.percent)]
        for each, one in report.desk.items()
    ]
    posts: list[list[Cell]] = [
        [say(f"desk.{post}"), None, None, _rounded(score)] for post, score in report.posts.items()
    ]
    about: list[list[Cell]] = [
        [say("report.about.area"), office.areas.name(report.area)],
        [say("report.about.first"), report.period.first],
        [say("report.about.last"), report.period.last],
        *([say(f"report.leftOut.{name}"), getattr(report.all, name)] for name in LEFT_OUT),
        [say("report.about.method"), say("report.method")],
    ]
    return {
        say("report.sheet.units"): _table(report.units, units.get, say),
        say("report.sheet.areas"): _table(report.areas, office.areas.name, say),
        say("report.sheet.desk"): [
            [say(f"report.col.{each}") for each in ("indicator", "part", "of", "rate")],
            *desk, *posts,
        ],
        say("report.sheet.about"): [[say("report.sheet.about"), ""], *about],
    }  # fmt: skip


LEFT_OUT = ("merged", "withdrawn", "freed", "voided", "self_report", "exempt")


def _table(rows: list[ReportRow], name: Namer, say: Say) -> Iterable[list[Cell]]:
    heading: list[Cell] = [say("report.col.name"), say("report.col.n")]
    for each in rules.SHOWN:
        heading += [say(f"indicator.{each}"), say("report.col.part"), say("report.col.of")]
    yield [*heading, *(say(f"report.col.{each}") for each in ("median", "p90", "score", "grade"))]
    for row in rows:
        cells: list[Cell] = [name(row.key) or row.key, row.n]
        for one in row.rates.values():
            cells += [_rounded(one.percent), one.part, one.of]
        yield [*cells, row.median_minutes, row.p90_minutes, _rounded(row.score), row.grade]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
