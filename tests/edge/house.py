"""What the tests of the edge ask."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from server.settings import Settings
from tests.servers import Running

NODE = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@dataclass(frozen=True)
class House:
    """A running server, and a citizen's token to it."""

    server: Running
    token: str
    settings: Settings
