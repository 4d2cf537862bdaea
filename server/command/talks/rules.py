"""Pure decisions about talks: who sees one, who may speak, what staff read of personal numbers."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from server.command.talks import errors
from server.command.talks.flow import FLOW, TalkAction, TalkState
from server.kernel.actors import DISPATCHERS, Actor, Role
from server.kernel.calendar import Limit, TimeUnit, WorkCalendar
from server.kernel.errors import IllegalStep
from server.kernel.masking import mask_phone, mask_resident_id

MOST_MESSAGES = 300
MOST_TURNS = 20  # of a conversation with the knowledge base that are handed over
TEXT_LIMIT = 1000
QUESTION_LIMIT = 100
MOST_PHOTOS = 3
AT_ONCE = Limit(1e-9, TimeUnit.WORK_HOUR)
MOMENT = timedelta(seconds=1)
ID_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
PHONE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


class TalkSide(StrEnum):
    """市民 指挥中心 知识库."""

    CITIZEN = "citizen"
    DESK = "desk"
    BOOK = "book"


class Spoken(Protocol):
    """The facts of a talk that decisions rest on."""

    state: str
    citizen_id: str
    area: str
    agent_id: str


def sees(actor: Actor, talk: Spoken) -> bool:
    """Its citizen, and the dispatchers of its area: what `queries.visible_to` says of rows."""
    match actor.role:
        case Role.CITIZEN:
            return talk.citizen_id == actor.id
        case Role.OFFICER:
            return actor.post in DISPATCHERS and talk.area.startswith(actor.area)
        case Role.LEADER:
            return False


def needs_own_talk(talk: Spoken, actor: Actor) -> None:
    """Once taken, it is one person's until he hands it back."""
    if talk.state == TalkState.TALKING and talk.agent_id != actor.id:
        raise errors.NotYourTalk


def needs_open(talk: Spoken, actor: Actor) -> None:
    """A citizen speaks while he waits and while he talks; a dispatcher in the talk he took."""
    state = TalkState(talk.state)
    if actor.role is Role.CITIZEN and state in {TalkState.WAITING, TalkState.TALKING}:
        return
    if state is not TalkState.TALKING:
        raise IllegalStep(flow=FLOW.name, state=state, action="say")
    needs_own_talk(talk, actor)


def needs_room(said: int) -> None:
    """A conversation ends somewhere."""
    if said >= MOST_MESSAGES:
        raise errors.TalkFull(limit=MOST_MESSAGES)


def needs_something(text: str, photo_ids: Collection[str], entry_id: str) -> None:
    """Nobody sends nothing."""
    if not (text or photo_ids or entry_id):
        raise errors.NothingSaid(field="text")


def offered(talk: Spoken, actor: Actor) -> list[TalkAction]:
    """What this person may do now: the buttons of the screen."""
    found = FLOW.offered(TalkState(talk.state), actor.post)
    own = talk.state != TalkState.TALKING or actor.role is Role.CITIZEN or talk.agent_id == actor.id
    return found if own else []


def may_speak(talk: Spoken, actor: Actor) -> bool:
    """Whether the box to write in is open."""
    if actor.role is Role.CITIZEN:
        return talk.state in {TalkState.WAITING, TalkState.TALKING}
    return talk.state == TalkState.TALKING and talk.agent_id == actor.id


def opens_at(calendar: WorkCalendar, now: datetime) -> datetime | None:
    """When the desk opens again; None while it is open. By the working hours of the calendar that holds."""
    at = calendar.due(now, AT_ONCE)
    return at.replace(microsecond=0) if at - now > MOMENT else None


def masked(text: str) -> str:
    """Numbers of persons and phones, as others may read them."""
    text = ID_NUMBER.sub(lambda found: mask_resident_id(found[0]), text)
    return PHONE.sub(lambda found: mask_phone(found[0]), text)
