"""What a request's owner is told beside the request: his rating, where to go, what is next, why it rests."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import strawberry

from server.command.requests import queries
from server.command.requests.rules import RatingReason, ReferTo, ServiceLevel, Solved
from server.command.requests.tables import Rating as RatingRow
from server.graph.context import Context
from server.kernel.actors import CITIZEN, EVERYONE, Role

ONLY_CITIZENS: frozenset[Role] = frozenset({CITIZEN})


class RequestAction(StrEnum):
    """What the citizen may do now: the buttons of the case page."""

    URGE = "urge"
    SUPPLY = "supply"
    WITHDRAW = "withdraw"
    RATE = "rate"
    SHARE = "share"


@strawberry.type
class Rating:
    """What the citizen thinks of the result."""

    seen_by: ClassVar[frozenset[Role]] = EVERYONE
    solved: Solved
    level: ServiceLevel
    text: str | None
    at: datetime
    reasons: list[RatingReason]

    @classmethod
    def of(cls, row: RatingRow) -> "Rating":
        """Without the name of whoever gave it."""
        reasons = [RatingReason(one) for one in row.reasons.split("|") if one]
        return cls(solved=Solved(row.solved), level=ServiceLevel(row.level), text=row.text or None, at=row.at,
                   reasons=reasons)  # fmt: skip


@strawberry.type
class Referral:
    """Where to go instead, and the number to call."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    to: ReferTo
    phone: str


class PauseReason(StrEnum):
    """Why the work rests: somebody has to answer a question, or it is 挂账."""

    ASKED = "asked"
    SUSPENDED = "suspended"


@strawberry.type
class Pause:
    """计时暂停: why the clock stands still, in whose words, and until when. Told to whose case it is."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    why: PauseReason
    until: datetime | None
    words: str | None


@strawberry.type
class NextStep:
    """What happens next: next.<code>, by whom, and by when."""

    seen_by: ClassVar[frozenset[Role]] = ONLY_CITIZENS
    code: str
    by: str | None
    at: datetime | None


async def load_ratings(context: Context, ids: list[str]) -> list[Rating | None]:
    """The newest rating of each request."""
    rows = await context.office.read.lines(queries.ratings(ids))
    found = {row.request_id: Rating.of(row) for row in rows}
    return [found.get(id) for id in ids]
