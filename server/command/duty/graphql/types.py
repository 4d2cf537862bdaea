"""Duty as the command platform and the officers themselves see it."""

from datetime import date, datetime
from typing import ClassVar

import strawberry

from server.command.duty.rules import ShiftPart
from server.command.graphql.types import Person
from server.command.orders.graphql.types import WorkOrder
from server.command.orders.stakes import Stake
from server.identity.graphql import Area
from server.kernel.actors import OFFICER, Post, Role

ONLY_OFFICERS: frozenset[Role] = frozenset({OFFICER})


@strawberry.type
class MyDuty:
    """The spell one is in."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID
    began_at: datetime
    cell: Area | None
    seen_at: datetime | None


@strawberry.type
class OnStaff:
    """Somebody others rely on: on duty since when, in which cell last, with how much to do."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID = strawberry.field(description="Of the account and the post: unique in the list.")
    person_id: strawberry.ID
    person: Person
    phone: str | None = strawberry.field(description="138****0001; null where none is known.")
    post: Post
    since: datetime | None = strawberry.field(description="Null for who is not on duty now.")
    last: Area | None = strawberry.field(description="The cell he checked in from; only while on duty.")
    last_at: datetime | None
    cells: list[str] = strawberry.field(description="Names of those he is responsible for.")
    tasks: int = strawberry.field(description="Open verifications and checks.")
    deputy: bool = strawberry.field(description="He stands in for whoever is responsible first.")
    needed: bool = strawberry.field(description="He stands in now: nobody before him is on duty there.")


@strawberry.type
class Staffing:
    """How many are on duty, of how many; and the first of those that were asked for."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    on: int
    all: int
    calls: bool = strawberry.field(description="This person calls the roll.")
    people: list[OnStaff]


@strawberry.type
class Shift:
    """Who watches on one part of a day; null: nobody was named."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    day: date
    part: ShiftPart
    person_id: strawberry.ID = strawberry.field(description="Empty for nobody.")
    person: Person | None


@strawberry.type
class Watcher:
    """Who may be named on a shift."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID
    person: Person


@strawberry.type
class StakeItem:
    """A case the next shift must know of, and why."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    stake: Stake
    order: WorkOrder


@strawberry.type
class Handover:
    """What one shift handed to the next."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID
    given_by: Person | None
    given_at: datetime
    note: str
    items: list[StakeItem] = strawberry.field(description="As they stood then; those one may still see.")
    taken_by: Person | None
    taken_at: datetime | None
    remark: str
    takable: bool = strawberry.field(description="This person may sign for it now.")


@strawberry.type
class Watch:
    """The platform's roster and handovers."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    plans: bool = strawberry.field(description="This person keeps the roster and hands over.")
    shifts: list[Shift]
    desk: list[Watcher]
    at_stake: list[StakeItem] = strawberry.field(description="What a handover would hold now.")
    handovers: list[Handover]
