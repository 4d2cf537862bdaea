"""Pure decisions about cards and the words left on them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from server.kernel.actors import Actor, Post
from server.kernel.errors import CityError, NotAllowed

TEXT_LIMIT = 500
MOST_OPEN = 3  # words of one citizen that wait in one cell
FEW = 3  # of fewer answers there is no median to tell
WINDOW = timedelta(days=90)


class CardCheck(StrEnum):
    """核对真伪: what the key on a card says."""

    NOT_ASKED = "not_asked"  # somebody typed the code of the cell
    GENUINE = "genuine"
    REPLACED = "replaced"  # 此卡已换人
    UNKNOWN = "unknown"  # nobody here ever had such a card


class WordsWaiting(CityError):
    """So many words of this person wait for an answer here already."""

    code = "WORDS_WAITING"


class AnsweredAlready(CityError):
    """Somebody answered it."""

    code = "ANSWERED_ALREADY"


def check(key: str, now: Iterable[str], ever: Iterable[str]) -> CardCheck:
    """The key of a card against those of who looks after the cell now, and of who ever did."""
    if not key:
        return CardCheck.NOT_ASKED
    if key in set(now):
        return CardCheck.GENUINE
    return CardCheck.REPLACED if key in set(ever) else CardCheck.UNKNOWN


def median_minutes(pairs: Iterable[tuple[datetime, datetime]]) -> int | None:
    """How long answers took in the middle; null of too few."""
    took = [(answered - at) / timedelta(minutes=1) for at, answered in pairs]
    return round(median(took)) if len(took) >= FEW else None


def needs_officer(actor: Actor) -> None:
    """Cards are grid officers'."""
    if actor.post is not Post.GRID_OFFICER:
        raise NotAllowed(flow="card", action="card", post=actor.post)
