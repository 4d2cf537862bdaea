"""Requests that stand on their own, in every list of every desk; told by the verbs, as the rest is."""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from server.command.orders.service.report import Spot
from server.command.requests.rules import (
    Adoption,
    ContactWay,
    RatingReason,
    RequestKind,
    ServiceLevel,
    Solved,
)
from server.command.requests.service import citizen, desk, unit
from server.command.requests.service.citizen import Submission, file_for
from server.command.requests.service.rate import rate
from server.command.requests.service.take import seen
from server.command.talks import service as talks
from server.command.talks.service import Turn
from server.kernel.actors import CITIZEN, SYSTEM, Actor, Post
from server.platform.work import Work

At = Callable[[Actor, float], AbstractAsyncContextManager[Work]]


class Desks:
    """Plays the requests to the office: `at` opens a unit of work in somebody's name, so many hours ago."""

    def __init__(
        self, at: At, actors: Mapping[str, Actor], an_id: Callable[[str], str], district: str
    ) -> None:
        self._at, self._actors, self._an_id, self._district = at, actors, an_id, district

    async def tell(self, told_in: Path) -> None:
        """Each request, left in its own list."""
        for n, told in enumerate(_told(told_in)):
            id = self._an_id(f"request {n}")
            await self._file(id, told)
            for verb, hours, *rest in told["steps"]:
                await getattr(self, f"_{verb}")(id, hours, *rest)

    async def _file(self, id: str, told: Mapping[str, Any]) -> None:
        by, against = self._actors[told["by"]], told.get("against")
        said = Submission(
            id=id, kind=RequestKind(told["kind"]), text=told["text"], spot=Spot(self._district),
            phone=told.get("phone", ""), confidential=told.get("confidential", False),
            external_id=f"demo/{id}", against_key=f"person:{self._actors[against].id}" if against else "",
            against_text=told.get("against_text", ""),
        )  # fmt: skip
        async with self._at(by, told["hours"]) as work:
            await (citizen.submit if by.role is CITIZEN else file_for)(work, said)

    async def _take(self, by: Actor, hours: float, verb: Callable[..., Any], id: str, **facts: Any) -> None:
        async with self._at(by, hours) as work:
            await verb(work, id=id, version=(await seen(work, id)).version, **facts)

    async def _assign(self, id: str, hours: float, unit_id: str) -> None:
        await self._take(self._actors["li"], hours, desk.assign, id, unit_id=unit_id, opinion="")

    async def _ask_info(self, id: str, hours: float, question: str) -> None:
        await self._take(self._actors["li"], hours, desk.ask_info, id, question=question)

    async def _answer(self, id: str, hours: float, text: str, source: str) -> None:
        await self._take(self._actors["li"], hours, desk.answer, id, text=text, source=source)

    async def _audit(self, id: str, hours: float) -> None:
        await self._take(self._actors["he"], hours, desk.audit, id, passed=True, answers=True, opinion="")

    async def _sign(self, id: str, hours: float) -> None:
        await self._take(await self._handler(id), hours, unit.sign, id)

    async def _return(self, id: str, hours: float, basis: str) -> None:
        await self._take(await self._handler(id), hours, unit.return_, id, basis=basis, opinion="")

    async def _contact(self, id: str, hours: float, reached: bool, text: str) -> None:
        facts = {"way": ContactWay.RELAY, "reached": reached, "text": text}
        await self._take(await self._handler(id), hours, unit.contact, id, **facts)

    async def _draft(self, id: str, hours: float, text: str, verdict: str = "") -> None:
        facts = {"text": text, "verdict": Adoption(verdict) if verdict else None}
        await self._take(await self._handler(id), hours, unit.draft, id, **facts)

    async def _impossible(self, id: str, hours: float, text: str) -> None:
        await self._take(await self._handler(id), hours, unit.draft, id, text=text, impossible=True)

    async def _rate(self, id: str, hours: float, solved: str, level: str, text: str) -> None:
        async with self._at(SYSTEM, hours) as work:
            reporter_id = (await seen(work, id)).reporter_id
        who = next(actor for actor in self._actors.values() if actor.id == reporter_id)
        facts = {"solved": Solved(solved), "level": ServiceLevel(level), "reasons": [RatingReason.NOT_SOLVED],
                 "text": text, "photo_ids": []}  # fmt: skip
        await self._take(who, hours, rate, id, **facts)

    async def _handler(self, id: str) -> Actor:
        async with self._at(SYSTEM, 0) as work:
            unit_id = (await seen(work, id)).unit_id
        return next(a for a in self._actors.values() if a.post is Post.HANDLER and a.unit_id == unit_id)


def _told(path: Path) -> list[dict[str, Any]]:
    requests: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["requests"]
    return requests


async def ask(at: At, actors: Mapping[str, Actor], id: str, told: Mapping[str, Any]) -> None:
    """A citizen found no answer and waits for a person."""
    async with at(actors[told["by"]], told["hours"]) as work:
        await talks.ask(work, id=id, area="", turns=[Turn(said) for said in told["asked"]])
