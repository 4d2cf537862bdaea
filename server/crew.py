"""Several workers on one port: started, replaced when they die, renewed one after another.

Each worker has a listening socket of its own (SO_REUSEPORT), so the kernel spreads the connections evenly;
one socket for all would give nearly all of them to the worker that wakes first. The crew holds the sockets:
connections that wait on one are not lost when its worker ends, but taken by the next.

The crew knows commands and sockets and nothing of the city. So it stays small, and a renewed worker runs the
code that lies there now.
"""

import asyncio
import logging
import signal
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Sequence
from itertools import chain, repeat

READY_SECONDS = 60.0  # what a worker gets to start
SILENT_SECONDS = 30.0  # a worker whose loop says nothing for so long hangs
KILL_SECONDS = 5.0  # beyond the drain, for what nobody can interrupt
PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds to the next try while workers die before they serve
FAILED = 1  # exit code

log = logging.getLogger(__name__)


def listeners(host: str, port: int, n: int) -> list[socket.socket]:
    """`n` sockets on one port; a connection goes to one of those whose worker listens. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    found = []
    for _ in range(n):
        found.append(listener := socket.socket(family, kind, protocol))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
    return found


class Worker:
    """A process that serves. It sends a byte a second, the first when it is ready; see server/serving.py."""

    def __init__(self, process: Process, line: socket.socket, silent_seconds: float) -> None:
        self._process, self._line, self._silent_seconds = process, line, silent_seconds
        self._ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._leaving = False
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, command: Sequence[str], listener: socket.socket, silent_seconds: float) -> "Worker":
        """A new process on `listener`, in a session of its own: a terminal's signals are for the crew."""
        mine, its = socket.socketpair()
        mine.setblocking(False)
        with its:
            fds = (listener.fileno(), its.fileno())
            process = await asyncio.create_subprocess_exec(
                *command, *map(str, fds), pass_fds=fds, start_new_session=True, stdin=DEVNULL
            )
        return cls(process, mine, silent_seconds)

    @property
    def pid(self) -> int:
        """As the log calls it."""
        return self._process.pid

    async def ready(self) -> bool:
        """True once it serves, False when it died before or took too long."""
        return await asyncio.shield(self._ready)

    async def over(self) -> int:
        """How it ended, once it has."""
        return await self._process.wait()

    async def leave(self, within: float) -> None:
        """Let it finish what it is doing; one that is still there after `within` seconds is killed."""
        self._leaving = True
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(within):  # wait_for may swallow a cancellation
                await self.over()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self.over()

    async def _listen(self) -> None:
        """Hear it beat. A worker that falls silent is killed, and so replaced."""
        patience = READY_SECONDS
        with self._line:
            try:
                while await self._beat(patience):
                    patience = self._silent_seconds
                    if not self._ready.done():
                        self._ready.set_result(True)
            except TimeoutError:
                if not self._leaving:
                    log.error("worker hangs: %d", self.pid)
                    self._signal(signal.SIGKILL)
            except OSError:
                pass  # it died in the middle of a beat
        if not self._ready.done():
            self._ready.set_result(False)

    async def _beat(self, patience: float) -> bytes:
        async with asyncio.timeout(patience):
            return await asyncio.get_running_loop().sock_recv(self._line, 64)

    def _signal(self, sig: signal.Signals) -> None:
        if self._process.returncode is None:
            self._process.send_signal(sig)


class Berth:
    """A listening socket and who serves on it: one worker, or two while one relieves the other."""

    def __init__(
        self, listener: socket.socket, command: Sequence[str], drain_seconds: float, silent_seconds: float
    ) -> None:
        self._listener, self._command, self._silent_seconds = listener, command, silent_seconds
        self._patience = drain_seconds + KILL_SECONDS
        self._changing = asyncio.Lock()
        self._current: Worker | None = None
        self._alive: set[Worker] = set()

    async def relieve(self) -> bool:
        """A new worker and, once that serves, the end of the one before. False: the one before stays."""
        async with self._changing:
            new = await Worker.start(self._command, self._listener, self._silent_seconds)
            self._alive.add(new)
            if not await new.ready():
                await self._end(new, 0.0)
                return False
            before, self._current = self._current, new
        if before:
            await self._end(before, self._patience)
        return True

    async def keep(self) -> None:
        """Replace the worker whenever it dies."""
        while (worker := self._current) is not None:
            code = await worker.over()
            if worker is self._current:  # else it was relieved
                log.error("worker died: %d, exit code %d", worker.pid, code)
                for pause in chain(PAUSES, repeat(PAUSES[-1])):
                    await asyncio.sleep(pause)
                    if worker is not self._current or await self.relieve():
                        break

    async def clear(self) -> None:
        """The end of everybody here."""
        await asyncio.gather(*(self._end(worker, self._patience) for worker in set(self._alive)))

    async def _end(self, worker: Worker, patience: float) -> None:
        await worker.leave(patience)
        self._alive.discard(worker)


class Crew:
    """Workers, one on each listener, until a signal to end; SIGHUP relieves one after another."""

    def __init__(
        self, prepare: Sequence[str], work: Sequence[str], listeners: Sequence[socket.socket], *,
        drain_seconds: float, silent_seconds: float = SILENT_SECONDS,
    ) -> None:  # fmt: skip
        self._prepare, self._listeners = prepare, listeners
        self._berths = [Berth(each, work, drain_seconds, silent_seconds) for each in listeners]
        self._end, self._renew = asyncio.Event(), asyncio.Event()

    async def run(self) -> int:
        """Prepare, serve, end in good order. The exit code: 1 when the first workers do not come to serve."""
        loop = asyncio.get_running_loop()
        for sig, event in (
            (signal.SIGTERM, self._end), (signal.SIGINT, self._end), (signal.SIGHUP, self._renew)
        ):  # fmt: skip
            loop.add_signal_handler(sig, event.set)
        service, end = asyncio.create_task(self._serve()), asyncio.create_task(self._end.wait())
        await asyncio.wait([service, end], return_when=asyncio.FIRST_COMPLETED)
        failed = service.done()
        service.cancel()
        for listener in self._listeners:
            listener.close()  # from here on a caller is refused, not kept waiting
        await asyncio.gather(*(berth.clear() for berth in self._berths))
        if failed:
            await service  # raises what broke it
        return FAILED if failed else 0

    async def _serve(self) -> None:
        """Until cancelled. Returns when there is nothing to serve with."""
        if not await self._prepared():
            return
        if not all(await asyncio.gather(*(berth.relieve() for berth in self._berths))):
            log.error("a worker did not come to serve; see its lines above")
            return
        async with asyncio.TaskGroup() as keepers:
            for berth in self._berths:
                keepers.create_task(berth.keep())
            while await self._renew.wait():
                self._renew.clear()
                await self._relieve_all()

    async def _relieve_all(self) -> None:
        """One after another, so that there are never fewer than before; the first that fails stops it."""
        log.info("relieving the workers")
        if not await self._prepared():
            log.error("not relieved: the store could not be prepared")
            return
        for berth in self._berths:
            if not await berth.relieve():
                log.error("not relieved: the new worker did not come to serve, the old ones stay")
                return
        log.info("relieved")

    async def _prepared(self) -> bool:
        process = await asyncio.create_subprocess_exec(*self._prepare, stdin=DEVNULL)
        return await process.wait() == 0
