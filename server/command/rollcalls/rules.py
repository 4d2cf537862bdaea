"""Pure decisions about roll calls: who calls whom, how long he has, and who is drawn."""

import secrets
from collections.abc import Collection

from server.command.duty.rules import WATCHERS
from server.kernel.actors import DISPATCHERS, Actor
from server.kernel.errors import BadInput, CityError, NotAllowed

MINUTES = (5, 10, 15, 30)
MOST_PHOTOS = 1


class NobodyToCall(CityError):
    """Nobody who may be called is on duty, or he was called already."""

    code = "NOBODY_TO_CALL"


def needs_caller(actor: Actor) -> None:
    """Dispatchers call."""
    if actor.post not in DISPATCHERS:
        raise NotAllowed(flow="roll_call", action="call", post=actor.post)


def needs_watcher(actor: Actor) -> None:
    """The command platform reads who was called."""
    if actor.post not in WATCHERS:
        raise NotAllowed(flow="roll_call", action="read", post=actor.post)


def needs_minutes(minutes: int) -> None:
    """One of the times the screen offers."""
    if minutes not in MINUTES:
        raise BadInput(field="minutes")


def chosen(among: Collection[str], person_id: str) -> str:
    """Whoever was named, or, unnamed, anybody with the same chance. Raises NobodyToCall."""
    if (person_id and person_id not in among) or not among:
        raise NobodyToCall(field="personId")
    return person_id or secrets.choice(sorted(among))
