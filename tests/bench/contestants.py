"""The servers that are measured: ours as production starts it, and the peers beside it on the same data."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from tests.bench import people
from tests.bench.stores import HOME, ROOT
from tests.servers import free_port

PEERS = Path(__file__).parent / "peers"
READY_SECONDS = 120.0
STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Contestant:
    """A running server. `rest` asks for plain JSON instead of GraphQL."""

    name: str
    port: int
    pid: int
    rest: bool = False

    @property
    def rss(self) -> int:
        """Resident bytes of the process and its children."""
        return sum(_rss(pid) for pid in [self.pid, *_below(self.pid)])


@contextmanager
def ours(url: str, *, name: str = "Sanwei", workers: int = 1, **env: str) -> Iterator[Contestant]:
    """The product over the store at `url`, through its command line."""
    port = free_port()
    settings = people.settings_of(url)
    told = {
        "MODE": settings.mode, "DATA_DIR": str(settings.data_dir), "DATABASE_URL": url, "PORT": str(port),
        "MAPS_DIR": str(settings.maps_dir), "DISTRICT": settings.district, "LOG_LEVEL": "warning",
        "ACCESS_MINUTES": str(settings.access_minutes), **env,
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "server.cli",
        "run",
        *(["--workers", str(workers)] if workers > 1 else []),
    ]
    with _process(
        name, command, port, "/readyz", {f"SANWEI_{key}": value for key, value in told.items()}
    ) as pid:
        yield Contestant(name, port, pid)


@contextmanager
def stock(url: str) -> Iterator[Contestant]:
    """Strawberry and SQLModel as their manuals put them together."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.bench.peers.stock:app", "--port", str(port),
               "--log-level", "warning"]  # fmt: skip
    with _process("stock", command, port, "/ready", {"STORE": url, "PUBLIC_KEY": public_key()}) as pid:
        yield Contestant("stock Strawberry + SQLModel", port, pid)


@contextmanager
def node(script: str, name: str, *arguments: str, url: str = "", rest: bool = False) -> Iterator[Contestant]:
    """A peer on Node, with its production settings."""
    port = free_port()
    command = ["node", "--disable-warning=ExperimentalWarning", str(PEERS / script), str(port), *arguments]
    env = {"STORE": url.replace("+asyncpg", ""), "PUBLIC_KEY": public_key(), "NODE_ENV": "production"}
    with _process(script + name, command, port, "/ready", env) as pid:
        yield Contestant(name, port, pid, rest)


def public_key() -> str:
    """What the peers verify our tokens with."""
    settings = people.settings_of("sqlite+aiosqlite://")
    from server.platform.vault import Vault

    key = load_pem_private_key(Vault.open(settings).signing.encode(), password=None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


async def sign_in(port: int, app: str, times: int = 1) -> list[str]:
    """Access tokens of the staff of `app`, by number and password, as a phone does it."""
    number, _ = people.STAFF[app]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
        answers = [
            await http.post(f"/auth/{app}/login", json={"staffNo": number, "password": people.PASSWORD})
            for _ in range(times)
        ]
        return [answer.raise_for_status().json()["accessToken"] for answer in answers]


async def guests(port: int, times: int) -> list[str]:
    """Access tokens of new citizens, as a phone gets them."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
        answers = [await http.post("/auth/citizen/guest", json={}) for _ in range(times)]
        return [answer.raise_for_status().json()["accessToken"] for answer in answers]


@contextmanager
def _process(name: str, command: list[str], port: int, ready: str, env: dict[str, str]) -> Iterator[int]:
    log = HOME / "logs" / f"{name.replace('/', '-').replace(' ', '-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | env, stdout=out, stderr=out, start_new_session=True
        )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(f"http://127.0.0.1:{port}{ready}"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not start:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):  # `node` may be a script whose child outlives it
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _rss(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _below(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [each for child in map(int, children) for each in [child, *_below(child)]]
