"""Asking, for everybody; searching and reading entries, for the desk."""

import strawberry

from server.command.knowledge import queries, rules, service
from server.command.knowledge.book import Knowledge
from server.command.knowledge.flow import EntryState
from server.command.knowledge.graphql.types import (
    Answer,
    KnowledgeAnswer,
    KnowledgeCount,
    KnowledgeEntry,
    KnowledgePage,
)  # fmt: skip
from server.graph.audience import field_for
from server.graph.context import Info
from server.graph.paging import Page, bounded, decode
from server.kernel.actors import CITIZEN, OFFICER
from server.kernel.calendar import day_of
from server.kernel.errors import NotFound
from server.kernel.text import clean_line
from server.platform.read import together


@strawberry.type
class Query:
    """The knowledge base's part of the root."""

    @field_for(CITIZEN, OFFICER)
    def answer(self, info: Info, question: str) -> Answer:
        """The published entry that answers, or none, and at most three near it. Counts nothing."""
        words = clean_line(question, field="question", limit=rules.QUESTION_LIMIT)
        found = info.context.office.of(Knowledge).answer(words, staff=info.context.actor.role is OFFICER)
        best = KnowledgeAnswer(row=found.best) if found.best else None
        return Answer(best=best, near=KnowledgeAnswer.of(found.near))

    @field_for(CITIZEN, OFFICER)
    def knowledge_answer(self, info: Info, id: strawberry.ID) -> KnowledgeAnswer:
        """The entry of that id as it is published now. NOT_FOUND when it is not (any more)."""
        office = info.context.office
        return KnowledgeAnswer(row=service.answer(office, id, staff=info.context.actor.role is OFFICER))

    @field_for(CITIZEN, most=rules.MOST_ASKED)
    async def asked_often(self, info: Info, area_code: str = "") -> list[KnowledgeAnswer]:
        """What was asked most in the street this week; where nobody asked, in the district."""
        area = clean_line(area_code, field="areaCode", limit=15)
        return KnowledgeAnswer.of(await service.often(info.context.office, area))

    @field_for(CITIZEN, most=rules.MOST_OFFLINE)
    def answers_to_keep(self, info: Info) -> list[KnowledgeAnswer]:
        """What a phone keeps for when there is no network."""
        entries = info.context.office.of(Knowledge).entries.values()
        return KnowledgeAnswer.of([row for row in entries if not row.staff_only][: rules.MOST_OFFLINE])

    @field_for(OFFICER)
    async def knowledge(
        self, info: Info, search: str = "", state: EntryState = EntryState.PUBLISHED, due: bool = False,
        first: int = 20, after: str | None = None,
    ) -> KnowledgePage:  # fmt: skip
        """Versions in a state by name; with words what is published and fits them, best first."""
        office, actor = info.context.office, info.context.actor
        wanted = clean_line(search, field="search", limit=rules.QUESTION_LIMIT)
        needs = together(("id", "question"), info.needs("items"))
        if wanted:
            ids = [row.id for row in office.of(Knowledge).search(wanted, bounded(first), staff=True)]
            rows = {row.id: row for row in await office.read.lines(queries.by_ids(actor, ids), needs)}
            return KnowledgePage(items=KnowledgeEntry.of([rows[id] for id in ids if id in rows]), next=None)
        today = day_of(office.clock()) if due else None
        key = decode(after, str, str) if after else None
        found = await office.read.lines(queries.page(actor, state, today, bounded(first), key), needs)
        page = Page.of(found, first, lambda row: (row.question, row.id))
        return KnowledgePage(items=KnowledgeEntry.of(page.items), next=page.next)

    @field_for(OFFICER, most=len(EntryState))
    async def knowledge_counts(self, info: Info) -> list[KnowledgeCount]:
        """How many versions this person sees in each state; states without one are left out."""
        return await counts(info)

    @field_for(OFFICER, most=50)
    async def knowledge_versions(self, info: Info, entry_id: strawberry.ID) -> list[KnowledgeEntry]:
        """Every version of an entry this person sees, the newest first. NOT_FOUND when there is none."""
        rows = await info.context.office.read.lines(
            queries.versions(info.context.actor, entry_id), together(("id",), info.needs())
        )
        if not rows:
            raise NotFound(subject=entry_id)
        return KnowledgeEntry.of(rows)


async def counts(info: Info) -> list[KnowledgeCount]:
    """How many versions the actor sees in each state."""
    rows = await info.context.office.read.tuples(queries.counts(info.context.actor))
    return [KnowledgeCount(state=EntryState(state), count=n) for state, n in sorted(rows)]


async def read(info: Info, id: str) -> KnowledgeEntry:
    """A version as the actor sees it now. Raises NotFound."""
    needs = together(("id",), info.needs())
    rows = await info.context.office.read.lines(queries.by_ids(info.context.actor, [id]), needs)
    if not rows:
        raise NotFound(subject=id)
    return KnowledgeEntry(row=rows[0])
