"""P1, P2: a list of fifty and one order, beside what others make of the same rows."""

from contextlib import ExitStack

from tests.bench import asked
from tests.bench.bench import Bench
from tests.bench.contestants import Contestant, node, ours, sign_in, stock
from tests.bench.load import Check, WrongAnswer, load, over_and_over
from tests.bench.report import Rounds, Row
from tests.bench.stores import Engine

WORDS = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
GOALS = {"postgres": {"list": (1.4, 30), "one": (1.2, 30)}, "sqlite": {"list": (1.5, 30), "one": (1.8, 30)}}
MERCURIUS, STOCK = "Mercurius JIT", "stock Strawberry + SQLModel"


async def on_postgres(bench: Bench) -> list[Row]:
    """P1."""
    return await _reads(bench, "postgres")


async def on_sqlite(bench: Bench) -> list[Row]:
    """P2."""
    return await _reads(bench, "sqlite")


async def _reads(bench: Bench, engine: Engine) -> list[Row]:
    scale, url = bench.scale, await bench.stores.seeded(engine, bench.scale.city)
    sample = await asked.Sample.of(url, scale.city)
    found = {"list": Rounds(), "one": Rounds()}
    with ExitStack() as running:
        field = enter(running, url)
        await _agree(field, sample)
        for _ in range(scale.rounds):
            tokens = await sign_in(field[0].port, "leader", 4)
            for kind, rounds in found.items():
                for each in field:
                    make, check = (
                        (asked.lists, asked.is_list) if kind == "list" else (asked.ones, asked.is_one)
                    )
                    requests = over_and_over(make(sample, tokens, each.port, rest=each.rest))
                    came = await load(
                        each.port, requests, seconds=scale.seconds, warm=scale.warm, check=check
                    )
                    rounds.add(each.name, came.rate, len(came.refused))
    return [
        rounds.row(
            f"{kind}, {WORDS[engine]}, {scale.orders} orders", field[0].name, "req/s",
            {MERCURIUS: GOALS[engine][kind][0], STOCK: GOALS[engine][kind][1]},
        )
        for kind, rounds in found.items()
    ]  # fmt: skip


def enter(running: ExitStack, url: str) -> list[Contestant]:
    """Everybody over one store, ours first."""
    return [
        running.enter_context(contestant)
        for contestant in (
            ours(url), node("mercurius.mjs", MERCURIUS, url=url),
            node("plain.mjs", "Fastify JSON", url=url, rest=True), stock(url),
        )
    ]  # fmt: skip


async def _agree(field: list[Contestant], sample: asked.Sample) -> None:
    """The same question has the same answer everywhere, or the race is off."""
    tokens = await sign_in(field[0].port, "leader")
    for make in (asked.lists, asked.ones):
        answers: dict[str, list[str]] = {}
        for each in field:
            seen: list[bytes] = []
            first = over_and_over(make(sample, tokens, each.port, rest=each.rest)[:1])
            await load(each.port, first, connections=1, seconds=0.05, warm=0.2, check=_keep(seen))
            answers[each.name] = asked.ids(seen[0])
        if len(set(map(tuple, answers.values()))) > 1:
            raise WrongAnswer(f"they do not agree: {answers}")


def _keep(seen: list[bytes]) -> Check:
    def check(body: bytes) -> bool:
        seen.append(body)
        return True

    return check
