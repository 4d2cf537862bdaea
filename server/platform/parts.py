"""Files that come in parts, over lines that break: kept as they come until the last is here.

The parts lie in the store of the files, each under its place, so that any process and any host goes on where
another was. How far a file is, is what lies there; no row is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import obstore
from obstore.store import ObjectStore

from server.kernel.errors import CityError

LEAST_BYTES = 16 * 1024  # of a part that is not the last: a flood of crumbs would cost more than it carries
HOME = "parts"


@dataclass(frozen=True, slots=True)
class Span:
    """Where a part lies in its file, in bytes."""

    start: int
    size: int
    total: int


class WrongOffset(CityError):
    """The part begins elsewhere than where the file ends so far; `offset` is where that is."""

    code = "WRONG_OFFSET"


class Parts:
    """The files of everybody that are not whole yet."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def offset(self, owner: str, id: str) -> int:
        """How many bytes of it are here, from its beginning."""
        return sum(size for _, size in await self._here(owner, id))

    async def add(self, owner: str, id: str, start: int, raw: bytes) -> int:
        """Keep the part that begins at `start`; how far the file is then. One that is here already is no
        change. Raises WrongOffset."""
        here = await self.offset(owner, id)
        if start + len(raw) <= here:
            return here
        if start != here:
            raise WrongOffset(offset=here)
        await obstore.put_async(self._store, f"{_home(owner, id)}/{start:012}", raw)
        return here + len(raw)

    async def whole(self, owner: str, id: str) -> bytes:
        """All that is here, in order."""
        raw = bytearray()
        for path, _ in await self._here(owner, id):
            raw += bytes(await (await obstore.get_async(self._store, path)).bytes_async())
        return bytes(raw)

    async def drop(self, owner: str, id: str) -> None:
        """It is whole, or nobody's any more."""
        if paths := [path for path, _ in await self._here(owner, id)]:
            await obstore.delete_async(self._store, paths)

    async def forget(self, before: datetime, most: int) -> int:
        """Let go of up to `most` parts nobody has gone on with; how many."""
        old = [str(each["path"]) for each in await self._list(HOME) if each["last_modified"] < before][:most]
        if old:
            await obstore.delete_async(self._store, old)
        return len(old)

    async def _here(self, owner: str, id: str) -> list[tuple[str, int]]:
        """The parts that join from the beginning on: path and size."""
        found, end = [], 0
        for each in sorted(await self._list(_home(owner, id)), key=lambda each: str(each["path"])):
            if int(str(each["path"]).rpartition("/")[2]) != end:
                break
            found.append((str(each["path"]), int(each["size"])))
            end += int(each["size"])
        return found

    async def _list(self, prefix: str) -> Sequence[Any]:
        return await obstore.list(self._store, prefix=prefix).collect_async()


def _home(owner: str, id: str) -> str:
    return f"{HOME}/{owner}/{id}"
