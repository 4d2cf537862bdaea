"""Who sees a row: asked of the row in hand it is answered as by the store."""

import asyncio
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlmodel import select

from server.command.orders import queries as orders
from server.command.orders import sight
from server.command.orders.tables import WorkOrder
from server.command.requests import queries as requests
from server.command.requests import sight as request_sight
from server.command.requests.tables import CitizenRequest
from server.kernel.actors import Actor, Post, Role
from server.kernel.against import about
from server.supervision.orders import queries as supervisions
from server.supervision.orders import rules as supervision_rules
from server.supervision.orders.tables import Supervision
from tests.city import an_office
from tests.clock import MONDAY

PEOPLE, UNITS = ("", "ann", "ben", "chen"), ("", "zj", "cg")
AREAS = ("440103", "440103006", "440103013", "440103006107", "440103006107006", "440103006107007")
AGAINST = ("", about(people=["ann"]), about(units=["zj"]), about(people=["ben"], areas=[AREAS[3]]))
CELLS = ("", *(area for area in AREAS if len(area) == 15))

actors = st.builds(
    Actor, id=st.sampled_from(PEOPLE[1:]), role=st.sampled_from(Role), post=st.sampled_from(Post),
    area=st.sampled_from(("", *AREAS)), unit_id=st.sampled_from(UNITS),
    cells=st.frozensets(st.sampled_from(CELLS[1:])),
)  # fmt: skip


def every_order() -> list[dict[str, Any]]:
    """Each column a rule may look at takes each of its values, beside each area."""
    plain = {"cell": "", "unit_id": "", "reporter_id": "x", "verifier_id": "", "checker_id": "",
             "against": ""}  # fmt: skip
    values = {
        "cell": CELLS,
        "unit_id": UNITS,
        "reporter_id": PEOPLE,
        "verifier_id": PEOPLE,
        "checker_id": PEOPLE,
        "against": AGAINST,
    }
    rows = [
        {**plain, "area": area, column: value}
        for area in AREAS
        for column in plain
        for value in values[column]
    ]
    return [
        {"id": f"{n}", "no": f"{n}", "state": "reported", "title": "", "source": "patrol", "suggestion": {},
         "reported_at": MONDAY, **row} for n, row in enumerate(rows)
    ]  # fmt: skip


EVERY = {
    WorkOrder: every_order(),
    CitizenRequest: [
        {"id": f"{n}", "no": f"{n}", "kind": "report", "state": "open", "reporter_id": who, "title": "",
         "text": "", "area": area, "order_id": "", "unit_id": unit, "filed_by": clerk, "against": against,
         "submitted_at": MONDAY}
        for n, (who, area, unit, clerk, against) in enumerate(
            product(PEOPLE, AREAS[::2], UNITS, PEOPLE[:2], AGAINST)
        )
    ],
    Supervision: [
        {"id": f"{n}", "no": f"{n}", "state": "issued", "kind": "leader", "order_id": "",
         "area": area, "unit_id": unit, "against": against, "issuer_id": "ann", "text": "",
         "issued_at": MONDAY, "due_at": MONDAY}
        for n, (area, unit, against) in enumerate(product(AREAS, UNITS, AGAINST))
    ],
}  # fmt: skip
TWINS: dict[Any, tuple[Any, Any]] = {
    WorkOrder: (orders.visible_to, sight.sees),
    CitizenRequest: (requests.visible_to, request_sight.sees),
    Supervision: (supervisions.visible_to, supervision_rules.sees),
}


@pytest.fixture
async def office(settings, clock):
    async with an_office(settings, clock) as office:
        async with office.store.writing() as session:
            for table, rows in EVERY.items():
                made = [table(**row).model_dump() for row in rows]
                await (await session.connection()).execute(insert(table), made)
            await session.commit()
        yield office


@pytest.mark.parametrize("table", TWINS, ids=lambda table: table.__name__)
async def test_the_row_in_hand_and_the_store_agree(office, table):
    visible_to, sees = TWINS[table]
    rows = await office.read.lines(select(table))
    loop = asyncio.get_running_loop()
    asked: list[Actor] = []

    @settings(max_examples=150, database=None, suppress_health_check=list(HealthCheck))
    @given(actors)
    def ask(actor):
        asked.append(actor)

    await loop.run_in_executor(None, ask)
    asked += [replace(actor, role=role, post=post) for actor in asked[:2] for role in Role for post in Post]
    for actor in asked:
        found = await office.read.lines(visible_to(actor), ("id",))
        assert {row.id for row in found} == {row.id for row in rows if sees(actor, row)}, actor
