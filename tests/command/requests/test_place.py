"""A case that is put elsewhere takes its request along: who sees it, its clocks, and whom news reach."""

import pytest

from server.command.orders.service import desk, merge, reclassify
from server.command.requests import queries
from server.platform import sla
from tests.city import LAMP, LAMP_RULE, OTHER_STREET
from tests.factories import STREET, an_id


async def seen_by(city, actor, id):
    """Whether his desk reads it."""
    async with city.office.reading() as session:
        return (await session.exec(queries.one(actor, id))).one_or_none() is not None


async def locate(city, id):
    await city.move(city.li, desk.locate, id, spot=city.spot(OTHER_STREET, "长寿路8号"))


async def correct(city, id):
    await city.dispatch(id)
    await city.move(city.li, reclassify.reclassify, id, matter_code=LAMP, rule_id=LAMP_RULE,
                    spot=city.spot(OTHER_STREET, "长寿路8号"), opinion="地址写错了")  # fmt: skip


@pytest.mark.parametrize("elsewhere", [locate, correct])
async def test_the_request_goes_with_its_order_and_its_version_stays(city, elsewhere):
    id = await city.submit()
    before = await city.request(id)
    assert await seen_by(city, city.mei, id)
    await elsewhere(city, id)
    order, request = await city.order(id), await city.request(id)
    assert (request.area, request.lon, request.address) == (order.area, order.lon, "长寿路8号")
    assert request.area[:9] != STREET == before.area[:9]
    assert not await seen_by(city, city.mei, id) and await seen_by(city, city.li, id)
    mine = (sla.Timer.subject_kind == "request", sla.Timer.subject_id == id)
    assert {row.area for row in await city.rows(sla.Timer, *mine) if not row.stopped_at} <= {order.area}
    assert (await city.news(id)).count("request.follow") >= 1


async def test_who_was_merged_stays_where_he_reported(city):
    master, mine = await city.submit(), await city.submit(city.ben)
    await city.move(city.li, merge.ask_merge, mine, into_id=master, op_id=an_id())
    await city.release()
    before = await city.request(mine)
    assert before.merged
    await locate(city, master)
    assert (await city.request(mine)).area == before.area != (await city.request(master)).area
