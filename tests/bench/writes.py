"""P3, P12, P14: reports made durable, and a day's findings sent at once when the network is back."""

import random
import sqlite3
import time
from contextlib import ExitStack
from itertools import chain

import asyncpg

from server.kernel.actors import Post
from tests.bench import asked, lattice, people
from tests.bench.bench import Bench
from tests.bench.contestants import Contestant, ours, sign_in
from tests.bench.load import load, over_and_over, post
from tests.bench.reads import MERCURIUS, WORDS, enter
from tests.bench.report import Goal, Rounds, Row, at_least, at_most, number
from tests.bench.stores import ENGINES, HOME, Engine

BATCHES = 4
BATCH = 100  # findings of a round, sent at once
SIGNALEN = {"create": 14.0, "look up": 16.0, "list": 2.7}  # req/s, measured on 2 cores; it is in no registry
HALF = 0.5


async def creates(bench: Bench) -> list[Row]:
    """P3: a whole report of ours beside the peers' bare insert."""
    rows = []
    for engine in ENGINES:
        async with bench.stores.copy(engine, bench.scale.city) as url:
            rounds = await _create_rounds(bench, url)
        what = f"create, durable, {WORDS[engine]}; the others insert one bare row"
        rows.append(rounds.row(what, "Sanwei", "req/s", {MERCURIUS: HALF}))
    return rows


async def _create_rounds(bench: Bench, url: str) -> Rounds:
    scale, rounds = bench.scale, Rounds()
    citizens = await people.crowd(url, scale.people)
    with ExitStack() as running:
        field = enter(running, url)
        reports = asked.submissions(citizens, field[0].port, seed=1)
        for turn in range(scale.rounds):
            staff = await sign_in(field[0].port, "leader", 4)
            for each in field:
                bare = asked.bare_inserts(staff, each.port, seed=turn, rest=each.rest)
                requests = reports if each is field[0] else bare
                came = await load(each.port, requests, seconds=scale.seconds, warm=scale.warm)
                rounds.add(each.name, came.rate, len(came.refused))
    return rounds


async def syncs(bench: Bench) -> list[Row]:
    """P12: batches of findings, each its own durable, idempotent report."""
    rows = []
    for engine in ENGINES:
        async with bench.stores.copy(engine, bench.scale.sizes[0]) as url:
            cells = [square.code for square in lattice.used(bench.scale.sizes[0])]
            officers = await people.crowd(url, 32, Post.GRID_OFFICER, cells=cells)
            with ours(url) as server:
                rows.append(await _sync_row(bench, engine, url, server, officers))
    return rows


async def _sync_row(bench: Bench, engine: Engine, url: str, server: Contestant, officers: list[str]) -> Row:
    rounds = Rounds()
    for turn in range(bench.scale.rounds):
        dice = random.Random(turn)
        one_by_one = chain.from_iterable(_batch(dice, officers, server.port) for _ in range(10_000))
        alone = await load(server.port, one_by_one, connections=1, seconds=bench.scale.seconds, warm=0.3)
        batches = [_batch(dice, officers, server.port) for _ in range(BATCHES)]
        for name in ("in batches", "sent twice"):
            rate, refused = await _rate(server.port, batches)
            rounds.add(name, rate, refused)
        rounds.add("one after another", alone.rate, len(alone.refused))
    bare = await _bare_commits(engine, url)
    goals = [
        at_least(rounds.ratio("in batches", "one after another"), 6, "× one after another"),
        at_most(rounds.ratio("in batches", "sent twice"), HALF, "of the first cost for a duplicate"),
    ]
    rounds.add("bare inserts, a commit each", bare)
    return rounds.row(f"batches of {BATCH} findings, {WORDS[engine]}", "in batches", "findings/s", {}, goals)


def _batch(dice: random.Random, officers: list[str], port: int) -> list[bytes]:
    """One officer's round."""
    token, matter = dice.choice(officers), people.matters()[0][0]
    findings = (asked.finding(dice, matter) for _ in range(BATCH))
    return [post("/graphql", asked.body(asked.REPORT, input=each), token, port) for each in findings]


async def _rate(port: int, batches: list[list[bytes]]) -> tuple[float, int]:
    """Findings taken per second, each batch sent at once over 32 connections; and how many were refused."""
    began, taken, refused = time.perf_counter(), 0, 0
    for batch in batches:
        came = await load(port, iter(batch), connections=32, seconds=600, warm=0)
        taken, refused = taken + len(came.took), refused + len(came.refused)
    return taken / (time.perf_counter() - began), refused


async def _bare_commits(engine: Engine, url: str) -> float:
    """Rows a second when each is a commit of its own: what the disk allows without group commit."""
    began, n = time.perf_counter(), 1000
    if engine == "sqlite":
        file = HOME / "bare.db"
        with sqlite3.connect(file, isolation_level=None) as connection:
            connection.execute("pragma journal_mode=wal")
            connection.execute("pragma synchronous=full")
            connection.execute("create table if not exists bare (id text)")
            for i in range(n):
                connection.execute("insert into bare values (?)", (f"{i}" * 20,))
        for part in HOME.glob("bare.db*"):
            part.unlink()
    else:
        guest = await asyncpg.connect(url.replace("+asyncpg", ""))
        await guest.execute("create table bare (id text)")
        for i in range(n):
            await guest.execute("insert into bare values ($1)", f"{i}" * 20)
        await guest.close()
    return n / (time.perf_counter() - began)


async def signalen(bench: Bench) -> list[Row]:
    """P14: a citizen's report, its detail and the list, beside what Signalen did on such a machine."""
    async with bench.stores.copy("postgres", bench.scale.sizes[0]) as url:
        citizens = await people.crowd(url, bench.scale.people // 2)
        sample = await asked.Sample.of(url, bench.scale.sizes[0])
        with ours(url) as server:
            staff = await sign_in(server.port, "leader", 8)
            kinds = {
                "create": asked.submissions(citizens, server.port, seed=2),
                "look up": over_and_over(asked.ones(sample, staff, server.port)),
                "list": over_and_over(asked.lists(sample, staff, server.port)),
            }
            rounds = Rounds()
            for _ in range(bench.scale.rounds):
                for kind, requests in kinds.items():
                    came = await load(server.port, requests, seconds=bench.scale.seconds, warm=0.3)
                    rounds.add(kind, came.rate, len(came.refused))
    return [_beside_signalen(kind, rounds.median(kind), theirs) for kind, theirs in SIGNALEN.items()]


def _beside_signalen(kind: str, rate: float, theirs: float) -> Row:
    goal: Goal = at_least(rate / theirs, 50, "× Signalen")
    return Row(f"{kind}, PostgreSQL", f"{number(rate)} req/s", [f"Signalen {theirs:g} (published)"], [goal])
