"""What is decided at the door, from facts alone."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from unicodedata import normalize

from server.identity.errors import BadPhone, Locked
from server.kernel.actors import Role
from server.kernel.ids import valid_mobile
from server.kernel.text import clean_line

WRONG_PASSWORDS = 5
LOCK = timedelta(minutes=10)  # ux O1
RACE = timedelta(seconds=10)  # two tabs may bring the same refresh cookie
CODE_LIFE = timedelta(minutes=5)
CODE_PAUSE = timedelta(minutes=1)
CODE_TRIES = 5
CODE_DIGITS = 6
MOST_STAFF_NUMBER = 64
KEPT_AFTER_END = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Life:
    """How long a session lives without being refreshed, and at most."""

    idle: timedelta
    most: timedelta


STAFF_LIFE = Life(timedelta(hours=72), timedelta(days=30))  # as long as the offline unlock, ux O1
CITIZEN_LIFE = Life(timedelta(days=365), timedelta(days=3650))  # the device owns the guest's cases


def session_end(role: Role, *, created_at: datetime, now: datetime) -> datetime:
    """When a session refreshed `now` ends."""
    life = CITIZEN_LIFE if role is Role.CITIZEN else STAFF_LIFE
    return min(now + life.idle, created_at + life.most)


def count_try(
    *, tries: int, last_at: datetime, locked_until: datetime | None, now: datetime
) -> tuple[int, datetime | None]:
    """The tries including this one, and the lock the fifth brings. Raises Locked while one holds.

    Counted before the password is looked at, so that parallel guesses do not slip past. A right
    password clears the count; so do ten quiet minutes.
    """
    if locked_until is not None and locked_until > now:
        raise Locked(until=locked_until.isoformat())
    fresh = locked_until is not None or now - last_at >= LOCK
    tries = 1 if fresh else tries + 1
    return tries, now + LOCK if tries >= WRONG_PASSWORDS else None


class Refresh(Enum):
    """What a presented refresh secret means."""

    CURRENT = "current"
    RACING = "racing"  # the one before, still within the grace: another tab was faster
    REUSED = "reused"  # an old or foreign one: somebody has a copy


def judge_refresh(
    presented: str, *, current: str, previous: str, rotated_at: datetime | None, now: datetime
) -> Refresh:
    """Compare hashes of refresh secrets."""
    if presented == current:
        return Refresh.CURRENT
    if presented == previous and rotated_at is not None and now - rotated_at <= RACE:
        return Refresh.RACING
    return Refresh.REUSED


def one_time_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def staff_number(text: str) -> str:
    """The one way of writing a staff number: narrow and in lower case. Raises BadInput."""
    return clean_line(normalize("NFKC", text), field="staffNo", limit=MOST_STAFF_NUMBER).casefold()


def mobile(text: str) -> str:
    """Eleven digits, whatever blanks, hyphens or country code were typed. Raises BadPhone."""
    number = re.sub(r"[\s-]|^\+86|^0086", "", normalize("NFKC", text).strip())
    if not valid_mobile(number):
        raise BadPhone(field="phone")
    return number
