"""What staff do with requests: inputs, and mutations that hand them to the service."""

from datetime import date

import strawberry

from server.command.graphql.types import PlaceInput
from server.command.orders.service.report import Spot
from server.command.requests.graphql.desk_reads import read, read_visit
from server.command.requests.graphql.desk_types import DeskRequest, Visit
from server.command.requests.rules import Adoption, ContactWay, DeclineReason, ReferTo, RequestKind
from server.command.requests.service import desk, held, unit, visits
from server.command.requests.service.citizen import Submission, file_for
from server.graph.audience import mutation_for
from server.graph.context import Info
from server.kernel.actors import LEADER, OFFICER
from server.kernel.ids import an_id
from server.kernel.text import clean_line


@strawberry.input
class FileRequest:
    """What somebody said on the telephone or at the window. `id` is minted by the form."""

    id: strawberry.ID
    kind: RequestKind
    text: str
    phone: str
    place: PlaceInput | None = None
    address: str = ""
    confidential: bool = False
    against_key: str = ""
    against_text: str = ""


@strawberry.input
class DraftReply:
    """The answer a unit gives; of a suggestion, what becomes of it."""

    id: strawberry.ID
    version: int
    op_id: strawberry.ID
    text: str
    plan_on: date | None = None
    impossible: bool = False
    verdict: Adoption | None = None
    publish: bool = True


@strawberry.input
class LogContact:
    """One attempt to reach somebody."""

    id: strawberry.ID
    version: int
    op_id: strawberry.ID
    way: ContactWay
    reached: bool
    text: str = ""


