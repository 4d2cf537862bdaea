"""A card as a citizen sees it who scanned it, and as its officer does."""

from datetime import date, datetime
from typing import ClassVar

import strawberry

from server.command.graphql.types import Person, load_people
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.views import View, column
from server.grid.cards.rules import CardCheck
from server.grid.cards.tables import CardMessage as Row
from server.identity.graphql import Area
from server.kernel.actors import CITIZEN, OFFICER, Role

BOTH: frozenset[Role] = frozenset({CITIZEN, OFFICER})
ONLY_CITIZENS: frozenset[Role] = frozenset({CITIZEN})
ONLY_OFFICERS: frozenset[Role] = frozenset({OFFICER})


@strawberry.type
class CardMessage(View[Row]):
    """A word left, and its answer."""

    seen_by: ClassVar[frozenset[Role]] = BOTH
    id: strawberry.ID = column()
    text: str = column()
    at: datetime = column()
    answer: str = column()
    answered_at: datetime | None = column()

    @field_for(needs={"cell"}, reference=True)
    def cell(self, info: Info) -> Area:
        return Area.of(info.context.office.areas, self.row.cell)

    @field_for(needs={"answered_by"})
    def by(self, info: Info) -> Person | None:
        """Who answered."""
        return info.context.soon(load_people, self.row.answered_by) if self.row.answered_by else None


@strawberry.type
class GridCard:
    """C25: who looks after a cell now."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    card_code: str
    cell: Area
    street: Area
    lon: float = strawberry.field(description="A point inside the cell, WGS-84.")
    lat: float
    officer: Person | None = strawberry.field(description="Null while nobody is on the roster.")
    on_duty: bool
    standing_in: bool = strawberry.field(description="He stands in for a colleague who is away.")
    median_minutes: int | None = strawberry.field(description="Until an answer, of 90 days; null of too few.")
    answers: int
    check: CardCheck
    messages: list[CardMessage] = strawberry.field(description="One's own in this cell.")


@strawberry.type
class StandIn:
    """Who may stand in."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID
    name: str


@strawberry.type
class CellCard:
    """The card of one of an officer's cells; `key` makes it his."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    card_code: str
    cell: Area
    street: Area
    key: str


@strawberry.type
class MyCard:
    """O13: an officer's cards, who may stand in for him and who does."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    cards: list[CellCard]
    colleagues: list[StandIn]
    away_from: date | None
    away_until: date | None
    stand_in: StandIn | None
    messages: list[CardMessage]
