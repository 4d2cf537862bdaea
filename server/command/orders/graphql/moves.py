"""What staff do with work orders: inputs, and mutations that hand them to the service."""

from datetime import datetime
from typing import Protocol

import strawberry

from server.command.graphql.types import AnswerInput, Person, PlaceInput, load_people, pairs
from server.command.orders.facts import CloseReason, ReturnReason
from server.command.orders.flow import OrderAction
from server.command.orders.graphql.reads import read
from server.command.orders.graphql.types import WorkOrder
from server.command.orders.rules import (
    CheckConclusion,
    OrderSource,
    RejectReason,
    VerifyConclusion,
)  # fmt: skip
from server.command.orders.service import desk, field, shares, suspension, unit
from server.command.orders.service import report as intake
from server.command.orders.service.report import Report, Spot, spot_of_area
from server.graph.audience import mutation_for
from server.graph.context import Info
from server.kernel.actors import LEADER, OFFICER
from server.kernel.errors import BadInput
from server.kernel.ids import an_id
from server.platform import holds
from server.platform.work import Work


@strawberry.input
class ReportProblem:
    """A patrol finding. `id` is minted on the phone: sent twice it is one report."""

    id: strawberry.ID
    matter_code: str
    place: PlaceInput
    photo_ids: list[strawberry.ID]
    text: str = ""
    taken_at: datetime | None = None
    self_handled: bool = False
    after_photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    answers: list[AnswerInput] = strawberry.field(default_factory=list)


@strawberry.input
class LocateOrder:
    """A position, or the code of a street or community."""

    id: strawberry.ID
    version: int
    op_id: strawberry.ID
    place: PlaceInput | None = None
    area_code: str | None = None


@strawberry.input
class DispatchOrder:
    """Matter, filing rule and unit; outside the responsibility matrix a reason."""

    id: strawberry.ID
    version: int
    matter_code: str
    rule_id: strawberry.ID
    unit_id: strawberry.ID
    op_id: strawberry.ID
    override_reason: str | None = None


@strawberry.input
class RejectOrder:
    """Why it is not accepted, and the words the reporter reads."""

    id: strawberry.ID
    version: int
    reason: RejectReason
    opinion: str
    op_id: strawberry.ID


@strawberry.input
class RequestVerify:
    """核实: ask the officer of the place."""

    id: strawberry.ID
    version: int
    op_id: strawberry.ID
    opinion: str = ""


@strawberry.input
class SubmitVerify:
    """What the officer found, from where he stands."""

    id: strawberry.ID
    version: int
    conclusion: VerifyConclusion
    place: PlaceInput
    op_id: strawberry.ID
    text: str = ""
    photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list)


@strawberry.input
class HandOnTask:
    """转交, and why."""

    id: strawberry.ID
    version: int
    reason: str
    op_id: strawberry.ID


@strawberry.input
class ReturnOrder:
    """Why it is not ours, on which clause, and whose it may be."""

    id: strawberry.ID
    version: int
    reason: ReturnReason
    basis: str
    op_id: strawberry.ID
    suggested_unit_id: strawberry.ID | None = None
    opinion: str = ""


@strawberry.input
class DecideReturn:
    """Accept: another unit. Refuse: back, with words."""

    id: strawberry.ID
    version: int
    accept: bool
    op_id: strawberry.ID
    opinion: str = ""
    groundless: bool = False  # 推诿: counted against the unit, with a refusal


@strawberry.input
class ShotInput:
    """When and where the camera says a photo was taken, as the phone read it before shrinking the picture."""

    photo_id: strawberry.ID
    taken_at: datetime | None = None
    place: PlaceInput | None = None


@strawberry.input
class FinishOrder:
    """The result, shown and told; or the coded reason why there can be none."""

    id: strawberry.ID
    version: int
    text: str
    photo_ids: list[strawberry.ID]
    op_id: strawberry.ID
    place: PlaceInput | None = None
    cannot: CloseReason | None = None
    shots: list[ShotInput] = strawberry.field(default_factory=list)
    sure: bool = False  # asked about photos from far away or from before: they are right, and marked


