"""What people do about duty."""

from datetime import date

import strawberry

from server.command.duty import service
from server.command.duty.rules import ShiftPart
from server.command.graphql.types import PlaceInput
from server.graph.audience import mutation_for
from server.graph.context import Info
from server.kernel.actors import OFFICER
from server.kernel.ids import an_id


@strawberry.type
class Mutation:
    """Duty's part of the root. The page reads `myDuty` or `watch` anew."""

    @mutation_for(OFFICER)
    async def start_duty(self, info: Info, op_id: strawberry.ID, at: PlaceInput | None = None) -> bool:
        """上岗. Of the place only the grid cell is kept, while on duty."""
        spell = an_id(op_id)
        cell = at.spot(info.context.office.areas).cell if at else ""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("start_duty", spell, {}):
                await service.start(work, id=spell, cell=cell)
        return True

    @mutation_for(OFFICER)
    async def check_in(self, info: Info, at: PlaceInput) -> bool:
        """签到: where one is now, as a grid cell."""
        cell = at.spot(info.context.office.areas).cell
        async with info.context.office.work(info.context.actor) as work:
            await service.check_in(work, cell=cell)
        return True

    @mutation_for(OFFICER)
    async def end_duty(self, info: Info, op_id: strawberry.ID) -> bool:
        """下岗."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("end_duty", op_id, {}):
                await service.end(work)
        return True

    @mutation_for(OFFICER)
    async def reveal_phone(self, info: Info, person_id: str, reason: str) -> str:
        """呼叫: the whole number of somebody of one's staff, and why; it stands in the audit trail."""
        async with info.context.office.work(info.context.actor) as work:
            return await service.reveal_phone(work, person_id=person_id, reason=reason)

    @mutation_for(OFFICER)
    async def plan_shift(self, info: Info, day: date, part: ShiftPart, person_id: str) -> bool:
        """排班: who of the platform's own watches then; "" clears it."""
        async with info.context.office.work(info.context.actor) as work:
            await service.plan(work, day=day, part=part, person_id=person_id)
        return True

    @mutation_for(OFFICER)
    async def give_over(self, info: Info, op_id: strawberry.ID, note: str) -> bool:
        """交班."""
        handover = an_id(op_id)
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("give_over", handover, {"note": note}):
                await service.give_over(work, id=handover, note=note)
        return True

    @mutation_for(OFFICER)
    async def take_over(self, info: Info, id: strawberry.ID, op_id: strawberry.ID, remark: str = "") -> bool:
        """接班: the second signature."""
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("take_over", op_id, {"id": id}):
                await service.take_over(work, id=id, remark=remark)
        return True
