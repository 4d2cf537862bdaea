"""Every operation has surroundings of its own; siblings load together."""

import pytest

from server.graph.audience import SchemaByRole
from server.graph.context import Context
from server.kernel.errors import Unauthenticated
from tests.graph.town import BULBS, ann, schemas

ASK = "{lamps(first:3){items{id bulb}} lamp(id:9){bulb}}"


async def test_siblings_load_in_one_batch_and_operations_share_nothing():
    roles = SchemaByRole(schemas())
    connection = ann()
    for _ in range(2):
        BULBS.clear()
        result = await roles.execute(ASK, context_value=connection)
        assert result.errors is None and result.data
        assert [lamp["bulb"] for lamp in result.data["lamps"]["items"]] == [f"bulb of {n}" for n in "012"]
        assert [sorted(batch) for batch in BULBS] == [["0", "1", "2", "9"]]


async def test_nobody_runs_nothing():
    roles = SchemaByRole(schemas())
    with pytest.raises(Unauthenticated):
        await roles.execute("{lamp{id}}", context_value=Context(ann().office))


async def test_times_travel_in_utc():
    roles = SchemaByRole(schemas())
    at_five = 'mutation{light(input:{id:"1",litAt:"2026-03-02T17:00:00+08:00"}){litAt}}'
    result = await roles.execute(at_five, context_value=ann())
    assert result.data == {"light": {"litAt": "2026-03-02T09:00:00.000Z"}}
