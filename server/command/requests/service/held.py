"""What is done to a request and reaches somebody else ten seconds later, so that it may be taken back.

Guards are asked at the tap and again at the release (ADR 0003). What confirms itself is not held: an answer
that is let out or sent for audit, a work order, an extension.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from server.command.requests.service import desk, unit
from server.command.requests.service.take import KIND
from server.command.requests.tables import CitizenRequest
from server.platform import holds
from server.platform.work import Work

Guards = Callable[..., Awaitable[tuple[CitizenRequest, str]]]
Verb = Callable[..., Awaitable[CitizenRequest]]

VERBS: Mapping[str, tuple[Guards, Verb]] = {
    f"{KIND}.assign": (desk.may_assign, desk.assign),
    f"{KIND}.ask_info": (desk.may_ask, desk.ask_info),
    f"{KIND}.decline": (desk.may_decline, desk.decline),
    f"{KIND}.return": (unit.may_return, unit.return_),
}


async def ask(work: Work, act: str, *, op_id: str, id: str, version: int, **facts: Any) -> None:
    """Keep the act for ten seconds. Raises what its guards raise, and HeldBySomebody."""
    guards, _ = VERBS[act]
    request, _ = await guards(work, id=id, version=version, **facts)
    await holds.hold(work, id=op_id, act=act, args={"id": id, **facts}, kind=KIND, subject_id=id,
                     area=request.area)  # fmt: skip


async def _carry_out(verb: Verb, work: Work, args: Mapping[str, Any]) -> CitizenRequest:
    return await verb(work, version=None, **args)


ACTS = {act: partial(_carry_out, verb) for act, (_, verb) in VERBS.items()}
