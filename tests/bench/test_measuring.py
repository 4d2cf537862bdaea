"""The measuring itself, so that it does not rot between two releases. No speed is judged here."""

from datetime import date

import pytest

from server.platform import rollups
from server.platform.db import open_store
from server.platform.read import Reader
from tests.bench import lattice, report, seed
from tests.bench.report import Rounds, at_least, at_most
from tests.bench.stores import ask
from tests.conftest import migrate

ORDERS = 2000


@pytest.fixture
async def database(postgres):
    """One of its own: seeding leaves tables that no migration knows."""
    url = await postgres.create("measuring")
    await migrate(url)
    return url


@pytest.fixture(params=["sqlite_store", "database"])
def store(request):
    return request.getfixturevalue(request.param)


async def test_a_seeded_store_counts_what_it_holds(store):
    loader = await seed.loader_of(store)
    await seed.populate(loader, ["cg", "zj"], ORDERS, seed.Bar("", ORDERS))
    await loader.close()
    held = (await ask(store, "select count(*), count(due_at), count(rated_at) from work_order"))[0]
    assert held[:2] == (ORDERS, ORDERS * seed.OPEN_SHARE)
    opened = open_store(store)
    metrics, scopes = ["new", "open", "rated"], [lattice.DISTRICT, lattice.used(ORDERS)[0].code[:12]]
    counters = await rollups.read(Reader(opened), scopes, metrics, date(2000, 1, 1))
    await opened.close()
    summed = {
        metric: sum(n for (area, name, day), n in counters.items()
                    if (area, name) == (scopes[0], metric) and day != rollups.STOCK)
        for metric in metrics
    }  # fmt: skip
    assert summed == {"new": ORDERS, "open": held[1], "rated": held[2]}
    assert counters[scopes[0], "open", rollups.STOCK] == held[1]
    near = await ask(store, f"select count(*) from work_order where substr(area, 1, 12) = '{scopes[1]}'")
    recent = sum(n for (area, name, _), n in counters.items() if (area, name) == (scopes[1], "new"))
    assert recent == near[0][0]


def test_every_square_is_a_cell_of_the_map():
    tree = lattice.tree()
    assert [tree.cell_at(square.point(0.5, 0.5)).code for square in lattice.squares()] == [
        square.code for square in lattice.squares()
    ]


def test_orders_lie_around_the_centre_fifty_to_a_cell():
    assert len(lattice.used(10_000)) == 200
    assert len(lattice.used(10_000_000)) == lattice.CELLS
    assert set(lattice.used(10_000)) < set(lattice.used(100_000))


def test_a_ratio_is_taken_within_each_round():
    rounds = Rounds()
    for ours, theirs in ((100, 50), (10, 10), (90, 30)):  # the machine was slow in the second round
        rounds.add("ours", ours)
        rounds.add("theirs", theirs)
    row = rounds.row("list", "ours", "req/s", {"theirs": 2})
    assert (row.ours, row.beside, row.value) == ("90.0 req/s", ["theirs 30.0"], 90)
    assert [(goal.got, goal.met) for goal in row.goals] == [("2 × theirs", True)]


@pytest.mark.parametrize(("goal", "met"), [
    (at_least(2, 2, "×"), True), (at_least(1.9, 2, "×"), False),
    (at_most(5, 5, "ms"), True), (at_most(5.1, 5, "ms"), False),
])  # fmt: skip
def test_a_goal_is_met_at_its_limit(goal, met):
    assert goal.met is met


def test_only_what_stands_between_the_marks_is_replaced(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- figures: begin -->\nold\n<!-- figures: end -->\nafter\n", encoding="utf-8")
    monkeypatch.setitem(report.BLOCKS, "figures", lambda: "new")
    report.put_into(page)
    assert page.read_text(encoding="utf-8") == (
        "before\n<!-- figures: begin -->\nnew\n<!-- figures: end -->\nafter\n"
    )
