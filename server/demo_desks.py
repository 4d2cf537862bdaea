"""The demo's requests that no order carries: questions and suggestions, told step by step like the cases."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from server.command.orders.service.report import Spot
from server.command.requests.rules import Adoption, RequestKind
from server.command.requests.service import citizen, desk, unit
from server.command.requests.service.citizen import Submission
from server.command.requests.service.take import seen
from server.platform.work import Work

At = Callable[[str, float], AbstractAsyncContextManager[Work]]  # a person of the story, hours ago


async def tell(at: At, id: str, request: Mapping[str, Any], area: str) -> None:
    """File it in its citizen's name, and take its steps."""
    async with at(request["by"], request["hours"]) as work:
        await citizen.submit(work, Submission(
            id=id, kind=RequestKind(request["kind"]), text=request["text"], spot=Spot(area),
            submitted_at=work.now,
        ))  # fmt: skip
    for verb, who, hours, *facts in request["steps"]:
        async with at(who, hours) as work:
            version = (await seen(work, id)).version
            match verb, facts:
                case "ask_info", [question]:
                    await desk.ask_info(work, id=id, version=version, question=question)
                case "assign", [unit_id]:
                    await desk.assign(work, id=id, version=version, unit_id=unit_id, opinion="")
                case "sign", []:
                    await unit.sign(work, id=id, version=version)
                case "draft", [text, verdict]:
                    await unit.draft(work, id=id, version=version, text=text, verdict=Adoption(verdict))
                case "audit", []:
                    await desk.audit(work, id=id, version=version, passed=True, answers=True, opinion="")
                case _:
                    raise ValueError(f"the story tells of {verb} {facts}")
