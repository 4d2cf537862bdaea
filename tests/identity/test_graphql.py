"""`me` in each app."""

import strawberry

from server.graph.audience import RoleSchema
from server.graph.context import Context
from server.identity import accounts
from server.identity.graphql import Query
from server.kernel.actors import CITIZEN, LEADER, OFFICER, SYSTEM, Post, Role
from tests.factories import DISTRICT
from tests.identity.house import CELL, PHONE, be_guest, hire, sign_in

ME = """{ me { id name role post staffNo guest phone unit { id name } area { code name level }
              cells { code name level } } }"""
SCHEMAS = {role: RoleSchema(role, Query) for role in Role}


async def me(office, identity, granted):
    actor = await identity.gate.actor(granted.access_token)
    result = await SCHEMAS[actor.role].execute(ME, context_value=Context(office, actor))
    assert result.errors is None and result.data is not None
    assert result.data["me"].pop("id") == actor.id
    return result.data["me"]


async def test_a_grid_officer_sees_the_cells_and_a_masked_phone(office, identity):
    await hire(office, phone=PHONE)
    assert await me(office, identity, await sign_in(office)) == {
        "name": "陈嘉敏", "role": "OFFICER", "post": "GRID_OFFICER", "staffNo": "wg01", "guest": False,
        "phone": "138****8001", "unit": None,
        "area": {"code": "440103006", "name": office.areas.name("440103006"), "level": "STREET"},
        "cells": [{"code": CELL, "name": office.areas.name(CELL), "level": "CELL"}],
    }  # fmt: skip


async def test_a_handler_sees_the_unit(office, identity):
    async with office.work(SYSTEM) as work:
        await accounts.add_unit(work, id="cg", name="区城管局")
    await hire(office, "cg01", name="王强", post=Post.HANDLER, area="", unit_id="cg", cells=())
    answer = await me(office, identity, await sign_in(office, "cg01"))
    assert (answer["post"], answer["unit"]) == ("HANDLER", {"id": "cg", "name": "区城管局"})
    assert (answer["area"], answer["cells"], answer["phone"]) == (None, [], None)


async def test_a_leader_sees_the_district(office, identity):
    await hire(office, "ld01", name="林主任", role=LEADER, post=Post.LEADER, area=DISTRICT, cells=())
    answer = await me(office, identity, await sign_in(office, "ld01", LEADER))
    assert (answer["role"], answer["post"], answer["area"]["level"]) == ("LEADER", "LEADER", "DISTRICT")


async def test_a_guest_is_told_to_be_one(office, identity):
    assert await me(office, identity, await be_guest(office)) == {
        "name": "", "role": "CITIZEN", "post": "CITIZEN", "staffNo": None, "guest": True, "phone": None,
        "unit": None, "area": None, "cells": [],
    }  # fmt: skip


def test_every_app_has_the_same_me():
    parts = {role: SCHEMAS[role].as_str() for role in (LEADER, OFFICER, CITIZEN)}
    mine, theirs, leads = (set(parts[role].splitlines()) for role in (CITIZEN, OFFICER, LEADER))
    assert mine < theirs and "HeldPost" in "".join(theirs - mine)  # only staff hold posts
    assert theirs < leads and "Deputy" in "".join(leads - theirs)  # only leaders have deputies
    assert isinstance(SCHEMAS[OFFICER], strawberry.Schema)
