"""What keeps a list as quick after years as on its first day: the indexes it takes, how far it reaches."""

import re

from sqlmodel import col

from server.command.orders import lanes, lists, queries
from server.command.orders.flow import TERMINAL
from server.command.orders.lanes import BoardFigureKey
from server.command.orders.lists import Wanted
from server.command.orders.queries import OrderSort
from server.command.orders.tables import OPEN, WorkOrder
from tests.city import CELL, on_sqlite
from tests.command.crowd import multiply
from tests.factories import STREET

SMALL = re.compile("work_order_(open_|pending|appeal)|order_share_unit")
LIST = """query ($area: String, $search: String! = "", $sort: OrderSort! = DUE) {
  orders(area: $area, search: $search, sort: $sort, first: 100) { total items { id } } }"""


async def plan(city, rows):
    """How the store would find the rows."""
    async with city.office.store.reader.connect() as connection:
        dialect = connection.dialect
        sql = str(rows.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        return " ".join(row[-1] for row in await connection.exec_driver_sql(f"explain query plan {sql}"))


def test_the_indexes_of_open_orders_know_which_states_are_open():
    assert str(OPEN) == f"state NOT IN ({', '.join(repr(str(state)) for state in sorted(TERMINAL))})"


@on_sqlite
async def test_lists_of_open_orders_take_the_indexes_of_open_orders(city):
    now = city.clock()
    for actor in (city.li, city.mei, city.wang, city.tang, city.arbiter, city.lin):
        for lane in lanes.lanes_of(actor):
            rows, counted = lists.listed(actor, Wanted(lane=lane), now)
            for statement in (queries.page(rows, OrderSort.DUE, 20, None), queries.count(counted)):
                assert SMALL.search(await plan(city, statement)), lane
    for figure in (BoardFigureKey.OPEN, BoardFigureKey.OVERDUE):
        rows, counted = lists.listed(city.lin, Wanted(figure=figure), now)
        assert "work_order_open_" in await plan(city, queries.page(rows, OrderSort.DUE, 20, None))
        assert "COVERING INDEX work_order_open_desk" in await plan(city, queries.count(counted))
    assert "work_order_open_desk" in await plan(city, queries.carded(city.lin, now, 20).plain)
    near = queries.public().where(col(WorkOrder.spot).in_([1, 2, 3]))
    assert "work_order_open_spot (spot=?" in await plan(city, near)


@on_sqlite
async def test_the_newest_are_read_in_the_order_of_an_index(city):
    for actor, area, index in (
        (city.li, CELL, "work_order_area (area=?"),
        (city.li, "", "SCAN work_order USING INDEX work_order_reported"),
        (city.mei, STREET, "SCAN work_order USING INDEX work_order_reported"),
        (city.wang, "", "work_order_unit (unit_id=?"),
    ):
        rows, _ = lists.listed(
            actor, Wanted(area=area, cell=area if area == CELL else "", sort=OrderSort.NEWEST), city.clock()
        )
        found = await plan(city, queries.page(rows, OrderSort.NEWEST, 50, None))
        assert index in found and "TEMP B-TREE" not in found


async def test_a_search_finds_what_is_open_the_newest_and_the_very_number_and_counts_so_far(city):
    old = await city.bring(await city.report(text="井盖松动。"), "closed")
    waiting = await city.report(text="井盖又松动。")
    city.clock.advance(days=1)
    newest = await city.bring(await city.report(text="路灯不亮。"), "closed")
    await multiply(city, lists.REACH, "work_order", newest)

    async def found(**wanted):
        orders = (await city.ask(city.li, LIST, **wanted))["orders"]
        return orders["total"], {item["id"] for item in orders["items"]}

    assert await found(search="井盖") == (1, {waiting})
    assert await found(search=(await city.order(old)).no) == (1, {old})
    assert (await found(search="路灯"))[0] == queries.COUNTED
    total, first = await found(sort="DUE")
    assert total == queries.COUNTED and waiting in first and old not in first
