"""What the tests of the edge ask."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from server.settings import Settings
from tests.servers import Running

NODE = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@dataclass(frozen=True)
class House:
    """A running server, and the tokens of two citizens."""

    server: Running
    token: str
    neighbours: str
    settings: Settings


def asking(house: House, token: str) -> httpx.AsyncClient:
    """Sends to /graphql what it is told to, as the holder of `token`."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/graphql-response+json",
    }
    return httpx.AsyncClient(base_url=house.server.url, headers=headers, timeout=30)
