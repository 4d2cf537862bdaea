"""Is this token's owner still let in? Asked for every request, and again and again for every open socket."""

import asyncio
from dataclasses import dataclass, replace

from server.identity import queries
from server.identity.tokens import TokenRing
from server.kernel.actors import Actor
from server.kernel.errors import Unauthenticated
from server.platform.work import Office

REMEMBERED_SECONDS = 4.0  # a revocation must reach everyone within five
MOST_REMEMBERED = 20_000
ROLL_CALL_SECONDS = 0.05  # questions of open sockets are gathered this long and asked as one


@dataclass(frozen=True, slots=True)
class _Seen:
    actor: Actor
    at: float

    def holds(self, now: float) -> bool:
        """Still fresh; a clock set back does not make it fresher."""
        return 0 <= now - self.at < REMEMBERED_SECONDS and now < self.actor.expires_at


class Gate:
    """Tells who a token's owner is now: post, area and unit come from the rows, never from the claim."""

    def __init__(self, office: Office, ring: TokenRing) -> None:
        self._office, self._ring = office, ring
        self._seen: dict[str, _Seen] = {}
        self._waiting: set[str] = set()
        self._roll_call: asyncio.Task[dict[str, queries.Present]] | None = None

    async def actor(self, token: str) -> Actor:
        """Whose token this is. Raises Unauthenticated unless it is ours, unended and its session live."""
        now = self._office.clock()
        seen = self._seen.get(token)
        if seen and seen.holds(now.timestamp()):
            return seen.actor
        claims = self._ring.read(token, now=now)
        async with self._office.reading() as session:
            found = (await queries.present(session, [claims.session_id], now)).get(claims.session_id)
        if (
            found is None
            or (found.actor.id, found.actor.role) != (claims.account_id, claims.role)
            or found.holding_id != claims.holding_id  # switched to another post since
        ):
            raise Unauthenticated
        actor = replace(found.actor, expires_at=min(found.actor.expires_at, claims.expires_at))
        self._remember(token, _Seen(actor, now.timestamp()))
        return actor

    def forget(self, *account_ids: str) -> None:
        """What these people may do has changed: it holds here at once, elsewhere within four seconds."""
        for token in [token for token, seen in self._seen.items() if seen.actor.id in account_ids]:
            del self._seen[token]

    async def live(self, actor: Actor) -> bool:
        """True while the actor's token has not ended, its session is live, and post, area, unit and cells are
        what they were. Ask at most every few seconds; many askers cost one query."""
        if actor.expires_at <= self._office.clock().timestamp():
            return False
        if self._roll_call is None:
            self._roll_call = asyncio.create_task(self._call_roll())
        self._waiting.add(actor.session_id)
        found = (await asyncio.shield(self._roll_call)).get(actor.session_id)
        return found is not None and replace(found.actor, expires_at=actor.expires_at) == actor

    async def _call_roll(self) -> dict[str, queries.Present]:
        await asyncio.sleep(ROLL_CALL_SECONDS)
        asked, self._waiting, self._roll_call = self._waiting, set(), None
        async with self._office.reading() as session:
            return await queries.present(session, asked, self._office.clock())

    def _remember(self, token: str, seen: _Seen) -> None:
        self._seen.pop(token, None)
        self._seen[token] = seen
        while len(self._seen) > MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]  # the one remembered longest ago
