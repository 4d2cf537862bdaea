"""All websockets of one process: who is let in, who has to go, and one roll call for everybody."""

import asyncio
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Collection
from contextlib import suppress

from starlette.types import Receive, Scope, Send
from strawberry.http.websocket_origin import is_same_origin, normalize_allowed_origins, normalize_origin

from server.graph.audience import SchemaByRole
from server.graph.authentication import Authenticator
from server.graph.broadcast import Broadcast
from server.graph.errors import OUTAGES, TooManySockets, logged
from server.graph.overload import Turnstile
from server.graph.socket import GOING_AWAY, PROTOCOL, TRY_LATER, UNAUTHORIZED, WRONG_PROTOCOL, Socket
from server.kernel.actors import Actor
from server.kernel.errors import Unauthenticated
from server.platform.watch import watch
from server.platform.work import Office

log = logging.getLogger(__name__)

MAX_SOCKETS = 10  # open at once for one person, in one process
STALLED_SECONDS = 30.0  # after which somebody who does not read has to go
ASKED_AT_ONCE = 500  # sessions of one roll call


class Sockets:
    """An ASGI app. `origins` are the addresses whose pages may open a websocket, besides its own."""

    def __init__(
        self, roles: SchemaByRole, office: Office, authenticator: Authenticator, turnstile: Turnstile, *,
        origins: Collection[str], init_seconds: float, recheck_seconds: float,
    ) -> None:  # fmt: skip
        self.roles, self.office, self.turnstile, self.init_seconds = roles, office, turnstile, init_seconds
        self.broadcast = Broadcast(office)
        self.open: set[Socket] = set()
        self.resyncs = 0
        self.authenticator, self.recheck_seconds = authenticator, recheck_seconds
        self._origins = normalize_allowed_origins(list(origins))
        self._people: Counter[str] = Counter()
        self._watch: asyncio.Task[None] | None = None
        watch.gauge("sanwei_sockets", "Open websockets.", lambda: len(self.open))
        watch.gauge("sanwei_subscriptions", "Live operations.", lambda: self.broadcast.followers)
        watch.gauge("sanwei_subscription_groups", "What differs of them.", lambda: self.broadcast.groups)
        watch.gauge("sanwei_sockets_stalled", "Websockets that do not read.", self._stalled)
        watch.counted("sanwei_resyncs", "Slow readers told to begin anew.", lambda: self.resyncs)

    def _stalled(self) -> int:
        return sum(1 for socket in self.open if socket.channel.stalled_at)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection to its end."""
        headers = dict(scope["headers"])
        if not self._welcome(headers.get(b"origin"), headers.get(b"host", b"")):
            await send({"type": "websocket.close"})
            return
        spoken = PROTOCOL in scope["subprotocols"]
        await receive()  # websocket.connect
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL if spoken else None})
        socket = Socket(self, scope, send)
        if not spoken:
            socket.close(WRONG_PROTOCOL, "Subprotocol not acceptable")
        elif self.office.leaving.is_set():
            socket.close(GOING_AWAY, "Going away")
        self.open.add(socket)
        self._watch = self._watch or asyncio.create_task(self._keep_watch())
        try:
            await socket.serve(receive)
        finally:
            self._part(socket)

    async def admit(self, socket: Socket, token: object) -> None:
        """Let a live token in. Raises Unauthenticated or TooManySockets."""
        if not isinstance(token, str):
            raise Unauthenticated
        actor = await self.authenticator.actor(token)
        if self._people[actor.id] >= MAX_SOCKETS:
            raise TooManySockets(most=MAX_SOCKETS)
        self._people[actor.id] += 1
        socket.actor = actor

    def _part(self, socket: Socket) -> None:
        self.open.discard(socket)
        if socket.actor:
            self._people[socket.actor.id] -= 1
            if not self._people[socket.actor.id]:
                del self._people[socket.actor.id]
        if not self.open and self._watch:
            self._watch.cancel()
            self._watch = None

    def _welcome(self, origin: bytes | None, host: bytes) -> bool:
        """Programs send no origin; pages must be ours."""
        if origin is None:
            return True
        page = origin.decode("latin-1")
        return is_same_origin(page, host.decode("latin-1")) or normalize_origin(page) in self._origins

    async def _keep_watch(self) -> None:
        """Every few seconds, for all sockets at once: has a session ended, does somebody not read?"""
        due = time.monotonic()
        while True:
            due = max(due + self.recheck_seconds, time.monotonic())
            with suppress(TimeoutError):
                await asyncio.wait_for(self.office.leaving.wait(), due - time.monotonic())
                for socket in list(self.open):
                    socket.close(GOING_AWAY, "Going away")
                return
            for socket in list(self.open):
                if (since := socket.channel.stalled_at) and time.monotonic() - since > STALLED_SECONDS:
                    socket.close(TRY_LATER, "Reads too slowly")
            await self._call_roll()

    async def _call_roll(self) -> None:
        by_actor: dict[Actor, list[Socket]] = defaultdict(list)
        for socket in self.open:
            if socket.actor:
                by_actor[socket.actor].append(socket)
        actors = list(by_actor)
        for n in range(0, len(actors), ASKED_AT_ONCE):
            some = actors[n : n + ASKED_AT_ONCE]
            for actor, over in zip(some, await asyncio.gather(*map(self._over, some)), strict=True):
                if over:
                    for socket in by_actor[actor]:
                        socket.close(*over)

    async def _over(self, actor: Actor) -> tuple[int, str] | None:
        """How to end the sockets of `actor`; None while he may stay, and while nobody can tell."""
        try:
            if actor.expires_at > time.time() and await self.authenticator.live(actor):
                return None
        except OUTAGES as error:
            log.warning("nobody can say whether sessions live: %r", error)
            return None
        except Exception as bug:  # whatever failed, a socket nobody can vouch for must not live on
            logged(bug, "roll call")
            return TRY_LATER, "Try again later"
        return UNAUTHORIZED, "Session over"
