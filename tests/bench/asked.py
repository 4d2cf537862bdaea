"""What is asked of the contestants, and how answers are checked. One document serves ours and the peers."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson

from tests.bench import lattice
from tests.bench.load import get, post
from tests.bench.stores import ask

FIELDS = """id no version state title danger likes reportedAt
  matter { code name } place { cell { code name } }"""
PAGE = f"orders(area: $area, sort: NEWEST, first: 50) {{ items {{ {FIELDS} }} }}"
LIST = f"query List($area: String!) {{ {PAGE} }}"
ONE = f"query One($id: ID!) {{ order(id: $id) {{ {FIELDS} }} }}"
SUBMIT = "mutation Submit($input: SubmitRequest!) { submitRequest(input: $input) { id } }"
REPORT = "mutation Report($input: ReportProblem!) { reportProblem(input: $input) { id } }"
BOARD = """query Board { board { at newToday { ...F } open { ...F } overdue { ...F } satisfaction { ...F }
  lines { code params { name value } } } }
  fragment F on BoardFigure { key value n bandLow bandHigh yesterday series }"""
NEARBY = """query Nearby($at: PlaceInput!) { nearby(at: $at, first: 50) {
  id title state distanceM place { lon lat } } }"""
SAMPLE = 4096  # different cells or orders


def body(document: str, **variables: Any) -> bytes:
    """A GraphQL request."""
    return orjson.dumps({"query": document, "variables": variables})


@dataclass(frozen=True)
class Sample:
    """Cells and orders that the contestants are all asked for, and what stands in them."""

    cells: list[str]
    ids: list[str]

    @classmethod
    async def of(cls, url: str, size: int) -> "Sample":
        """Drawn from a seeded store, the same every time."""
        dice = random.Random(1)
        numbers = ",".join(f"'LWB{size}-{dice.randrange(size)}'" for _ in range(SAMPLE))
        ids = [str(row[0]) for row in await ask(url, f"select id from work_order where no in ({numbers})")]
        used = [
            str(row[0])
            for row in await ask(url, f"select distinct cell from work_order where no in ({numbers})")
        ]
        cells = dice.sample(used, min(SAMPLE, len(used)))
        return cls(cells, ids)


def place(dice: random.Random, orders: int = 0) -> dict[str, Any]:
    """Somewhere in the city, or where so many orders lie, as a phone tells it."""
    squares = lattice.used(orders) if orders else lattice.squares()
    at = dice.choice(squares).point(dice.random(), dice.random())
    return {"lon": at.lon, "lat": at.lat, "datum": "WGS84"}


def lists(sample: Sample, tokens: list[str], port: int, *, rest: bool = False) -> list[bytes]:
    """The list of each cell."""
    return [
        get(f"/orders?area={cell}&first=50", token, port) if rest
        else post("/graphql", body(LIST, area=cell), token, port)
        for cell, token in _each(sample.cells, tokens)
    ]  # fmt: skip


def ones(sample: Sample, tokens: list[str], port: int, *, rest: bool = False) -> list[bytes]:
    """Each order."""
    return [
        get(f"/orders/{id}", token, port) if rest else post("/graphql", body(ONE, id=id), token, port)
        for id, token in _each(sample.ids, tokens)
    ]


def submissions(tokens: list[str], port: int, seed: int) -> Iterator[bytes]:
    """Citizens' reports, each new and somewhere else, from one citizen after another."""
    dice = random.Random(seed)
    while True:
        for token in tokens:
            yield post("/graphql", body(SUBMIT, input=submission(dice)), token, port)


def submission(dice: random.Random) -> dict[str, Any]:
    """What a citizen's phone sends."""
    return {"id": str(uuid4()), "text": f"Street lamp {dice.randrange(10**6)} is dark.", "place": place(dice)}


def finding(dice: random.Random, matter: str, at: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a grid officer's phone sends."""
    return {
        "id": str(uuid4()), "matterCode": matter, "photoIds": [], "text": "Found on the round.",
        "place": at or place(dice),
    }  # fmt: skip


def bare_inserts(tokens: list[str], port: int, seed: int, *, rest: bool = False) -> Iterator[bytes]:
    """The peers' creates: the same words, one row."""
    dice = random.Random(seed)
    document = "mutation Create($input: CreateReport!) { createReport(input: $input) { id } }"
    while True:
        for token in tokens:
            given = submission(dice)
            row = {"id": given["id"], "text": given["text"], "cell": dice.choice(lattice.squares()).code,
                   "lon": given["place"]["lon"], "lat": given["place"]["lat"]}  # fmt: skip
            if rest:
                yield post("/orders", orjson.dumps(row), token, port)
            else:
                yield post("/graphql", body(document, input=row), token, port)


def is_list(answer: bytes) -> bool:
    """Up to fifty orders of one cell, the newest first, every field there."""
    told = orjson.loads(answer)
    items = told["items"] if "items" in told else told["data"]["orders"]["items"]
    times = [item["reportedAt"] for item in items]
    cells = {item["place"]["cell"]["code"] for item in items}
    return (
        0 < len(items) <= 50 and len(cells) == 1 and times == sorted(times, reverse=True) and _whole(items[0])
    )


def is_one(answer: bytes) -> bool:
    """An order with every field."""
    told = orjson.loads(answer)
    return _whole(told["data"]["order"] if "data" in told else told)


def _whole(item: dict[str, Any]) -> bool:
    return len(item) == 10 and bool(item["matter"]["name"]) and bool(item["place"]["cell"]["name"])


def _each(things: list[str], tokens: list[str]) -> Iterator[tuple[str, str]]:
    return ((thing, tokens[n % len(tokens)]) for n, thing in enumerate(things))


def ids(answer: bytes) -> list[str]:
    """The ids of a list or of an order, to see that all contestants answer the same."""
    told = orjson.loads(answer)
    told = told.get("data", told)
    items = told.get("orders", told).get("items") or [told.get("order", told)]
    return [item["id"] for item in items]