@strawberry.type
class Mutation:
    """The desks' part of the root."""

    @mutation_for(OFFICER)
    async def file_request(self, info: Info, input: FileRequest) -> DeskRequest:
        """A clerk or the hotline files for somebody; the same id again is the same request."""
        office, id = info.context.office, an_id(input.id)
        address = clean_line(input.address, field="address", limit=200)
        spot = (
            input.place.spot(office.areas) if input.place else Spot(office.settings.district, address=address)
        )
        async with office.work(info.context.actor) as work:
            if await work.first_time("file", id, {}):
                await file_for(work, Submission(
                    id=id, kind=input.kind, text=input.text, spot=spot, phone=input.phone,
                    confidential=input.confidential, against_key=input.against_key,
                    against_text=input.against_text,
                ))  # fmt: skip
        return await read(info, id)

    @mutation_for(OFFICER)
    async def name_party(
        self, info: Info, id: strawberry.ID, version: int, key: str, op_id: strawberry.ID
    ) -> bool:
        """Who is meant by what the citizen typed. False when it is no longer yours to see."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("name_party", op_id, {"id": id, "key": key}):
                await desk.name_party(work, id=id, version=version, key=key)
        return True

    @mutation_for(OFFICER)
    async def answer_request(
        self, info: Info, id: strawberry.ID, version: int, text: str, op_id: strawberry.ID, source: str = "",
        answer_id: str = "",
    ) -> DeskRequest:  # fmt: skip
        """Answer a question or praise at the desk, with the source it rests on."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("answer", op_id, {"id": id, "text": text}):
                await desk.answer(work, id=id, version=version, text=text, source=source, answer_id=answer_id)
        return await read(info, id)

    @mutation_for(OFFICER)
    async def ask_info(
        self, info: Info, id: strawberry.ID, version: int, question: str, op_id: strawberry.ID
    ) -> DeskRequest:
        """Ask for what is missing, in one list; the clocks stand still. Held for ten seconds."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("ask_info", op_id, {"id": id, "question": question}):
                await held.ask(work, "request.ask_info", op_id=an_id(op_id), id=id, version=version,
                               question=question)  # fmt: skip
        return await read(info, id)

    @mutation_for(OFFICER)
    async def decline_request(
        self, info: Info, id: strawberry.ID, version: int, reason: DeclineReason, opinion: str,
        op_id: strawberry.ID, refer_to: ReferTo | None = None,
    ) -> DeskRequest:  # fmt: skip
        """Not taken in; with `referTo`, referred to who answers for it. Held for ten seconds."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("decline", op_id, {"id": id, "reason": reason, "to": refer_to}):
                await held.ask(work, "request.decline", op_id=an_id(op_id), id=id, version=version,
                               reason=reason, refer_to=refer_to, opinion=opinion)  # fmt: skip
        return await read(info, id)

    @mutation_for(OFFICER)
    async def assign_request(
        self, info: Info, id: strawberry.ID, version: int, unit_id: str, op_id: strawberry.ID,
        opinion: str = "",
    ) -> DeskRequest:  # fmt: skip
        """To a unit; never to whom it complains about. Held for ten seconds."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("assign", op_id, {"id": id, "unit": unit_id}):
                await held.ask(work, "request.assign", op_id=an_id(op_id), id=id, version=version,
                               unit_id=unit_id, opinion=opinion)  # fmt: skip
        return await read(info, id)

    @mutation_for(OFFICER)
    async def make_order(
        self, info: Info, id: strawberry.ID, version: int, op_id: strawberry.ID,
        place: PlaceInput | None = None, matter_code: str = "",
    ) -> DeskRequest:  # fmt: skip
        """A work order for what turns out to be about a place."""
        spot = place.spot(info.context.office.areas) if place else None
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("make_order", op_id, {"id": id}):
                await desk.make_order(work, id=id, version=version, matter_code=matter_code, spot=spot)
        return await read(info, id)

    @mutation_for(OFFICER)
    async def extend_request(
        self, info: Info, id: strawberry.ID, version: int, days: int, reason: str, op_id: strawberry.ID
    ) -> DeskRequest:
        """Once, with a reason the citizen reads."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("extend", op_id, {"id": id, "days": days}):
                await desk.extend(work, id=id, version=version, days=days, reason=reason)
        return await read(info, id)

    @mutation_for(OFFICER)
    async def audit_reply(
        self, info: Info, id: strawberry.ID, version: int, passed: bool, op_id: strawberry.ID,
        answers: bool = False, opinion: str = "",
    ) -> DeskRequest:  # fmt: skip
        """Let a reply out, or send it back with words."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("audit", op_id, {"id": id, "passed": passed}):
                await desk.audit(
                    work, id=id, version=version, passed=passed, answers=answers, opinion=opinion
                )
        return await read(info, id)

    @mutation_for(LEADER)
    async def decide_explanation(
        self, info: Info, id: strawberry.ID, version: int, approve: bool, op_id: strawberry.ID,
        opinion: str = "",
    ) -> DeskRequest:  # fmt: skip
        """Stand for telling somebody that the law does not allow it, or let the unit look again."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("decide", op_id, {"id": id, "approve": approve}):
                await desk.decide(work, id=id, version=version, approve=approve, opinion=opinion)
        return await read(info, id)

    @mutation_for(OFFICER)
    async def sign_request(
        self, info: Info, id: strawberry.ID, version: int, op_id: strawberry.ID
    ) -> DeskRequest:
        """The unit takes it."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("sign_request", op_id, {"id": id}):
                await unit.sign(work, id=id, version=version)
        return await read(info, id)

    @mutation_for(OFFICER)
    async def return_request(
        self, info: Info, id: strawberry.ID, version: int, basis: str, op_id: strawberry.ID, opinion: str = ""
    ) -> DeskRequest:
        """Not ours, with the clause; held for ten seconds, then no longer the unit's to see."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("return_request", op_id, {"id": id, "basis": basis}):
                await held.ask(work, "request.return", op_id=an_id(op_id), id=id, version=version,
                               basis=basis, opinion=opinion)  # fmt: skip
        return await read(info, id)

    @mutation_for(OFFICER)
    async def log_contact(self, info: Info, input: LogContact) -> DeskRequest:
        """One attempt to reach the citizen."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("contact", input.op_id, {"id": input.id, "text": input.text}):
                await unit.contact(
                    work, id=input.id, version=input.version, way=input.way, reached=input.reached,
                    text=input.text,
                )  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def draft_reply(self, info: Info, input: DraftReply) -> DeskRequest:
        """The handler's answer; the head stands for it."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("draft", input.op_id, {"id": input.id, "text": input.text}):
                await unit.draft(
                    work, id=input.id, version=input.version, text=input.text, plan_on=input.plan_on,
                    impossible=input.impossible, verdict=input.verdict, publish=input.publish,
                )  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def confirm_reply(
        self, info: Info, id: strawberry.ID, version: int, accept: bool, op_id: strawberry.ID,
        opinion: str = "",
    ) -> DeskRequest:  # fmt: skip
        """The head stands for the draft, or sends it back to the handler."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("confirm", op_id, {"id": id, "accept": accept}):
                if accept:
                    await unit.reply(work, id=id, version=version)
                else:
                    await unit.send_back(work, id=id, version=version, opinion=opinion)
        return await read(info, id)

    @mutation_for(OFFICER)
    async def log_call(self, info: Info, input: LogContact) -> Visit:
        """One try of a return visit."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("call", input.op_id, {"id": input.id, "text": input.text}):
                await visits.log_call(
                    work, id=input.id, version=input.version, way=input.way, reached=input.reached,
                    text=input.text,
                )  # fmt: skip
        return await read_visit(info, input.id)

    @mutation_for(OFFICER)
    async def conclude_visit(
        self, info: Info, id: strawberry.ID, version: int, redo: bool, text: str, op_id: strawberry.ID
    ) -> Visit:
        """通过, or 重新办理."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("conclude", op_id, {"id": id, "redo": redo}):
                await visits.conclude(work, id=id, version=version, redo=redo, text=text)
        return await read_visit(info, id)
