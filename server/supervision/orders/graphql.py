"""Supervisions as the leader's and the officer's app see them. Resolvers translate; they decide nothing."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import ClassVar

import strawberry

from server.command.graphql.steps import TimelineEntry, timeline
from server.command.graphql.types import Person, load_people, unit_of
from server.command.orders.graphql import reads as orders
from server.command.orders.graphql.types import WorkOrder
from server.graph.audience import field_for, mutation_for, subscription_for
from server.graph.context import Info
from server.graph.paging import Page, bounded, decode
from server.identity.graphql import Unit
from server.kernel.actors import LEADER, OFFICER, STAFF, Role
from server.kernel.errors import NotFound
from server.kernel.ids import an_id
from server.supervision.orders import queries, rules, service
from server.supervision.orders.flow import SupervisionAction, SupervisionState
from server.supervision.orders.rules import SuperviseDue, SupervisionKind
from server.supervision.orders.tables import Supervision as Row


@strawberry.type
class Supervision:
    """One instruction about one case, from the leader's tap to his acceptance of the answer."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    row: strawberry.Private[Row]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.row.id)

    @strawberry.field
    def no(self) -> str:
        return self.row.no

    @strawberry.field
    def version(self) -> int:
        """What the next step has to name."""
        return self.row.version

    @strawberry.field
    def state(self) -> SupervisionState:
        return SupervisionState(self.row.state)

    @strawberry.field
    def kind(self) -> SupervisionKind:
        return SupervisionKind(self.row.kind)

    @strawberry.field
    async def order(self, info: Info) -> WorkOrder | None:
        """Null once the unit no longer has the case."""
        try:
            return await orders.read(info, self.row.order_id)
        except NotFound:
            return None

    @strawberry.field
    def unit(self, info: Info) -> Unit | None:
        return unit_of(info, self.row.unit_id)

    @strawberry.field
    def text(self) -> str:
        """The instruction."""
        return self.row.text

    @strawberry.field
    def due_at(self) -> datetime:
        return self.row.due_at

    @strawberry.field
    def issued_at(self) -> datetime:
        return self.row.issued_at

    @strawberry.field
    def signed_at(self) -> datetime | None:
        """When the unit read it."""
        return self.row.signed_at

    @strawberry.field
    def replied_at(self) -> datetime | None:
        return self.row.replied_at

    @strawberry.field
    def reply(self) -> str | None:
        return self.row.reply or None

    @strawberry.field
    def overdue(self) -> bool:
        return self.row.overdue

    @strawberry.field
    async def issuer(self, info: Info) -> Person | None:
        person = await info.context.loader(load_people).load(self.row.issuer_id)
        return Person(row=person) if person else None

    @strawberry.field
    def actions(self, info: Info) -> list[SupervisionAction]:
        """What this person may do now: the buttons of the screen."""
        return rules.offered(self.row, info.context.actor)

    @strawberry.field
    async def timeline(self, info: Info) -> list[TimelineEntry]:
        """The steps, newest first."""
        return await timeline(info, service.KIND, self.row.id)


@strawberry.type
class SupervisionPage:
    """Some supervisions, the cursor of those behind them, and how many there are in all."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    items: list[Supervision]
    next: str | None
    total: int


@strawberry.type
class SupervisionEvent:
    """A supervision moved. The first event says `ready`."""

    seen_by: ClassVar[frozenset[Role]] = STAFF
    cursor: str
    verb: str
    at: datetime
    supervision_id: strawberry.ID | None = None
    supervision: Supervision | None = None


@strawberry.input
class SuperviseOrder:
    """督办: `id` is minted on the leader's phone."""

    id: strawberry.ID
    order_id: strawberry.ID
    due: SuperviseDue
    text: str


@strawberry.input
class ReplySupervision:
    """What was done, or by when it will be."""

    id: strawberry.ID
    version: int
    text: str
    op_id: strawberry.ID
    photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list)


@strawberry.input
class AnswerReply:
    """Accept and close, or send back with words."""

    id: strawberry.ID
    version: int
    accept: bool
    op_id: strawberry.ID
    opinion: str = ""


