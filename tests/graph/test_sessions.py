"""A session that is over ends its sockets, in whichever process it was ended."""

from datetime import UTC, datetime

import pytest

from server.graph.endpoint import RECHECK_SECONDS
from server.identity import accounts
from server.identity.gate import ROLL_CALL_SECONDS
from server.identity.service import Identity
from server.identity.tables import PostHolding
from server.kernel.actors import OFFICER, SYSTEM
from tests.factories import STREET
from tests.graph.crowd import crowd
from tests.identity.house import an_office, hire, holding, sign_in
from tests.phones import socket
from tests.servers import eventually


def test_five_seconds_are_enough():
    assert RECHECK_SECONDS + ROLL_CALL_SECONDS < 5


@pytest.mark.parametrize("how", ["logout", "disabled", "post", "area"])
async def test_what_ends_a_session_in_one_process_closes_its_sockets_in_the_other(settings, clock, how):
    clock.set(datetime.now(UTC))
    async with an_office(settings, clock) as here, an_office(settings, clock) as there:
        id = await hire(here)
        await hire(here, "wg02")
        granted, other = await sign_in(here), await sign_in(here, "wg02")
        async with (
            crowd(there, gate=there.of(Identity).gate) as town,
            socket(town.server, granted.access_token) as line,
            socket(town.server, other.access_token) as neighbour,
        ):
            await line.subscribe("1", "subscription{liveOrders{verb}}")
            assert (await line.receive())["payload"]["data"] == {"liveOrders": {"verb": "ready"}}
            async with here.work(SYSTEM) as work:
                held = await work.session.get_one(PostHolding, (await holding(here, id)).id)
                match how:
                    case "disabled":
                        await accounts.disable(work, id)
                    case "post":
                        await accounts.take_post(work, held.id)
                    case "area":
                        assert held.area == STREET
                        held.area = "440103007"
            if how == "logout":
                await here.of(Identity).sessions.end(OFFICER, granted.refresh_token)
            assert await line.closed() == 4401
            await eventually(lambda: town.broadcast.followers == 0)
            await neighbour.send(type="ping")
            assert (await neighbour.receive())["type"] == "pong"
