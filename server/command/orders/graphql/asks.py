"""What people ask of each other about an order: applications, rulings, shares, notes."""

from datetime import date
from typing import ClassVar

import strawberry

from server.command.graphql.types import Person, load_people
from server.command.orders.facts import VoidReason
from server.command.orders.graphql.moves import first
from server.command.orders.graphql.reads import read
from server.command.orders.graphql.types import WorkOrder
from server.command.orders.service import applications, notes, ruling, shares, unit
from server.command.orders.service.ruling import RulingScope
from server.graph.audience import field_for, mutation_for
from server.graph.context import Info
from server.kernel.actors import LEADER, OFFICER, Role
from server.kernel.ids import an_id


@strawberry.input
class ApplyExtension:
    """The limit once more, in words the citizen reads."""

    id: strawberry.ID
    version: int
    words: str
    op_id: strawberry.ID


@strawberry.input
class ApplySuspension:
    """挂账 until a day, with a plan, in words the citizen reads."""

    id: strawberry.ID
    version: int
    until: date
    plan: str
    words: str
    op_id: strawberry.ID


@strawberry.input
class AppealOrder:
    """Why the overtime should be excused."""

    id: strawberry.ID
    version: int
    words: str
    op_id: strawberry.ID


@strawberry.input
class AskVoid:
    """Why it should never have been an order; a second person decides."""

    id: strawberry.ID
    version: int
    reason: VoidReason
    words: str
    op_id: strawberry.ID


@strawberry.input
class DecideApplication:
    """Yes, or no with words, to what is asked about a case."""

    id: strawberry.ID
    version: int
    grant: bool
    op_id: strawberry.ID
    opinion: str = ""


@strawberry.input
class RuleOrder:
    """主办, 协办, the reasons and their basis, and where it is a precedent."""

    id: strawberry.ID
    version: int
    unit_id: strawberry.ID
    matter_code: str
    rule_id: strawberry.ID
    text: str
    basis: str
    op_id: strawberry.ID
    co_unit_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    scope: RulingScope = RulingScope.STREET


@strawberry.input
class SignRuling:
    """The leader's signature, or a no with words."""

    id: strawberry.ID
    version: int
    accept: bool
    op_id: strawberry.ID
    opinion: str = ""


@strawberry.input
class InviteUnit:
    """Whose help, and for which part."""

    id: strawberry.ID
    version: int
    unit_id: strawberry.ID
    share: str
    op_id: strawberry.ID


@strawberry.input
class AssignOrder:
    """Whom of the unit the head gives it to."""

    id: strawberry.ID
    version: int
    handler_id: strawberry.ID
    op_id: strawberry.ID


@strawberry.input
class NoteOrder:
    """Words among colleagues; `to` are told of them."""

    id: strawberry.ID
    text: str
    op_id: strawberry.ID
    to: list[strawberry.ID] = strawberry.field(default_factory=list)


@strawberry.type
class Colleague:
    """Somebody a note may name."""

    seen_by: ClassVar[frozenset[Role]] = frozenset({OFFICER})
    id: strawberry.ID

    @strawberry.field
    def person(self, info: Info) -> Person | None:
        return info.context.soon(load_people, str(self.id))


@strawberry.type
class Query:
    """Who is beside one on a case."""

    @field_for(OFFICER, most=50)
    async def colleagues(self, info: Info, order_id: strawberry.ID) -> list[Colleague]:
        """Whom a note about the case may name. NOT_FOUND for absent and hidden alike."""
        found = await notes.colleagues(info.context.office, info.context.actor, order_id)
        return [Colleague(id=strawberry.ID(person.id)) for person in found[:50]]


@strawberry.type
class Mutation:
    """Orders' part of the root: what is asked."""

    @mutation_for(OFFICER)
    async def apply_extension(self, info: Info, input: ApplyExtension) -> WorkOrder:
        """申请延期: once more the limit, at most twice."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "apply_extension", input):
                await applications.apply_extension(work, id=input.id, version=input.version,
                                                   words=input.words, op_id=an_id(input.op_id))  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def apply_suspension(self, info: Info, input: ApplySuspension) -> WorkOrder:
        """申请挂账: once, for at most a year."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "apply_suspension", input):
                await applications.apply_suspension(
                    work, id=input.id, version=input.version, until=input.until, plan=input.plan,
                    words=input.words, op_id=an_id(input.op_id),
                )  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def appeal_order(self, info: Info, input: AppealOrder) -> WorkOrder:
        """超时申诉: once, within five working days."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "appeal", input):
                await applications.appeal(work, id=input.id, version=input.version, words=input.words,
                                          op_id=an_id(input.op_id))  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def dispute_count(self, info: Info, input: AppealOrder) -> WorkOrder:
        """归属申诉: a closed case should not count as the unit's own; once, within 30 days."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "dispute_count", input):
                await applications.dispute_count(work, id=input.id, version=input.version, words=input.words,
                                                 op_id=an_id(input.op_id))  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def ask_void(self, info: Info, input: AskVoid) -> WorkOrder:
        """申请作废: the first of two people."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "ask_void", input):
                await applications.ask_void(work, id=input.id, version=input.version, reason=input.reason,
                                            words=input.words, op_id=an_id(input.op_id))  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def decide_application(self, info: Info, input: DecideApplication) -> WorkOrder:
        """同意 or 不同意 what is asked, as the head, the desk or the second person."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "decide", input):
                await applications.decide(work, id=input.id, version=input.version, grant=input.grant,
                                          opinion=input.opinion)  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def rule_order(self, info: Info, input: RuleOrder) -> WorkOrder:
        """作出裁定; it binds when a leader has signed."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "rule", input):
                await ruling.rule(
                    work, id=input.id, version=input.version, unit_id=input.unit_id,
                    co_unit_ids=input.co_unit_ids, matter_code=input.matter_code, rule_id=input.rule_id,
                    scope=input.scope, text=input.text, basis=input.basis, op_id=an_id(input.op_id),
                )  # fmt: skip
        return await read(info, input.id)

    @mutation_for(LEADER)
    async def sign_ruling(self, info: Info, input: SignRuling) -> WorkOrder:
        """签批裁定, or send it back."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "sign_ruling", input):
                await ruling.sign(work, id=input.id, version=input.version, accept=input.accept,
                                  opinion=input.opinion)  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def invite_unit(self, info: Info, input: InviteUnit) -> WorkOrder:
        """请求协办."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "invite", input):
                await shares.invite(work, id=input.id, version=input.version, unit_id=input.unit_id,
                                    share=input.share)  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def assign_order(self, info: Info, input: AssignOrder) -> WorkOrder:
        """指派经办人, by the head."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "assign", input):
                await unit.assign(work, id=input.id, version=input.version, handler_id=input.handler_id)
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def note_order(self, info: Info, input: NoteOrder) -> WorkOrder:
        """内部备注, and who is told of it."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "note", input):
                await notes.note(work, id=input.id, text=input.text, to=input.to)
        return await read(info, input.id)