@strawberry.type
class Query:
    """Supervisions' part of the root."""

    @field_for(OFFICER, LEADER)
    async def supervisions(
        self, info: Info, open: bool = True, order_id: strawberry.ID | None = None, first: int = 20,
        after: str | None = None,
    ) -> SupervisionPage:  # fmt: skip
        """Those in one's area or of one's unit, newest first."""
        rows = queries.listed(info.context.actor, open_only=open, order_id=order_id)
        key = decode(after, datetime, str) if after else None
        async with info.context.office.reading() as session:
            found = (await session.exec(queries.page(rows, bounded(first), key))).all()
            total = await queries.count(session, rows)
        page = Page.of(found, first, lambda row: (row.issued_at, row.id))
        items = [Supervision(row=row) for row in page.items]
        return SupervisionPage(items=items, next=page.next, total=total)


@strawberry.type
class Mutation:
    """Supervisions' part of the root."""

    @mutation_for(LEADER)
    async def supervise_order(self, info: Info, input: SuperviseOrder) -> WorkOrder:
        """发出督办; the order's `held` says until when it can be taken back."""
        id = an_id(input.id)
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("supervise", id, {"order": input.order_id, "text": input.text}):
                await service.ask_issue(work, id=id, order_id=input.order_id, due=input.due, text=input.text)
        return await orders.read(info, input.order_id)

    @mutation_for(OFFICER)
    async def sign_supervision(
        self, info: Info, id: strawberry.ID, version: int, op_id: strawberry.ID
    ) -> Supervision:
        """已读."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("sign_supervision", op_id, {"id": id}):
                await service.sign(work, id=id, version=version)
        return await read(info, id)

    @mutation_for(OFFICER)
    async def reply_supervision(self, info: Info, input: ReplySupervision) -> Supervision:
        """回复督办."""
        async with info.context.office.work(info.context.actor) as work:
            asked = {"id": input.id, "text": input.text, "photos": input.photo_ids}
            if await work.first_time("reply_supervision", input.op_id, asked):
                await service.reply(work, id=input.id, version=input.version, text=input.text,
                                    photo_ids=input.photo_ids)  # fmt: skip
        return await read(info, input.id)

    @mutation_for(LEADER)
    async def answer_reply(self, info: Info, input: AnswerReply) -> Supervision:
        """Close it, or send it back for one more working day."""
        async with info.context.office.work(info.context.actor) as work:
            asked = {"id": input.id, "accept": input.accept, "opinion": input.opinion}
            if await work.first_time("answer_reply", input.op_id, asked):
                await service.answer(work, id=input.id, version=input.version, accept=input.accept,
                                     opinion=input.opinion)  # fmt: skip
        return await read(info, input.id)

    @mutation_for(LEADER)
    async def cancel_supervision(
        self, info: Info, id: strawberry.ID, version: int, reason: str, op_id: strawberry.ID
    ) -> Supervision:
        """解除, before it was signed."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("cancel_supervision", op_id, {"id": id}):
                await service.cancel(work, id=id, version=version, reason=reason)
        return await read(info, id)


@strawberry.type
class Subscription:
    """Supervisions' part of the live root."""

    @subscription_for(OFFICER, LEADER)
    async def live_supervisions(
        self, info: Info, since: str | None = None
    ) -> AsyncIterator[SupervisionEvent]:
        """What moved after `since`. A hint: the list query stays the truth."""
        office, actor = info.context.office, info.context.actor
        async for cursor, news in office.news.follow(orders.interest(actor, service.KIND), since):
            if news is None:
                yield SupervisionEvent(cursor=str(cursor), verb="ready", at=office.clock())
                continue
            async with office.reading() as session:
                row = (await session.exec(queries.one(actor, news.subject_id))).one_or_none()
            yield SupervisionEvent(
                cursor=str(cursor), verb=news.verb, at=news.at, supervision_id=strawberry.ID(news.subject_id),
                supervision=Supervision(row=row) if row else None,
            )  # fmt: skip


async def read(info: Info, id: str) -> Supervision:
    """The supervision as this person sees it now. Raises NotFound."""
    async with info.context.office.reading() as session:
        row = (await session.exec(queries.one(info.context.actor, id))).one_or_none()
    if row is None:
        raise NotFound(subject=id)
    return Supervision(row=row)