@strawberry.input
class SubmitCheck:
    """核查: is it really repaired, from where the officer stands."""

    id: strawberry.ID
    version: int
    conclusion: CheckConclusion
    photo_ids: list[strawberry.ID]
    place: PlaceInput
    op_id: strawberry.ID
    text: str = ""


@strawberry.input
class CloseOrder:
    """The close condition, ticked by a person, and what it is closed for; null as the unit said."""

    id: strawberry.ID
    version: int
    condition_met: bool
    op_id: strawberry.ID
    reason: CloseReason | None = None
    opinion: str = ""


@strawberry.input
class StepOrder:
    """A step that needs no more than words."""

    id: strawberry.ID
    version: int
    action: OrderAction
    op_id: strawberry.ID
    opinion: str = ""


@strawberry.type
class Mutation:
    """Orders' part of the root."""

    @mutation_for(OFFICER)
    async def report_problem(self, info: Info, input: ReportProblem) -> WorkOrder:
        """A grid officer's finding; the same id again is the same finding."""
        office = info.context.office
        async with office.work(info.context.actor) as work:
            await intake.report_once(work, Report(
                id=an_id(input.id), source=OrderSource.PATROL, text=input.text,
                spot=input.place.spot(office.areas), matter_code=input.matter_code,
                photo_ids=input.photo_ids, after_photo_ids=input.after_photo_ids,
                taken_at=input.taken_at,
                self_handled=input.self_handled, answers=pairs(input.answers) or (),
            ))  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def locate_order(self, info: Info, input: LocateOrder) -> WorkOrder:
        """Put a case on the map."""
        spot = _spot(info, input)
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "locate", input):
                await desk.locate(work, id=input.id, version=input.version, spot=spot)
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def dispatch_order(self, info: Info, input: DispatchOrder) -> WorkOrder:
        """File and dispatch; `held` says until when it can be taken back."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "dispatch", input):
                await desk.ask_dispatch(
                    work, id=input.id, version=input.version, matter_code=input.matter_code,
                    rule_id=input.rule_id, unit_id=input.unit_id,
                    override_reason=input.override_reason or "", op_id=an_id(input.op_id),
                )  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def reject_order(self, info: Info, input: RejectOrder) -> WorkOrder:
        """Not accepted, with a reason; held for ten seconds."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "reject", input):
                await desk.ask_reject(work, id=input.id, version=input.version, reason=input.reason,
                                      opinion=input.opinion, op_id=an_id(input.op_id))  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER, LEADER)
    async def take_back(self, info: Info, hold_id: strawberry.ID) -> bool:
        """撤销. HOLD_OVER when the ten seconds are gone."""
        async with info.context.office.work(info.context.actor) as work:
            await holds.take_back(work, hold_id)
        return True

    @mutation_for(OFFICER)
    async def request_verify(self, info: Info, input: RequestVerify) -> WorkOrder:
        """派网格员核实."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "request_verify", input):
                await desk.request_verify(work, id=input.id, version=input.version, opinion=input.opinion)
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def submit_verify(self, info: Info, input: SubmitVerify) -> WorkOrder:
        """提交核实, within 100 m of the place."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "submit_verify", input):
                await field.verify(
                    work, id=input.id, version=input.version, conclusion=input.conclusion, text=input.text,
                    photo_ids=input.photo_ids, here=input.place.point(),
                )  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def hand_on_task(self, info: Info, input: HandOnTask) -> Person | None:
        """转交 of a verification or check. Who has it now; null when it was sent before."""
        officer = ""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "hand_on", input):
                officer = await field.pass_on(work, id=input.id, version=input.version, reason=input.reason)
        return await info.context.loader(load_people).load(officer) if officer else None

    @mutation_for(OFFICER)
    async def sign_order(
        self, info: Info, id: strawberry.ID, version: int, op_id: strawberry.ID
    ) -> WorkOrder:
        """签收."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("sign", op_id, {"id": id}):
                await unit.sign(work, id=id, version=version)
        return await read(info, id)

    @mutation_for(OFFICER)
    async def return_order(self, info: Info, input: ReturnOrder) -> WorkOrder:
        """退回指挥中心, with a basis."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "return", input):
                await unit.return_(
                    work, id=input.id, version=input.version, reason=input.reason, basis=input.basis,
                    opinion=input.opinion, unit_id=input.suggested_unit_id or "",
                )  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def decide_return(self, info: Info, input: DecideReturn) -> WorkOrder:
        """同意退回, or not."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "decide_return", input):
                await desk.decide_return(work, id=input.id, version=input.version, accept=input.accept,
                                         opinion=input.opinion, groundless=input.groundless)  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def finish_order(self, info: Info, input: FinishOrder) -> WorkOrder:
        """提交结果; AFTER_PHOTO_NEEDED without a photo; PHOTO_FAR, PHOTO_OLD ask once."""
        shots = {str(s.photo_id): (s.taken_at, s.place.point() if s.place else None) for s in input.shots}
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "finish", input):
                await unit.finish(work, id=input.id, version=input.version, text=input.text,
                                  photo_ids=input.photo_ids, cannot=input.cannot, shots=shots,
                                  sure=input.sure)  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def submit_check(self, info: Info, input: SubmitCheck) -> WorkOrder:
        """提交核查, within 100 m of the place, by somebody who is not of the unit."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "submit_check", input):
                await field.check(
                    work, id=input.id, version=input.version, conclusion=input.conclusion, text=input.text,
                    photo_ids=input.photo_ids, here=input.place.point(),
                )  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER)
    async def close_order(self, info: Info, input: CloseOrder) -> WorkOrder:
        """结案; CONDITION_NOT_MET unless the condition is ticked."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "close", input):
                await desk.close(work, id=input.id, version=input.version,
                                 condition_met=input.condition_met, opinion=input.opinion,
                                 reason=input.reason)  # fmt: skip
        return await read(info, input.id)

    @mutation_for(OFFICER, LEADER)
    async def step_order(self, info: Info, input: StepOrder) -> WorkOrder:
        """The rarer steps; those that need a form have their own mutation."""
        async with info.context.office.work(info.context.actor) as work:
            if await first(work, "step", input):
                match input.action:
                    case OrderAction.DEPT_CONFIRM:
                        await unit.confirm(work, id=input.id, version=input.version, opinion=input.opinion)
                    case OrderAction.DEPT_REJECT:
                        await unit.reject(work, id=input.id, version=input.version, opinion=input.opinion)
                    case OrderAction.UNASSIGN:
                        await unit.unassign(work, id=input.id, version=input.version)
                    case OrderAction.RESUME:
                        await suspension.resume(
                            work, id=input.id, version=input.version, opinion=input.opinion
                        )
                    case OrderAction.ACCEPT_SHARE | OrderAction.DECLINE_SHARE | OrderAction.FINISH_SHARE:
                        await shares.answer(work, id=input.id, version=input.version, action=input.action,
                                            text=input.opinion)  # fmt: skip
                    case _:
                        await desk.step(work, id=input.id, version=input.version, action=input.action,
                                        opinion=input.opinion)  # fmt: skip
        return await read(info, input.id)

    @mutation_for(LEADER)
    async def acknowledge_card(self, info: Info, order_id: strawberry.ID, op_id: strawberry.ID) -> WorkOrder:
        """已知悉."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("acknowledge", op_id, {"id": order_id}):
                await desk.acknowledge(work, order_id)
        return await read(info, order_id)


def _spot(info: Info, input: LocateOrder) -> Spot:
    areas = info.context.office.areas
    if input.place:
        return input.place.spot(areas)
    if input.area_code:
        return spot_of_area(areas, input.area_code)
    raise BadInput(field="place")


class Asked(Protocol):
    """An input that carries the phone's key."""

    op_id: strawberry.ID


async def first(work: Work, operation: str, input: Asked) -> bool:
    """False when this person's phone asked for exactly this before. Raises KeyReused."""
    return await work.first_time(operation, input.op_id, strawberry.asdict(input))
