"""What an entry looks like to whoever asks, and to the desk that writes it."""

from datetime import date, datetime
from typing import ClassVar

import strawberry

from server.command.graphql.types import Person, load_people, unit_of
from server.command.knowledge import queries
from server.command.knowledge.flow import FLOW, EntryAction, EntryState
from server.command.knowledge.tables import KnowledgeEntry as Row
from server.graph.audience import field_for
from server.graph.context import Context, Info
from server.graph.views import View, column
from server.identity.graphql import Unit
from server.kernel.actors import CITIZEN, OFFICER, Role
from server.kernel.calendar import day_of

ASKERS: frozenset[Role] = frozenset({CITIZEN, OFFICER})
ONLY_OFFICERS: frozenset[Role] = frozenset({OFFICER})


@strawberry.type
class KnowledgeAnswer(View[Row]):
    """A published answer and what it rests on. `id` is the entry's, whichever version holds."""

    seen_by: ClassVar[frozenset[Role]] = ASKERS
    id: strawberry.ID = column(of="entry_id")
    question: str = column()
    answer: str = column()  # at most five lines
    source: str = column()  # the law or the guide by name
    clause: str = column()  # the article, or the address of the page; may be empty
    source_on: date = column()  # the day the source speaks of itself

    @field_for(needs={"unit_id"})
    def unit(self, info: Info) -> Unit | None:
        """Who answers for it; null when the law itself does."""
        return unit_of(info.context.office, self.row.unit_id)


@strawberry.type
class Answer:
    """`best` is null when nothing rests on a source that fits: then nothing is answered, only pointed at."""

    seen_by: ClassVar[frozenset[Role]] = ASKERS
    best: KnowledgeAnswer | None
    near: list[KnowledgeAnswer]


@strawberry.type
class KnowledgeUse:
    """What people did with an entry, in all."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    asked: int
    useful: int
    useless: int


@strawberry.type
class KnowledgeEntry(View[Row]):
    """One version of an entry, as the desk sees it."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    id: strawberry.ID = column()
    entry_id: strawberry.ID = column()
    no: int = column()  # 1, 2, 3 … within its entry
    version: int = column()  # what the next step has to name
    question: str = column()
    answer: str = column()
    source: str = column()
    clause: str = column()
    source_on: date = column()
    review_on: date | None = column()
    staff_only: bool = column()
    written_at: datetime = column()
    published_at: datetime | None = column()

    @field_for(needs={"state"})
    def state(self) -> EntryState:
        return EntryState(self.row.state)

    @field_for(needs={"tags"})
    def tags(self) -> list[str]:
        """Words people say for it."""
        return list(filter(None, self.row.tags.split("|")))

    @field_for(needs={"unit_id"})
    def unit(self, info: Info) -> Unit | None:
        return unit_of(info.context.office, self.row.unit_id)

    @field_for(needs={"review_on", "state"})
    def review_due(self, info: Info) -> bool:
        """Published, and its day to be looked at again has come."""
        on, today = self.row.review_on, day_of(info.context.office.clock())
        return on is not None and self.row.state == EntryState.PUBLISHED and on <= today

    @field_for(needs={"written_by"})
    def written_by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.written_by)

    @field_for(needs={"published_by"})
    def published_by(self, info: Info) -> Person | None:
        return info.context.soon(load_people, self.row.published_by) if self.row.published_by else None

    @field_for(needs={"entry_id"})
    def use(self, info: Info) -> KnowledgeUse:
        return info.context.soon(load_uses, self.row.entry_id)

    @field_for(needs={"state", "written_by"}, personal=True)
    def actions(self, info: Info) -> list[EntryAction]:
        """What this person may do now: the buttons of the page."""
        actor = info.context.actor
        offered = FLOW.offered(EntryState(self.row.state), actor.post)
        own = self.row.written_by == actor.id
        return [action for action in offered if not (own and action is EntryAction.PUBLISH)]


@strawberry.type
class KnowledgePage:
    """Some versions, and the cursor of those behind them."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    items: list[KnowledgeEntry]
    next: str | None


@strawberry.type
class KnowledgeCount:
    """How many versions stand in a state."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_OFFICERS
    state: EntryState
    count: int


async def load_uses(context: Context, ids: list[str]) -> list[KnowledgeUse]:
    """What people did with each entry."""
    found = {id: counts for id, *counts in await context.office.read.tuples(queries.uses(ids))}
    rows = [map(int, found.get(id, (0, 0, 0))) for id in ids]
    return [KnowledgeUse(asked=asked, useful=yes, useless=no) for asked, yes, no in rows]
