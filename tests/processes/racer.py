"""One of two processes that race for the same work: `python racer.py ROUNDS`, settings from the environment.

It gives its jobs turn after turn, as a server does, and prints how often it had the turn of the hour.
"""

import asyncio
import sys
from datetime import timedelta

from server.app import jobs_of, opened
from server.platform.jobs import Jobs
from server.platform.work import Office
from server.settings import Settings

HOUR = timedelta(hours=1)


async def main(rounds: int) -> None:
    """Race."""
    turns = 0

    async def hourly(_office: Office) -> int:
        nonlocal turns
        turns += 1
        return 0

    async with opened(Settings()) as office:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()  # both start at one word
        for round in range(rounds):
            jobs = Jobs(office, every=60)
            jobs.add(f"race {round}", hourly, every=HOUR)
            await jobs.tick()
        jobs = jobs_of(office)
        for _ in range(rounds):
            await jobs.tick()
            await jobs.drain()
    print(turns)


asyncio.run(main(int(sys.argv[1])))
