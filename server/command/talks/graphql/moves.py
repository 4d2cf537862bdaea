"""What both ends of a talk do."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry
from limits import RateLimitItemPerMinute

from server.command.requests.rules import RequestKind
from server.command.talks import service
from server.command.talks.graphql.reads import read
from server.command.talks.graphql.types import Talk
from server.command.talks.service import Turn
from server.graph.audience import mutation_for
from server.graph.context import Info
from server.identity.brakes import Brake
from server.identity.service import Identity
from server.kernel.actors import CITIZEN, OFFICER
from server.kernel.ids import an_id

SAYING = Brake("talk", RateLimitItemPerMinute(30), RateLimitItemPerMinute(6000))


@strawberry.input
class AskedBefore:
    """One question to the knowledge base, and the entry that answered it."""

    question: str
    answer_id: str | None = None


@strawberry.input
class AskPerson:
    """Hand the whole conversation over. `id` is minted on the phone: sent twice it is one talk."""

    id: strawberry.ID
    turns: list[AskedBefore]
    area_code: str | None = None


@strawberry.input
class SayInTalk:
    """One message. `id` is minted on the phone: sent twice it is said once."""

    id: strawberry.ID
    talk_id: strawberry.ID
    text: str = ""
    photo_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    voice_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    answer_id: str | None = None


@strawberry.input
class RegisterTalk:
    """The request a talk becomes, in the citizen's name."""

    id: strawberry.ID
    request_id: strawberry.ID
    text: str
    op_id: strawberry.ID
    kind: RequestKind = RequestKind.HELP
    area_code: str | None = None


@strawberry.type
class Mutation:
    """Talks' part of the root."""

    @mutation_for(CITIZEN)
    async def ask_person(self, info: Info, input: AskPerson) -> Talk:
        """转人工: everything said so far goes along."""
        await info.context.office.of(Identity).brakes.spend(SAYING, info.context.actor.id)
        id, turns = an_id(input.id), [Turn(t.question, t.answer_id or "") for t in input.turns]
        async with info.context.office.work(info.context.actor) as work:
            if await work.first_time("ask_person", id, {}):
                await service.ask(work, id=id, area=input.area_code or "", turns=turns)
        return await read(info, id)

    @mutation_for(CITIZEN, OFFICER)
    async def say_in_talk(self, info: Info, input: SayInTalk) -> Talk:
        """One message, from either end."""
        await info.context.office.of(Identity).brakes.spend(SAYING, info.context.actor.id)
        id = an_id(input.id)
        async with info.context.office.work(info.context.actor) as work:
            shown = [*input.photo_ids, *input.voice_ids]
            said = {"talk": input.talk_id, "text": input.text, "photos": shown}
            if await work.first_time("say", id, said):
                await service.say(work, id=id, talk_id=input.talk_id, text=input.text,
                                  photo_ids=shown, entry_id=input.answer_id or "")  # fmt: skip
        return await read(info, input.talk_id)

    @mutation_for(CITIZEN)
    async def end_talk(self, info: Info, id: strawberry.ID, op_id: strawberry.ID) -> Talk:
        """结束."""
        return await _once(info, "end_talk", id, op_id, service.end)

    @mutation_for(CITIZEN)
    async def call_me_back(self, info: Info, id: strawberry.ID, mobile: str, op_id: strawberry.ID) -> Talk:
        """改为电话: somebody calls."""
        return await _once(info, "call_me_back", id, op_id, service.call_me, phone=mobile)

    @mutation_for(OFFICER)
    async def take_talk(self, info: Info, id: strawberry.ID, op_id: strawberry.ID) -> Talk:
        """接入."""
        return await _once(info, "take_talk", id, op_id, service.take)

    @mutation_for(OFFICER)
    async def hand_talk_back(self, info: Info, id: strawberry.ID, op_id: strawberry.ID) -> Talk:
        """Back to the queue, at the place it always had."""
        return await _once(info, "hand_talk_back", id, op_id, service.hand_back)

    @mutation_for(OFFICER)
    async def close_talk(self, info: Info, id: strawberry.ID, op_id: strawberry.ID) -> Talk:
        """Done, or called back."""
        return await _once(info, "close_talk", id, op_id, service.close)

    @mutation_for(OFFICER)
    async def register_talk(self, info: Info, input: RegisterTalk) -> Talk:
        """转为诉求: the citizen follows it like any other of his."""
        return await _once(
            info, "register_talk", input.id, input.op_id, service.register,
            request_id=an_id(input.request_id), kind=input.kind, text=input.text, area=input.area_code or "",
        )  # fmt: skip


async def _once(
    info: Info, name: str, id: str, op_id: str, verb: Callable[..., Awaitable[Any]], **facts: Any
) -> Talk:
    async with info.context.office.work(info.context.actor) as work:
        if await work.first_time(name, op_id, {"id": id, **facts}):
            await verb(work, id=id, **facts)
    return await read(info, id)
