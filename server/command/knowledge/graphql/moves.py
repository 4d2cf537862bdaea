"""What the desk does with entries, and what a citizen says of an answer."""

from datetime import date

import strawberry

from server.command.knowledge import service
from server.command.knowledge.graphql.reads import counts, read
from server.command.knowledge.graphql.types import KnowledgeAnswer, KnowledgeCount, KnowledgeEntry
from server.command.knowledge.rules import AnswerUse
from server.command.knowledge.service import Words
from server.graph.audience import mutation_for
from server.graph.context import Info
from server.kernel.actors import CITIZEN, OFFICER
from server.kernel.ids import an_id


@strawberry.input
class WriteEntry:
    """A new entry, a new version of `entryId`, or with `version` another wording of the draft `id`."""

    id: strawberry.ID
    question: str
    answer: str
    source: str
    source_on: date
    op_id: strawberry.ID
    clause: str = ""
    unit_id: strawberry.ID | None = None
    review_on: date | None = None
    staff_only: bool = False
    tags: list[str] = strawberry.field(default_factory=list)
    entry_id: strawberry.ID | None = None
    version: int | None = None

    def words(self) -> Words:
        """What it says."""
        return Words(
            question=self.question, answer=self.answer, source=self.source, source_on=self.source_on,
            clause=self.clause, unit_id=self.unit_id or "", review_on=self.review_on,
            staff_only=self.staff_only, tags=self.tags,
        )  # fmt: skip


@strawberry.type
class Mutation:
    """The knowledge base's part of the root."""

    @mutation_for(CITIZEN)
    async def use_answer(
        self, info: Info, id: strawberry.ID, how: AnswerUse, area_code: str = ""
    ) -> KnowledgeAnswer:
        """Count that an entry was asked for, or what was said of it: once per person, entry and day."""
        office = info.context.office
        area = office.areas.by_code(area_code).code if area_code else ""
        async with office.work(info.context.actor) as work:
            await service.use(work, entry_id=id, how=how, area=area)
        return KnowledgeAnswer(row=service.answer(office, id))

    @mutation_for(OFFICER)
    async def write_entry(self, info: Info, input: WriteEntry) -> KnowledgeEntry:
        """Write, correct or revise; it holds once somebody else publishes it."""
        id = an_id(input.id) if input.version is None else input.id
        async with info.context.office.work(info.context.actor) as work:
            asked = {"id": id, "version": input.version, "words": repr(input.words())}
            if await work.first_time("write_entry", input.op_id, asked):
                if input.version is None:
                    await service.write(work, id=id, words=input.words(), entry_id=input.entry_id or "")
                else:
                    await service.revise(work, id=id, version=input.version, words=input.words())
        return await read(info, id)

    @mutation_for(OFFICER)
    async def publish_entry(
        self, info: Info, id: strawberry.ID, version: int, op_id: strawberry.ID
    ) -> KnowledgeEntry:
        """The second person's word: from now on it is answered."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("publish_entry", op_id, {"id": id, "version": version}):
                await service.publish(work, id=id, version=version)
        return await read(info, id)

    @mutation_for(OFFICER)
    async def publish_drafts(self, info: Info, op_id: strawberry.ID) -> list[KnowledgeCount]:
        """Publish every draft somebody else wrote, as after a file was brought."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("publish_drafts", op_id, {}):
                await service.publish_drafts(work)
        return await counts(info)

    @mutation_for(OFFICER)
    async def retire_entry(
        self, info: Info, id: strawberry.ID, version: int, op_id: strawberry.ID
    ) -> KnowledgeEntry:
        """Nobody is answered with it any more."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("retire_entry", op_id, {"id": id, "version": version}):
                await service.retire(work, id=id, version=version)
        return await read(info, id)

    @mutation_for(OFFICER)
    async def drop_entry(
        self, info: Info, id: strawberry.ID, version: int, op_id: strawberry.ID
    ) -> KnowledgeEntry:
        """A draft that is not to be published."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("drop_entry", op_id, {"id": id, "version": version}):
                await service.drop(work, id=id, version=version)
        return await read(info, id)
