"""Everything that watches one server process, for as long as it serves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from server.platform.watch import logs, watch
from server.platform.watch.siblings import Siblings
from server.platform.watch.traces import open_traces
from server.settings import Settings


class Station:
    """Finds its siblings, logs what is slow, and sends traces where the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.siblings = Siblings(f"{settings.host}:{settings.port}", watch.book.snapshot)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch while the block lasts; the last spans are sent at its end."""
        async with self.siblings.listening():
            logs.worker = str(self.siblings.number)
            quiet = logs.tell_slow(self._settings.slow_seconds)
            close = None
            if url := self._settings.otlp_url:
                close = await asyncio.to_thread(
                    open_traces, url, version=version("sanwei"), worker=logs.worker
                )
            try:
                yield
            finally:
                quiet()
                logs.worker = ""
                if close:
                    await asyncio.to_thread(close)
