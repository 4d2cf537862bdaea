"""What leader and unit do with a supervision."""

from datetime import date

import strawberry

from server.command.orders.graphql import reads as orders
from server.command.orders.graphql.types import WorkOrder
from server.graph.audience import mutation_for
from server.graph.context import Info
from server.kernel.actors import LEADER, OFFICER
from server.kernel.ids import an_id
from server.supervision.orders import service
from server.supervision.orders.graphql.reads import read
from server.supervision.orders.graphql.types import Supervision
from server.supervision.orders.rules import SuperviseDue, SupervisionKind


@strawberry.input
class SuperviseOrder:
    """督办: `id` is minted on the leader's phone."""

    id: strawberry.ID
    order_id: strawberry.ID
    due: SuperviseDue
    text: str
    kind: SupervisionKind = SupervisionKind.LEADER_INSTRUCTION


@strawberry.input
class ReplySupervision:
    """What was done, or by when it will be."""

    id: strawberry.ID
    version: int
    text: str
    op_id: strawberry.ID
    plan_on: date | None = None
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
class Mutation:
    """Supervisions' part of the root."""

    @mutation_for(OFFICER, LEADER)
    async def supervise_order(self, info: Info, input: SuperviseOrder) -> WorkOrder:
        """发出督办; the order's `held` says until when it can be taken back."""
        id = an_id(input.id)
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("supervise", id, {"order": input.order_id, "text": input.text}):
                await service.ask_issue(work, id=id, order_id=input.order_id, due=input.due, text=input.text,
                                        kind=input.kind)  # fmt: skip
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
            asked = {
                "id": input.id,
                "text": input.text,
                "photos": input.photo_ids,
                "plan": str(input.plan_on),
            }
            if await work.first_time("reply_supervision", input.op_id, asked):
                await service.reply(work, id=input.id, version=input.version, text=input.text,
                                    photo_ids=input.photo_ids, plan_on=input.plan_on)  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER, LEADER)
    async def answer_reply(self, info: Info, input: AnswerReply) -> Supervision:
        """Close it, or send it back for one more working day."""
        async with info.context.office.work(info.context.actor) as work:
            asked = {"id": input.id, "accept": input.accept, "opinion": input.opinion}
            if await work.first_time("answer_reply", input.op_id, asked):
                await service.answer(work, id=input.id, version=input.version, accept=input.accept,
                                     opinion=input.opinion)  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER, LEADER)
    async def cancel_supervision(
        self, info: Info, id: strawberry.ID, version: int, reason: str, op_id: strawberry.ID
    ) -> Supervision:
        """解除, before it was signed."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("cancel_supervision", op_id, {"id": id}):
                await service.cancel(work, id=id, version=version, reason=reason)
        return await read(info, id)

    @mutation_for(OFFICER)
    async def progress_supervision(
        self, info: Info, id: strawberry.ID, version: int, text: str, op_id: strawberry.ID
    ) -> Supervision:
        """报进展: what has been done so far."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("progress_supervision", op_id, {"id": id, "text": text}):
                await service.progress(work, id=id, version=version, text=text)
        return await read(info, id)

    @mutation_for(OFFICER, LEADER)
    async def ask_supervision(
        self, info: Info, id: strawberry.ID, version: int, text: str, op_id: strawberry.ID
    ) -> Supervision:
        """追问."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("ask_supervision", op_id, {"id": id, "text": text}):
                await service.ask(work, id=id, version=version, text=text)
        return await read(info, id)

    @mutation_for(OFFICER, LEADER)
    async def praise_supervision(
        self, info: Info, id: strawberry.ID, version: int, text: str, op_id: strawberry.ID
    ) -> Supervision:
        """表扬, once it is over."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("praise_supervision", op_id, {"id": id, "text": text}):
                await service.praise(work, id=id, version=version, text=text)
        return await read(info, id)
