"""Who is behind a connection, and how long that stays true."""

import asyncio
import time
from typing import Protocol

from starlette.datastructures import Headers

from server.kernel.actors import Actor
from server.kernel.errors import Unauthenticated


class Authenticator(Protocol):
    """What the transports ask of identity."""

    async def actor(self, token: str) -> Actor:
        """The account behind a token, as it stands now. Raises Unauthenticated unless the token is live."""
        ...

    async def live(self, actor: Actor) -> bool:
        """False once the session was revoked or the account's post, unit or area changed.

        Asked every few seconds for each open socket, so it must be cheap and at most a second old. While the
        store cannot be asked, the last answer stands.
        """
        ...


def bearer(headers: Headers) -> str:
    """The token of an Authorization header. Raises Unauthenticated when there is none."""
    return credentials(headers.get("authorization", ""))


def credentials(authorization: str) -> str:
    """The token in that header's value. Raises Unauthenticated for any other scheme."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()


async def until_over(actor: Actor, authenticator: Authenticator, every: float) -> None:
    """Return when the actor's token has expired or its session is not live, asked `every` seconds."""
    while (left := actor.expires_at - time.time()) > 0:
        await asyncio.sleep(min(left, every))
        if not await authenticator.live(actor):
            return
