"""P13: from a fresh clone to the first page, with nothing installed. `make bench-fresh`."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.bench import report
from tests.bench.report import Row, at_most, number
from tests.bench.stores import ROOT
from tests.servers import free_port

MOST_SECONDS, PATIENCE = 60, 600.0
PAGES = ("citizen", "officer", "leader")


def first_page() -> float:
    """Seconds from `git clone` to three pages that answer."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="sanwei-fresh-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "sanwei"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(copy)], check=True)
        began = time.monotonic()
        # the tools of this checkout must not help the new one
        own = f"{ROOT / '.venv' / 'bin'}"
        path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if part != own)
        env = {
            name: value
            for name, value in os.environ.items()
            if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
        }
        make = subprocess.Popen(
            [shutil.which("make") or "make", "run", f"PORT={port}"], cwd=copy, env=env | {"PATH": path},
            start_new_session=True, stdout=sys.stderr,
        )  # fmt: skip
        try:
            while not all(_there(f"http://127.0.0.1:{port}/{page}/") for page in PAGES):
                if make.poll() is not None or time.monotonic() - began > PATIENCE:
                    raise RuntimeError("make run did not come up")
                time.sleep(0.1)
            return time.monotonic() - began
        finally:
            os.killpg(make.pid, signal.SIGTERM)
            make.wait(30)


def _there(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    seconds = first_page()
    row = Row("make run from a fresh clone to the first page", f"{number(seconds)} s", [],
              [at_most(seconds, MOST_SECONDS, "s")])  # fmt: skip
    report.keep("P13", [row])
    report.write()
    print(f"{seconds:.0f} s")
