"""Values that come late: siblings and rows wait together, so that loaders batch."""

from asyncio import Future, gather
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from server.graph.plan.slots import At, Slot, keys

if TYPE_CHECKING:
    from server.graph.plan.run import Run

Complete = Callable[[Any, At, Any], Any]  # (value, at, run) → the finished value


class Later:
    """A field whose value is still to come; `into` is its object's dict, set once that is made."""

    __slots__ = ("at", "awaitable", "complete", "into", "slot")

    def __init__(self, awaitable: Awaitable[Any], slot: Slot, at: At, complete: Complete) -> None:
        self.awaitable, self.slot, self.at, self.complete = awaitable, slot, at, complete
        self.into: dict[str, Any] = {}


async def settle(run: "Run", lates: Iterable[Later]) -> None:
    """Wait for the values and for all that completing them starts."""
    jobs: list[Coroutine[Any, Any, None]] = []
    futures: dict[Slot, list[Later]] = {}
    for late in lates:
        if run.nulled and run.gone(keys(late.at)):
            forget(late.awaitable)
        elif isinstance(late.awaitable, Future):  # under way already: one task per field, not one per row
            futures.setdefault(late.slot, []).append(late)
        else:
            jobs.append(_settle(run, [late]))
    jobs += [_settle(run, rows) for rows in futures.values()]
    if len(jobs) == 1:
        await jobs[0]
    elif jobs:
        await gather(*jobs)


async def _settle(run: "Run", lates: list[Later]) -> None:
    below: list[Later] = []
    for late in lates:
        await _value(run, late)
        below += run.taken()  # nothing was awaited since, so they are ours
    if below:
        await settle(run, below)


async def _value(run: "Run", late: Later) -> None:
    value = None
    try:
        try:
            value = late.complete(await late.awaitable, late.at, run)
        except Exception as error:
            run.fail(error, late.slot, late.at)
    except GraphQLError as error:
        run.bubble(error, late.at)
    late.into[late.slot.key] = value


def forget(awaitable: Awaitable[Any]) -> None:
    """Nobody asks for this value any more: a coroutine never starts, a future may fail unheard."""
    if isinstance(awaitable, Future):
        awaitable.add_done_callback(lambda future: future.cancelled() or future.exception())
    elif close := getattr(awaitable, "close", None):
        close()
