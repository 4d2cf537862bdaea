"""The year as the office counts it: holidays, make-up days, office hours."""

from datetime import date
from typing import ClassVar

import strawberry

from server.graph.audience import field_for
from server.graph.context import Info
from server.identity.posts import Permission, may
from server.kernel.actors import OFFICER, Role
from server.kernel.calendar import FIRST_YEAR, day_of
from server.kernel.errors import BadInput, NotFound
from server.platform import almanac, editions
from server.platform.almanac import DAYS, HOURS, calendar_of
from server.platform.tabular import from_json

LAST_YEAR = 2100


@strawberry.type
class CalendarDay:
    """A day that is not what the week says."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    day: date
    name: str
    works: bool = strawberry.field(description="True for a weekend day that is made up for.")


@strawberry.type
class OfficeHours:
    """When the office is open, from a day on. Rows of one day belong together."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    since: date
    opens: str
    closes: str


@strawberry.type
class CalendarYear:
    """One year. Unless announced it counts as weekends only, and what crosses it is provisional."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    year: int
    today: date
    edition: int
    announced: bool
    years: list[int] = strawberry.field(description="Years whose holidays are announced.")
    workdays: int
    days: list[CalendarDay]
    hours: list[OfficeHours]


@strawberry.type
class Query:
    """The calendar's part of the root."""

    @field_for(OFFICER)
    async def calendar_year(
        self, info: Info, year: int | None = None, edition: int | None = None
    ) -> CalendarYear:
        """This year unless said, by the calendar that holds, or by an edition of it: for administrators."""
        office = info.context.office
        today = day_of(office.clock())
        which = year or today.year
        if not FIRST_YEAR <= which <= LAST_YEAR:
            raise BadInput(field="year")
        no = office.calendar.edition if edition is None else edition
        post = info.context.actor.post
        if no != office.calendar.edition and not (
            may(post, Permission.CONFIGURE) or may(post, Permission.READ_LOGS)
        ):
            raise NotFound(subject=f"{almanac.KIND}/{no}")
        async with office.reading() as session:
            content = await editions.content_of(session, office, almanac.KIND, no)
        tables, calendar = from_json(content), calendar_of(content, no)
        named = {day: row["name"] for row in tables[DAYS] for day in almanac.days_of(row)}
        return CalendarYear(
            year=which, today=today, edition=no, announced=calendar.announced(which),
            years=sorted(calendar.years),
            workdays=sum(map(calendar.is_workday, almanac.year_of(which))),
            days=[
                CalendarDay(day=day, name=named[day], works=calendar.is_workday(day))
                for day in almanac.year_of(which) if day in named
            ],
            hours=[
                OfficeHours(since=date.fromisoformat(row["since"]), opens=row["opens"], closes=row["closes"])
                for row in tables[HOURS]
            ],
        )  # fmt: skip
