"""A full disk under the embedded store: refused clearly while it lasts, and on as soon as there is room."""

import asyncio
import errno
import os
import shutil
from pathlib import Path

import httpx

from server.settings import Settings
from tests.faults.process import Crowd, Process, nothing_lost_nothing_doubled, serving
from tests.servers import AS_ROOT, eventually

DISK_MB = 24
# A disk of its own: what is in the directory goes onto a small tmpfs that only this process sees.
SMALL_DISK = """mkdir "$0.kept" && cp -a "$0/." "$0.kept" && mount -t tmpfs -o size={mb}m small "$0" &&
cp -a "$0.kept/." "$0" && exec "$@" """


def on_small_disk(folder: Path) -> list[str]:
    """What to put in front of a command so that `folder` is a disk of DISK_MB."""
    own = ["unshare", "--mount"] if AS_ROOT else ["unshare", "--mount", "--map-root-user"]
    return [*own, "sh", "-c", SMALL_DISK.format(mb=DISK_MB), str(folder)]


def fill(disk: Path) -> Path:
    """Leave no byte free."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as full:
            assert full.errno == errno.ENOSPC
    return filler


async def test_a_full_disk_refuses_and_loses_nothing(sqlite_store: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    async with serving(settings, before=on_small_disk(tmp_path)) as server:
        disk = seen_by(server, tmp_path)
        crowd = Crowd(server)
        async with crowd.reporting():
            await crowd.more(20)
            filler = await asyncio.to_thread(fill, disk)
            await eventually(lambda: any("UNAVAILABLE" in answer for answer in crowd.answers), within=20)
            assert alive(server)
            filler.unlink()
            await crowd.more(20)
        kept = settings.model_copy(update={"data_dir": shutil.copytree(disk, tmp_path / "seen")})
        await nothing_lost_nothing_doubled(kept, crowd)


def seen_by(server: Process, folder: Path) -> Path:
    """The folder as the process sees it."""
    return Path(f"/proc/{server.pid}/root{os.fspath(folder)}")


def alive(server: Process) -> bool:
    """The process answers for itself."""
    return httpx.get(f"{server.address.url}/healthz", timeout=2).status_code == 200
