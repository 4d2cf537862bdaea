"""One process that serves: it opens the office, answers on a socket, and leaves in good order.

`python -m server.serving LISTENER LINE` is a worker of a crew (server/crew.py); both are open file
descriptors.
"""

import asyncio
import ctypes
import gc
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from types import FrameType

import uvicorn

from server.app import create_app, open_office
from server.graph.lines import Lines
from server.graph.socket import MAX_FRAME_BYTES
from server.platform.watch import logs
from server.settings import Settings
from server.web.protocol import Impatient

LAST_WORD_SECONDS = 1.0  # what open connections get to hear that this is the end
LAST_WORDS = 50  # looks in that time whether somebody is still there
KEEP_ALIVE_SECONDS = 75  # longer than a proxy keeps its own end, so that never both hang up at once
BEAT = b"."

Beat = Callable[[], Awaitable[None]]


class Server(uvicorn.Server):
    """uvicorn, with an end in good order.

    At a signal `leaving` is set: readiness is denied and whoever holds a line open lets go of it. New
    connections are no longer taken, each answer is the last of its connection, and only then, after a
    second, idle ones are closed. What still runs after uvicorn's `timeout_graceful_shutdown` is cut off.
    """

    def __init__(self, config: uvicorn.Config, leaving: asyncio.Event) -> None:
        super().__init__(config)
        self._leaving = leaving

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to end."""
        self._leaving.set()
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        await super().startup(sockets)
        settle()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: the doors, then the guests, then the house."""
        self._leaving.set()
        for server in self.servers:
            server.close()
        self.server_state.default_headers.append((b"connection", b"close"))
        for _ in range(LAST_WORDS):
            if self.server_state.connections:
                await asyncio.sleep(LAST_WORD_SECONDS / LAST_WORDS)
        await super().shutdown(sockets)


def settle() -> None:
    """What is there after the start stays: never look through it for garbage again, and give back the rest.

    Frees some 15 MB, and spares the loop pauses of a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # glibc's alone
        trim(0)


def serve(settings: Settings, listener: socket.socket | None = None, beat: Beat | None = None) -> None:
    """Until a signal to end, on `listener` or else where the settings say. `beat` is called every second."""
    office = open_office(settings)
    config = uvicorn.Config(
        create_app(office=office), host=settings.host, port=settings.port,
        log_config=logs.config(settings.log_lines, settings.log_level), access_log=False,
        http=Impatient, ws=Lines, ws_max_size=MAX_FRAME_BYTES, ws_per_message_deflate=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies), forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=settings.drain_seconds,
        callback_notify=beat, timeout_notify=0,
    )  # fmt: skip
    Server(config, office.leaving).run([listener] if listener else None)


def work(listener_fd: int, line_fd: int) -> None:
    """Serve as one of a crew: a byte a second says that the loop runs; the first, that it is ready."""
    settings, line = Settings(), socket.socket(fileno=line_fd)
    line.setblocking(False)
    logs.worker = str(os.getpid())

    async def beat() -> None:
        try:
            line.send(BEAT)
        except BlockingIOError:
            pass  # nobody reads at the moment
        except OSError:  # the crew is gone, and a worker without a crew holds the port for nobody
            signal.raise_signal(signal.SIGTERM)

    serve(settings, socket.socket(fileno=listener_fd), beat)


if __name__ == "__main__":
    work(*map(int, sys.argv[1:]))
