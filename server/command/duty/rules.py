"""Pure decisions about duty: who may, once at a time, and never both hands of a handover."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from server.kernel.actors import DISPATCHERS, Actor, Post
from server.kernel.errors import CityError, NotAllowed

DUTY_POSTS = DISPATCHERS | {Post.GRID_OFFICER, Post.ARBITER}  # whose presence others rely on
WATCHERS = DISPATCHERS | {Post.ARBITER}  # who sees it
DAYS_PLANNED = 31
LONGEST_SPELL = timedelta(hours=24)  # nobody is on duty longer: a forgotten 下岗 ends by itself


class ShiftPart(StrEnum):
    """白班 08:00–20:00, 夜班 20:00–08:00 of the next day."""

    DAY = "day"
    NIGHT = "night"


class OnDutyAlready(CityError):
    """One spell at a time."""

    code = "ON_DUTY_ALREADY"


class NotOnDuty(CityError):
    """Nothing to end, nowhere to be seen."""

    code = "NOT_ON_DUTY"


class HandoverOpen(CityError):
    """What was handed over is taken over before the next."""

    code = "HANDOVER_OPEN"


class HandoverTaken(CityError):
    """It was taken over already."""

    code = "HANDOVER_TAKEN"


class OwnHandover(CityError):
    """Who hands over does not take over: two people sign."""

    code = "OWN_HANDOVER"


class NotPlannable(CityError):
    """A shift is planned from today on, for at most a month."""

    code = "NOT_PLANNABLE"


class NotOfTheDesk(CityError):
    """The platform is watched by its own dispatchers."""

    code = "NOT_OF_THE_DESK"


class Given(Protocol):
    """The facts of a handover that decide."""

    given_by: str
    taken_by: str


def needs_duty_post(actor: Actor) -> None:
    """Grid officers and the command platform."""
    if actor.post not in DUTY_POSTS:
        raise NotAllowed(flow="duty", action="start", post=actor.post)


def needs_watcher(actor: Actor) -> None:
    """The command platform."""
    if actor.post not in WATCHERS:
        raise NotAllowed(flow="duty", action="staffing", post=actor.post)


def needs_dispatcher(actor: Actor, action: str) -> None:
    """Who keeps the roster, hands over and takes over."""
    if actor.post not in DISPATCHERS:
        raise NotAllowed(flow="duty", action=action, post=actor.post)


def needs_plannable(day: date, today: date) -> None:
    """From today, a month ahead."""
    if not today <= day <= today + timedelta(days=DAYS_PLANNED):
        raise NotPlannable(field="day", days=DAYS_PLANNED)


def needs_another(handover: Given, actor: Actor) -> None:
    """Taken once, by somebody else."""
    if handover.taken_by:
        raise HandoverTaken
    if handover.given_by == actor.id:
        raise OwnHandover


def on_duty_since(now: datetime) -> datetime:
    """A spell that began earlier is over, whatever its row says."""
    return now - LONGEST_SPELL
