"""What was measured on: figures without it mean nothing."""

import platform
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

from tests.servers import program

PACKAGES = ("strawberry-graphql", "graphql-core", "sqlalchemy", "asyncpg", "uvicorn", "orjson")


def described() -> str:
    """Cores, memory and versions in two lines."""
    python = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    servers = ", ".join([
        f"SQLite {sqlite3.sqlite_version}",
        _first(program("postgres", places=["usr/lib/postgresql/*/bin", "usr/pgsql-*/bin"]), "--version"),
        _first(program("redis-server", "valkey-server"), "--version").partition(" sha")[0],
        f"Node {_first('node', '--version')}",
    ])  # fmt: skip
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return (
        f"{_cpu()}, {_cores()} cores, {_memory():.0f} GB, {system}; "
        "everything, the load generator too, shares these cores.\n"
        f"Python {platform.python_version()}, {python}; {servers}."
    )


def _first(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0].strip()


def _told(file: str, key: str) -> str:
    lines = Path(file).read_text().splitlines() if Path(file).exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")


def _cpu() -> str:
    return _told("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()


def _cores() -> int:
    return Path("/proc/cpuinfo").read_text().count("processor\t:") if Path("/proc/cpuinfo").exists() else 0


def _memory() -> float:
    return int(_told("/proc/meminfo", "MemTotal").split()[0] or 0) / 1024**2
